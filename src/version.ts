/** The version of this program, from its package. */

import { readFileSync } from 'node:fs';

let known: string | undefined;

/** Reads the file once, at the first use. */
export function version(): string {
  if (known === undefined) {
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    known = (JSON.parse(text) as { version: string }).version;
  }
  return known;
}
