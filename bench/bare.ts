/** The limit: bare `node:http`, a Map look-up by hashed id, the response headers and a body like Gatehouse's. */

import { hash } from 'node:crypto';
import { createServer } from 'node:http';
import { securityHeaders } from '../src/wire/headers.ts';

const [id = '', body = ''] = process.argv.slice(2);
const sessions = new Map([[hash('sha256', id, 'hex'), body]]);
const headers = {
  ...securityHeaders(true),
  'x-request-id': '00000000-0000-4000-8000-000000000000',
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(body),
};

const server = createServer((request, response) => {
  const cookie = request.headers.cookie ?? '';
  const known = sessions.get(hash('sha256', cookie.slice(cookie.indexOf('=') + 1), 'hex'));
  response.writeHead(known === undefined ? 401 : 200, headers).end(known);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object')
    console.log(JSON.stringify({ url: `http://127.0.0.1:${address.port}` }));
});
