/**
 * The parts of `node:http` that the server uses, without `import`: it reads every export, and `WebSocket` among them loads
 * all of `fetch`, which costs every start 80 ms of CPU time and 16 MB.
 */

export const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http');
