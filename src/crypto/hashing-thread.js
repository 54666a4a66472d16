// The program of a hashing thread: takes a task, answers its hash, waits for the next.
// Plain JavaScript: to strip its types, each thread would load a compiler, which takes longer than the rest of its start.
// @ts-check

import { pbkdf2Sync } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort } from 'node:worker_threads';

/** @import { Derived, ForeignTask, OwnTask, Task } from './hashing-threads.ts' */

/**
 * Of two threads that want one core, the event loop gets three quarters of it. Further down, a busy neighbour on the
 * machine would starve logins: at 19 a hash takes half a minute beside three busy programs.
 */
const lowerPriority = 5;

stepBack();
parentPort?.on('message', async (/** @type {Task} */ task) => {
  const compute = 'salt' in task ? () => own(task) : await foreign(task);
  const startedAt = performance.now();
  const hash = compute();
  parentPort?.postMessage(/** @satisfies {Derived} */ ({ hash, tookMs: performance.now() - startedAt }));
});

/** @param {OwnTask} task */
function own({ password, salt, parameters: { iterations, hashBytes, digest } }) {
  return pbkdf2Sync(password, salt, iterations, hashBytes, digest);
}

/**
 * What computes a hash of another system. If it fails, the thread ends, and the waiting call is rejected.
 *
 * @param {ForeignTask} task
 */
async function foreign({ password, parameters }) {
  const { computeHash, prepare } = await import('./hashes/compute-hash.js');
  await prepare(parameters);
  return () => computeHash(password, parameters);
}

/** Only Linux gives each thread a priority of its own; elsewhere the whole process would step back. */
function stepBack() {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), lowerPriority);
  } catch {
    // Without it hashing is as fast and checks wait a little longer.
  }
}
