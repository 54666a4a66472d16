// A thread that runs the program given to it as `bin/gatehouse.js` would run, with an input of its own.

import { Readable } from 'node:stream';
import { workerData } from 'node:worker_threads';

// The input that a thread gets from the runtime keeps it alive until it is read, which not every command does.
Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(workerData.input)]) });
process.argv[1] = workerData.program;
await import(workerData.program);
