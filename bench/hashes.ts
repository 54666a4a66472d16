/** The limit of logins: bare `crypto.pbkdf2` with a login's parameters, as many at once as there are cores. */

import { pbkdf2 } from 'node:crypto';
import { availableParallelism, setPriority } from 'node:os';
import { hashingPriority } from './hashing-priority.ts';

const [iterations = 0, seconds = 0] = process.argv.slice(2).map(Number);
const salt = Buffer.alloc(16, 1);
let done = 0;

function next(): void {
  pbkdf2('supersecure', salt, iterations, 64, 'sha512', () => {
    done += 1;
    next();
  });
}

// The threads that are started for the hashes inherit it.
setPriority(hashingPriority());
const before = process.cpuUsage();
for (let i = 0; i < availableParallelism(); i += 1) next();
setTimeout(() => {
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ perSecond: done / seconds, cpuMs: (user + system) / 1_000 / done }));
  process.exit();
}, seconds * 1_000);
