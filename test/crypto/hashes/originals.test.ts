/** Imported hashes against the programs that made them: the same passwords match, and no others (ruling I2). */

import { createRequire } from 'node:module';
import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { openVerification, storedFrom } from '../../support/foreign-verification.ts';
import { hashesBy, madeBy, type OriginalHash, programs } from '../../support/originals/originals.ts';

const ascii = 'correct horse battery';
const bytes72 = `${'0123456789'.repeat(7)}ab`;
const composed = 'caf\u00e9 au lait';
const decomposed = 'cafe\u0301 au lait';

/** Passwords that hashers treat differently. */
const passwords = [
  ascii,
  bytes72,
  `${bytes72}c`,
  composed,
  decomposed,
  'before\0after',
  'x'.repeat(1_000),
  '',
  ' ',
  // Every byte of UTF-8 that some versions of bcrypt took for a negative number.
  '\u00ff\u00a3\u00ff\u20ac\u{1f511}',
];

/** Other texts that a careless comparison takes for one of the passwords. */
const others = [`${ascii} `, ascii.toUpperCase(), 'before', 'beforeafter', 'x'.repeat(999), '\ufffd', '?'];

const isOfBcrypt = (origin: string) => /bcrypt(?!_sha256)/.test(origin);

/** Whether a text is to match the hash of a password, as its origin has it. */
function matches(origin: string, text: string, password: string): boolean {
  if (!isOfBcrypt(origin)) return text === password;
  // bcrypt reads 72 bytes.
  const read = (one: string) => Buffer.from(one).subarray(0, 72).toString('latin1');
  return read(text) === read(password);
}

/** Compares every text with every hash: each pair that matches, or differs from what it should be, by its name. */
async function check(hashes: readonly OriginalHash[]): Promise<number> {
  const verify = openVerification();
  let compared = 0;
  const compare = async ({ origin, password, hash }: OriginalHash) => {
    if (hash === null) return;
    const stored = storedFrom(hash);
    for (const text of [...passwords, ...others]) {
      const { correct } = await verify(text, stored);
      const pair = `${origin}: ${JSON.stringify(text.slice(0, 80))} for ${JSON.stringify(password.slice(0, 80))}`;
      expect(correct, pair).toBe(matches(origin, text, password));
      compared += 1;
    }
    // A text that is not Unicode matches nothing, not even what its UTF-8 looks like.
    expect((await verify(`${password}\ud800`, stored)).correct).toBe(false);
  };
  await Promise.all(hashes.map(compare));
  return compared;
}

/** What each language has to hash: its libraries, and the passwords that they take. */
const counts: Readonly<Record<string, number>> = { Python: 18, PHP: 3, Ruby: 1 };

describe.each(Object.keys(programs))('hashes of %s', (language) => {
  const { title, isMissing } = madeBy(language);
  test.skipIf(isMissing)(
    `I2: the passwords of hashes match, and no others: ${title}`,
    { timeout: 60_000 },
    async () => {
      const hashes = hashesBy(language, passwords);
      const origins = new Set(hashes.map(({ origin }) => origin));
      expect(origins.size).toBe(counts[language]);
      // bcrypt ends at U+0000 in C, so these libraries take no password with one.
      const refused = hashes.filter(({ hash }) => hash === null);
      for (const { origin, password } of refused) {
        expect(isOfBcrypt(origin)).toBe(true);
        expect(password).toContain('\0');
      }
      expect(await check(hashes)).toBeGreaterThanOrEqual(origins.size * (passwords.length - 1) * 10);
    },
  );
});

test('I2: hashes of bcryptjs match, with U+0000 too, in all its versions', async () => {
  const hashes = passwords.flatMap((password) =>
    ['a', 'b', 'y'].map((version) => {
      const hash = hashSync(password, 4).replace('$2b', `$2${version}`);
      return { origin: `bcryptjs 2${version}`, password, hash };
    }),
  );
  expect(await check(hashes)).toBe(hashes.length * (passwords.length + others.length));
});

test('I2: hashes of better-auth match in every composition that it normalised', {
  timeout: 60_000,
}, async () => {
  const require = createRequire(new URL('../../toolchain/package.json', import.meta.url));
  const library = 'better-auth/crypto';
  const { hashPassword } = await import(require.resolve(library));
  const verify = openVerification();
  const stored = storedFrom(await hashPassword(composed));
  for (const text of [composed, decomposed, composed.replace('caf', '\uff43af')]) {
    expect((await verify(text, stored)).correct).toBe(true);
  }
  expect((await verify('cafe au lait', stored)).correct).toBe(false);
  expect((await verify(`${composed}\ud800`, stored)).correct).toBe(false);
  for (const text of ['', ascii, bytes72, `${bytes72}c`, 'before\0after', 'x'.repeat(1_000)]) {
    const own = storedFrom(await hashPassword(text));
    expect((await verify(text, own)).correct).toBe(true);
    expect((await verify(`${text}x`, own)).correct).toBe(false);
  }
});
