/** The page of foreign hashes is compared with the code: bounds, stored forms, what is replaced and what is wrapped. */

import { expect, test } from 'vitest';
import { hashBounds } from '../../src/crypto/hashes/hash-bounds.ts';
import { isWeaker } from '../../src/crypto/hashes/hash-strength.ts';
import type { HashParameters } from '../../src/crypto/hashes/hash-types.ts';
import { parseStored } from '../../src/crypto/hashes/stored-hash.ts';
import { forStorage, mustBeWrapped } from '../../src/crypto/hashes/wrapping.ts';
import { currentParameters } from '../../src/crypto/phc.ts';
import { part, rows } from '../support/docs.ts';

const page = 'docs/foreign-hashes.md';
const current = currentParameters(220_000);
const [salt, hash] = ['c29tZXNhbHRzYWx0MTIzNA', '8UTZSbJyHoY4JduoMQ8Xz7pQk1k9mP2J6U6PjPz3jE0'];
const bcryptEnd = 'N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';

/** A strong hash of each kind, in stored form. */
const strong: Readonly<Record<string, string>> = {
  PBKDF2: `$pbkdf2-sha256$3000000$${salt}$${hash}`,
  bcrypt: `$2b$14$${bcryptEnd}`,
  'bcrypt of SHA-256': `bcrypt_sha256$$2b$14$${bcryptEnd}`,
  Argon2id: `$argon2id$v=19$m=131072,t=16,p=1$${salt}$${hash}`,
  Argon2i: `$argon2i$v=19$m=131072,t=16,p=1$${salt}$${hash}`,
  scrypt: `$scrypt$ln=17,r=8,p=1$${salt}$${hash}`,
  "Firebase's scrypt": `$fbscrypt$v=1,n=17,r=8,p=1,ss=Bw==,sk=${hash}=$${salt}==$${hash}=`,
  digests: `$digest-sha256$$$${hash}`,
};

function parametersOf(kind: string): HashParameters {
  const parameters = parseStored(strong[kind] ?? '')?.parameters;
  if (!parameters) throw new Error(`There is no example of ${kind}.`);
  return parameters;
}

const figures = (text = '') =>
  [...text.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(',', '')));

/** The figures of the bounds of each kind, in the order of the page. */
function boundsOf({ kind }: HashParameters): readonly number[] {
  switch (kind) {
    case 'pbkdf2':
      return [hashBounds.pbkdf2Iterations];
    case 'bcrypt':
      return [hashBounds.bcryptMinCost, hashBounds.bcryptMaxCost];
    case 'argon2id':
    case 'argon2i':
      return [hashBounds.argon2MemoryKiB, hashBounds.argon2Work, hashBounds.argon2Lanes];
    case 'digest':
      return [hashBounds.saltBytes];
    default:
      // Of "(128·N·r)" the page has the factor too.
      return [hashBounds.scryptMemoryBytes, 128, hashBounds.scryptWork];
  }
}

const kinds = rows(part(page, '## Kinds')).filter(([kind]) => kind !== 'kind' && !kind?.startsWith('---'));

test('the table of kinds has every kind, with the bounds of the code', () => {
  expect(kinds.map(([kind]) => kind)).toEqual(Object.keys(strong));
  for (const [kind = '', , bounds] of kinds)
    expect(figures(bounds), kind).toEqual(boundsOf(parametersOf(kind)));
  const text = part(page, '## Kinds');
  const { saltBytes, argon2MinSaltBytes, minHashBytes, maxHashBytes } = hashBounds;
  expect(text).toContain(`at most ${saltBytes} bytes, and Argon2's at least ${argon2MinSaltBytes}`);
  expect(text).toContain(`${minHashBytes} to ${maxHashBytes} bytes`);
});

test('the table says which kinds are always wrapped and replaced, and which depend on their parameters', () => {
  for (const [kind = '', , , wrapped, replaced] of kinds) {
    const isMarked = mustBeWrapped(forStorage(strong[kind] ?? '', current));
    expect(wrapped?.startsWith('always'), kind).toBe(isMarked);
    expect(replaced?.startsWith('always'), kind).toBe(isWeaker(parametersOf(kind), current));
    if (wrapped?.startsWith('never')) {
      const least = currentParameters(99_999_999);
      expect(mustBeWrapped(forStorage(strong[kind] ?? '', least)), kind).toBe(false);
    }
  }
});

test('the table of stored forms has every kind, in the form that the code reads', () => {
  const forms = rows(part(page, '## What is stored')).filter(([, form]) => form?.startsWith('`'));
  expect(forms.map(([kind]) => kind)).toEqual(Object.keys(strong));
  for (const [kind = '', form = ''] of forms) {
    const [, beginning = ''] = /^`([$\w-]+[$,=])/.exec(form) ?? [];
    const marks = /^[$]?[a-z_\d]*[-$]/.exec(beginning)?.[0] ?? 'none';
    expect(strong[kind]?.startsWith(marks), `${kind}: ${marks}`).toBe(true);
  }
});
