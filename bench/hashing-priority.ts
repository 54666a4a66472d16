/** The priority of Gatehouse's hashing threads, which bare hashes get too: a neighbour on the core then slows both alike. */

import { readFileSync } from 'node:fs';

/** It is read from the program of a thread, which steps back as soon as it is loaded. */
export function hashingPriority(): number {
  const program = readFileSync(new URL('../src/crypto/hashing-thread.js', import.meta.url), 'utf8');
  const priority = /^const lowerPriority = (\d+);$/m.exec(program)?.[1];
  if (priority === undefined) throw new Error('The hashing thread names no lowerPriority');
  return Number(priority);
}
