/** Finds the existing name that an unknown name is closest to. */

import { closestMatch } from 'leven';

/** More edits than this make another word. */
const maxEdits = 3;

/** The candidate closest to a word: at most three edits away, and fewer in a short word. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const maxDistance = Math.min(maxEdits, Math.floor(word.length / 2));
  return closestMatch(word, candidates, { maxDistance });
}

/**
 * The closest setting, without regard to case, dashes, underscores and `GATEHOUSE_`: `GATEHOUSE_PORT` means `PORT`, and
 * `database_url` means `databaseUrl`.
 */
export function closestName(name: string, names: readonly string[]): string | undefined {
  const bare = new Map(names.map((one) => [bareName(one), one]));
  return bare.get(closest(bareName(name), [...bare.keys()]) ?? '');
}

/** A name without the differences of naming styles. */
export function bareName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[-_]/g, '')
    .replace(/^gatehouse/, '');
}
