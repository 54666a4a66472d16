/** The limit of logins: bare `crypto.pbkdf2` with a login's parameters, as many at once as there are cores. */

import { pbkdf2 } from 'node:crypto';
import { availableParallelism } from 'node:os';

const [iterations = 0, seconds = 0] = process.argv.slice(2).map(Number);
const salt = Buffer.alloc(16, 1);
const endAt = performance.now() + seconds * 1_000;
let done = 0;

function next(): void {
  pbkdf2('supersecure', salt, iterations, 64, 'sha512', () => {
    if (performance.now() > endAt) return;
    done += 1;
    next();
  });
}

for (let i = 0; i < availableParallelism(); i += 1) next();
process.on('exit', () => console.log(JSON.stringify({ perSecond: done / seconds })));
