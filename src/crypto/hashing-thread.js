// The program of a hashing thread: takes a task, answers its hash, waits for the next.
// Plain JavaScript: to strip its types, each thread would load a compiler, which takes longer than the rest of its start.
// @ts-check

import { pbkdf2Sync } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort } from 'node:worker_threads';

/** @import { Derived, Task } from './hashing-threads.ts' */

/**
 * Of two threads that want one core, the event loop gets three quarters of it. Further down, a busy neighbour on the
 * machine would starve logins: at 19 a hash takes half a minute beside three busy programs.
 */
const lowerPriority = 5;

stepBack();
parentPort?.on('message', (/** @type {Task} */ { password, salt, parameters }) => {
  const startedAt = performance.now();
  const hash = pbkdf2Sync(password, salt, parameters.iterations, parameters.hashBytes, parameters.digest);
  parentPort?.postMessage(/** @satisfies {Derived} */ ({ hash, tookMs: performance.now() - startedAt }));
});

/** Only Linux gives each thread a priority of its own; elsewhere the whole process would step back. */
function stepBack() {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), lowerPriority);
  } catch {
    // Without it hashing is as fast and checks wait a little longer.
  }
}
