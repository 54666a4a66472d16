/** The program that tests start: the sources in a bundle, made once for a run; in full form the sources themselves. */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { isFull } from './length.ts';
import { enter } from './postgres/door.ts';

/** The sources as a clone runs them. */
export const sources = join(dirname(fileURLToPath(import.meta.url)), '../../bin/gatehouse.js');

let bundled: Promise<string> | undefined;

/** The path of a program that behaves as `bin/gatehouse.js` does, and starts in half its time. */
export async function theProgram(): Promise<string> {
  const door = inject('postgresDoor');
  if (isFull || door === undefined) return sources;
  bundled ??= enter<string>(door, 'program');
  return bundled;
}
