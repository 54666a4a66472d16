/** Finds the existing name that an unknown name is closest to. */

import { closestMatch } from 'leven';

/** More slips than this make another word. */
const maxSlips = 3;

/** The candidate that a word is closest to, if it is close: at most three slips, and fewer in a short word. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const maxDistance = Math.min(maxSlips, Math.floor(word.length / 2));
  return closestMatch(word, candidates, { maxDistance });
}

/**
 * The closest setting. Case, dashes, underscores and `GATEHOUSE_` make no difference, so that
 * `GATEHOUSE_PORT` means `PORT` and `database_url` means `databaseUrl`.
 */
export function closestName(name: string, names: readonly string[]): string | undefined {
  const bare = new Map(names.map((one) => [bareName(one), one]));
  return bare.get(closest(bareName(name), [...bare.keys()]) ?? '');
}

/** A name without what styles of writing differ in. */
export function bareName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[-_]/g, '')
    .replace(/^gatehouse/, '');
}
