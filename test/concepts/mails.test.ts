/** Mails over a real store: queued, limited, claimed, tried again and given up. */

import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { claimMs, firstPauseMs, givenUpMs, longestPauseMs, Mails } from '../../src/concepts/mails.ts';
import { digest } from '../../src/crypto/ids.ts';
import type { QueuedMail } from '../../src/storage/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/store.ts';
import { temporaryFolder } from '../support/server.ts';

const now = 100_000_000;
const hour = 3_600_000;
const recipient = 'joe@example.com';
const to = { userId: 'joe', recipient };
const joe = { id: 'joe', email: recipient, emailVerifiedAt: 1 };

function setUp() {
  const file = join(temporaryFolder(), 'gatehouse.db');
  const stores = [openSqliteStore(file, digest), openSqliteStore(file, digest)] as const;
  onTestFinished(async () => {
    for (const store of stores) await store.close();
  });
  let queued = 0;
  const mails = new Mails(stores[0].mails, () => {
    queued += 1;
  });
  return { mails, other: new Mails(stores[1].mails), queued: () => queued };
}

async function next(mails: Mails, at: number): Promise<QueuedMail> {
  const mail = await mails.claim(at);
  if (!mail) throw new Error('No mail is due');
  return mail;
}

test('what was queued is to be sent, until it was sent', async () => {
  const { mails, queued } = setUp();
  expect(await mails.ask('reset_password', to, now)).toBe('queued');
  expect(queued()).toBe(1);
  const mail = await next(mails, now);
  expect(mail).toMatchObject({ kind: 'reset_password', userId: 'joe', recipient, details: {}, failures: 0 });
  await mails.sent(mail, now);
  expect(await mails.claim(now + hour)).toBeUndefined();
});

test('one mailbox gets three mails in any hour, however its name is cased', async () => {
  const { mails, queued } = setUp();
  const ask = (at: number, recipient = to.recipient) => mails.ask('reset_password', { ...to, recipient }, at);
  expect([await ask(now), await ask(now + 1), await ask(now + 2)]).toEqual(['queued', 'queued', 'queued']);
  expect(await ask(now + 3, 'JOE@example.com')).toBe('too_many');
  expect(await mails.ask('verify_email', to, now + 3)).toBe('too_many');
  expect(await ask(now + hour - 1)).toBe('too_many');
  expect(await ask(now + hour)).toBe('queued');
  expect(await ask(now + hour)).toBe('too_many');
  expect(await ask(now + 3, 'ann@example.com')).toBe('queued');
  expect(queued()).toBe(5);
});

test('of 20 that ask at once three get a mail', async () => {
  const { mails } = setUp();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => mails.ask('verify_email', to, now)));
  expect(outcomes.filter((outcome) => outcome === 'queued')).toHaveLength(3);
});

test('the third mail is never spent on a change that anybody can ask for', async () => {
  const { mails } = setUp();
  const change = () => mails.ask('change_email', to, now);
  expect([await change(), await change(), await change()]).toEqual(['queued', 'queued', 'too_many']);
  expect(await mails.ask('reset_password', to, now)).toBe('queued');
  expect(await mails.ask('reset_password', to, now)).toBe('too_many');
});

test('a notice is not silenced by what was asked for, nor by notices of another kind', async () => {
  const { mails } = setUp();
  for (let n = 0; n < 4; n += 1) await mails.ask('reset_password', to, now);
  for (let n = 0; n < 25; n += 1) await mails.notify(joe, 'new_device', {}, now);
  await mails.notify(joe, 'password_changed', {}, now);
  await mails.notify(joe, 'email_changed', { email: 'a***@example.com' }, now);
  const kinds: string[] = [];
  for (let mail = await mails.claim(now); mail; mail = await mails.claim(now)) kinds.push(mail.kind);
  const count = (kind: string) => kinds.filter((one) => one === kind).length;
  expect(['reset_password', 'new_device', 'password_changed', 'email_changed'].map(count)).toEqual([
    3, 20, 1, 1,
  ]);
});

test('a notice goes to a verified address only', async () => {
  const { mails } = setUp();
  await mails.notify({ ...joe, emailVerifiedAt: null }, 'password_changed', {}, now);
  await mails.notify({ ...joe, email: null }, 'password_changed', {}, now);
  expect(await mails.claim(now)).toBeUndefined();
});

test('of two processes one gets a mail; if it dies the other gets it later', async () => {
  const { mails, other } = setUp();
  await mails.ask('reset_password', to, now);
  const claims = await Promise.all([mails.claim(now), other.claim(now), mails.claim(now), other.claim(now)]);
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await other.claim(now + claimMs - 1)).toBeUndefined();
  expect(await other.claim(now + claimMs)).toMatchObject({ recipient, failures: 0 });
});

test('pauses double up to half an hour, spread by a quarter either way, for a day', async () => {
  const { mails } = setUp();
  await mails.ask('reset_password', to, now);
  let at = now;
  const pauses = [];
  for (;;) {
    const retryAt = await mails.failed(await next(mails, at), at, 0.5);
    if (retryAt === null) break;
    expect(await mails.claim(retryAt - 1)).toBeUndefined();
    pauses.push(retryAt - at);
    at = retryAt;
  }
  expect(pauses.slice(0, 5)).toEqual([5_000, 10_000, 20_000, 40_000, 80_000]);
  expect(Math.max(...pauses)).toBe(longestPauseMs);
  expect(at - now).toBeLessThan(givenUpMs);
  expect(at - now).toBeGreaterThan(givenUpMs - 2 * longestPauseMs);
  expect(await mails.claim(now + 10 * givenUpMs)).toBeUndefined();
});

test('chance decides how long within its bounds', async () => {
  const { mails } = setUp();
  for (const [chance, share] of [
    [0, 0.75],
    [0.999_999, 1.25],
  ] as const) {
    await mails.ask('reset_password', to, now);
    expect(await mails.failed(await next(mails, now), now, chance)).toBe(now + firstPauseMs * share);
  }
});

test('a sweep keeps what waits and what still counts', async () => {
  const { mails } = setUp();
  await mails.ask('reset_password', to, now);
  await mails.sent(await next(mails, now), now);
  await mails.ask('reset_password', to, now);
  await mails.sweep(now + hour - 1, async () => {});
  expect(await mails.ask('reset_password', to, now + hour - 1)).toBe('queued');
  expect(await mails.ask('reset_password', to, now + hour - 1)).toBe('too_many');
  await mails.sweep(now + 9 * hour, async () => {});
  expect(await mails.claim(now + 9 * hour)).toMatchObject({ createdAt: now });
});
