/** Tokens over a real store: good once, for one thing, for a while. */

import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Tokens, tokenLifeMs } from '../../src/concepts/tokens.ts';
import { digest } from '../../src/crypto/ids.ts';
import type { TokenPurpose } from '../../src/storage/port/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/store.ts';
import { temporaryFolder } from '../support/server.ts';

const now = 1_000_000;
const email = 'joe@example.com';
const refused = { refused: 'invalid_token' };

async function setUp() {
  const store = openSqliteStore(join(temporaryFolder(), 'gatehouse.db'), digest);
  onTestFinished(() => store.close());
  const account = { identifier: 'joe', canonical: 'joe', passwordHash: '', createdAt: now, email };
  await store.accounts.create({ userId: 'joe', ...account });
  return new Tokens(store.tokens);
}

test('a token works once, for its purpose', async () => {
  const tokens = await setUp();
  const text = await tokens.mint('joe', 'reset_password', email, now);
  expect(text).toMatch(/^[a-z0-9]{26}$/);
  const token = { userId: 'joe', purpose: 'reset_password', email, expiresAt: now + 30 * 60_000 };
  expect(await tokens.look(text, 'reset_password', now)).toEqual(token);
  expect(await tokens.take(text, 'verify_email', now)).toEqual(refused);
  expect(await tokens.take(text, 'reset_password', now)).toEqual(token);
  expect(await tokens.look(text, 'reset_password', now)).toEqual(refused);
  expect(await tokens.take(text, 'reset_password', now)).toEqual(refused);
});

test('of 20 concurrent uses of one token exactly one succeeds', async () => {
  const tokens = await setUp();
  const text = await tokens.mint('joe', 'verify_email', email, now);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => tokens.take(text, 'verify_email', now)),
  );
  expect(outcomes.filter((outcome) => 'userId' in outcome)).toHaveLength(1);
});

const lives: [TokenPurpose, number][] = [
  ['verify_email', 86_400_000],
  ['change_email', 86_400_000],
  ['reset_password', 1_800_000],
];

test.each(lives)('%s is valid for %i ms, and not one longer', async (purpose, life) => {
  const tokens = await setUp();
  expect(tokenLifeMs[purpose]).toBe(life);
  const [first, second] = [
    await tokens.mint('joe', purpose, email, now),
    await tokens.mint('joe', purpose, email, now),
  ];
  expect(await tokens.look(first, purpose, now + life)).toEqual(refused);
  expect(await tokens.take(first, purpose, now + life - 1)).toMatchObject({ userId: 'joe' });
  expect(await tokens.take(second, purpose, now + life)).toEqual(refused);
});

test('stale, reused, malformed, revoked and unknown tokens are refused alike', async () => {
  const tokens = await setUp();
  const used = await tokens.mint('joe', 'reset_password', email, now);
  await tokens.take(used, 'reset_password', now);
  const revoked = await tokens.mint('joe', 'reset_password', email, now);
  await tokens.revokeAccess('joe');
  const orphan = await tokens.mint('nobody', 'reset_password', email, now);
  const bad = [used, revoked, orphan, '', 'a'.repeat(26), 'A'.repeat(26), `${used}\n`, 'x'.repeat(100_000)];
  for (const text of bad) {
    expect(await tokens.look(text, 'reset_password', now)).toEqual(refused);
    expect(await tokens.take(text, 'reset_password', now)).toEqual(refused);
  }
});

test.each(lives)('%s of a wrong clock is invalid, and is swept', async (purpose, life) => {
  const tokens = await setUp();
  const slack = 60_000;
  const [off, far] = [
    await tokens.mint('joe', purpose, email, now + slack),
    await tokens.mint('joe', purpose, email, now + slack + 1),
  ];
  expect(await tokens.look(off, purpose, now)).toMatchObject({ expiresAt: now + slack + life });
  expect(await tokens.look(far, purpose, now)).toEqual(refused);
  expect(await tokens.take(far, purpose, now)).toEqual(refused);
  const distant = await tokens.mint('joe', purpose, email, now + 400 * 86_400_000);
  await tokens.sweep(now, async () => {});
  expect(await tokens.look(distant, purpose, now + 400 * 86_400_000)).toEqual(refused);
  expect(await tokens.take(off, purpose, now)).toMatchObject({ userId: 'joe' });
});

test('a sweep removes expired tokens and nothing else', async () => {
  const tokens = await setUp();
  const short = await tokens.mint('joe', 'reset_password', email, now);
  const long = await tokens.mint('joe', 'verify_email', email, now);
  await tokens.sweep(now + 1_800_000, async () => {});
  expect(await tokens.look(short, 'reset_password', now)).toEqual(refused);
  expect(await tokens.look(long, 'verify_email', now)).toMatchObject({ userId: 'joe' });
});
