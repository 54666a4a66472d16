/** The native format: its schema, its reader and its writer agree, and a bad line is one problem. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountFields } from '../../../src/maintenance/import/native/read-account.ts';
import { sessionFields } from '../../../src/maintenance/import/native/read-session.ts';
import { lineOf } from '../../../src/maintenance/import/native/write-line.ts';
import type { ImportRecord } from '../../../src/maintenance/import/records.ts';
import type { SessionToImport } from '../../../src/storage/port/imports.ts';
import type { ExportedAccount } from '../../../src/storage/port/transfer/exports.ts';
import { readNative } from '../../support/importing.ts';
import { root } from '../../support/process.ts';

const schema = JSON.parse(readFileSync(join(root, 'docs/import-format.schema.json'), 'utf8'));
const docs = readFileSync(join(root, 'docs/import-format.md'), 'utf8');
const isValid = new Ajv2020({ allowUnionTypes: true, strictRequired: false }).compile(schema);

const hash = fc.stringMatching(/^[\da-f]{64}$/);
const instant = fc.integer({ min: 0, max: 253_402_300_799_999 });
const word = fc.stringMatching(/^[a-z0-9]{16}$/);
const passwordHash = fc.constantFrom(
  '!',
  '$2b$10$.hij/hkJyKZ8gzZ71xNv1u5R.A57eBSDZiE5gf/bhroVZaku2Rbyy',
  '$pbkdf2-sha512$i=1000,l=64$YUYyHsEZJ/rwvY9K1jbBSA$z+yKRqUEiUYR5BJgmn4cmnvD0nIbJuvO2/yrzeHHaVRM96vWa1ZszuDBfd8uhyP41IeNPK5QPjbfrkuWXCwwQQ',
);
const passkey = fc.record({
  credentialId: fc.stringMatching(/^[\w-]{20,60}$/),
  handle: word,
  name: fc.string({ minLength: 1, maxLength: 60 }),
  publicKey: fc.stringMatching(/^[\w-]{40,90}$/),
  counter: fc.nat(),
  transports: fc.constantFrom('', 'internal,hybrid'),
  isSynced: fc.boolean(),
  createdAt: instant,
  lastUsedAt: fc.option(instant),
});
const totp = fc.record({
  sealed: fc.stringMatching(/^v1\.[\da-f]{8}\.[\w-]{20,60}$/),
  enrolledAt: instant,
  lastStep: fc.nat(),
});
const factors = fc
  .record({
    since: instant,
    totp: fc.option(totp),
    failures: fc.nat(100),
    recoveryHashes: fc.array(hash, { maxLength: 10 }),
    passkeys: fc.array(passkey, { maxLength: 3 }),
  })
  .filter((one) => one.totp !== null || one.passkeys.length > 0);
const session = fc.record({
  idHash: hash,
  handle: word,
  userId: fc.constant('u'),
  contract: fc.constantFrom('rest', 'import'),
  createdAt: instant,
  lastSeenAt: instant,
  idleExpiresAt: instant,
  expiresAt: instant,
  provenAt: instant,
  network: fc.constantFrom('', '192.0.2.1'),
  device: fc.constantFrom('', 'Firefox on Linux'),
});
const account = fc.record({
  userId: fc.constant('u'),
  identifier: fc.constantFrom('ada', 'ada@example.com', 'J. Doe', 'jürgen@example.com'),
  canonical: fc.constantFrom('ada', 'PARKED:u'),
  passwordHash,
  email: fc.constantFrom(null, 'ada@example.com'),
  emailVerifiedAt: fc.option(instant),
  createdAt: instant,
  disabledAt: fc.option(instant),
  factors: fc.option(factors),
  devices: fc.array(fc.record({ deviceHash: hash, lastUsedAt: instant }), { maxLength: 3 }),
  trustedBrowsers: fc.array(
    fc.record({
      tokenHash: hash,
      handle: word,
      details: fc.constantFrom({}, { device: 'Firefox', network: '192.0.2.1' }),
      createdAt: instant,
      expiresAt: instant,
    }),
    { maxLength: 2 },
  ),
});

/** What was read, in the form of what was written. */
function asWritten(records: readonly ImportRecord[]): { account: object; sessions: object[] } {
  const [first, ...rest] = records;
  if (first?.kind !== 'account') throw new Error(`It was read as ${JSON.stringify(first)}`);
  const { own = {} } = first;
  return {
    account: {
      userId: first.userId,
      identifier: first.identifier,
      isParked: own.isParked ?? false,
      passwordHash: first.passwordHash ?? '!',
      email: first.email ?? null,
      emailVerifiedAt: own.emailVerifiedAt ?? null,
      createdAt: first.createdAt,
      disabledAt: first.disabledAt ?? null,
      factors: own.factors ?? null,
      devices: own.devices,
      trustedBrowsers: own.trustedBrowsers,
    },
    sessions: rest.map(({ kind: _kind, place: _place, ...one }) => ({
      network: '',
      device: '',
      ...dropped(one),
    })),
  };
}

const dropped = (one: object) => JSON.parse(JSON.stringify(one));

function expected({
  account,
  sessions,
}: {
  account: ExportedAccount['account'];
  sessions: readonly SessionToImport[];
}) {
  const { canonical, emailVerifiedAt, ...rest } = account;
  return {
    account: {
      ...rest,
      isParked: canonical.startsWith('PARKED:'),
      // Without an address there is nothing to verify.
      emailVerifiedAt: account.email === null ? null : emailVerifiedAt,
    },
    sessions,
  };
}

test('I1: what is written is read as it was, and both keep to the schema', async () => {
  const item = fc.record({ account, sessions: fc.array(session, { maxLength: 3 }) });
  await fc.assert(
    fc.asyncProperty(item, async (one) => {
      const line = lineOf(one, () => undefined);
      expect(isValid(JSON.parse(line)), JSON.stringify(isValid.errors)).toBe(true);
      expect(asWritten(await readNative(line))).toEqual(expected(one));
    }),
    { numRuns: 200 },
  );
});

test('the schema, the reader and the page have the same fields', () => {
  const { account, session } = schema.$defs;
  expect(Object.keys(account.properties)).toEqual([...accountFields]);
  expect(Object.keys(session.properties)).toEqual([...sessionFields]);
  for (const name of [...accountFields, ...sessionFields]) expect(docs).toContain(`\`${name}\``);
});

test('the examples of the page are lines of the schema, and are read', async () => {
  const [, block = ''] = /^```json\n([\s\S]*?)^```$/m.exec(docs) ?? [];
  const lines = block.trimEnd().split('\n');
  expect(lines.length).toBe(3);
  for (const line of lines) expect(isValid(JSON.parse(line)), JSON.stringify(isValid.errors)).toBe(true);
  expect((await readNative(...lines)).map(({ kind }) => kind)).toEqual([
    'account',
    'session',
    'account',
    'session',
  ]);
});
