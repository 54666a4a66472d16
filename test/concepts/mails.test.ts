/** Mails over a real store: queued, claimed, tried again and given up. */

import { expect, test } from 'vitest';
import {
  claimMs,
  firstPauseMs,
  givenUpMs,
  maxFailures,
  maxPauseMs,
  maxWaitMs,
} from '../../src/concepts/mails.ts';
import { hour, next, now, recipient, setUp, to } from '../support/mails.ts';

test('a queued mail is due until it was sent', async () => {
  const { mails, queued } = setUp();
  expect(await mails.ask('reset_password', to, now)).toBe('queued');
  expect(queued()).toBe(1);
  const mail = await next(mails, now);
  expect(mail).toMatchObject({ kind: 'reset_password', userId: 'joe', recipient, details: {}, failures: 0 });
  await mails.sent(mail, now);
  expect(await mails.claim(now + hour)).toBeUndefined();
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
  expect(Math.max(...pauses)).toBe(maxPauseMs);
  expect(at - now).toBeLessThan(givenUpMs);
  expect(at - now).toBeGreaterThan(givenUpMs - 2 * maxPauseMs);
  expect(await mails.claim(now + 10 * givenUpMs)).toBeUndefined();
});

test('the pause is random within its bounds', async () => {
  const { mails } = setUp();
  for (const [chance, share] of [
    [0, 0.75],
    [0.999_999, 1.25],
  ] as const) {
    await mails.ask('reset_password', to, now);
    expect(await mails.failed(await next(mails, now), now, chance)).toBe(now + firstPauseMs * share);
  }
});

test('M4: a mail that was queued, claimed or put off while the clock was ahead is sent', async () => {
  const { mails, other } = setUp();
  const year = 365 * 24 * hour;
  await mails.ask('reset_password', to, now + year);
  expect(await mails.claim(now + year - maxWaitMs)).toBeUndefined();
  const mail = await next(mails, now);
  expect(mail).toMatchObject({ kind: 'reset_password' });
  expect(await other.claim(now)).toBeUndefined();
  await mails.sent(mail, now);

  await mails.ask('verify_email', to, now + year);
  await next(mails, now + year);
  const claimed = await next(other, now);
  expect(claimed).toMatchObject({ kind: 'verify_email', failures: 0 });
  await mails.sent(claimed, now);

  await mails.ask('change_email', to, now + year);
  await mails.failed(await next(mails, now + year), now + year, 1);
  expect(await other.claim(now)).toMatchObject({ kind: 'change_email', failures: 1 });
});

test('no pause, claim or request sets a next attempt that counts as too far ahead', async () => {
  const { mails } = setUp();
  await mails.ask('reset_password', to, now + 60_000);
  expect(await mails.claim(now)).toBeUndefined();
  let at = now + 60_000;
  for (let n = 0; n < 20; n += 1) {
    const retryAt = await mails.failed(await next(mails, at), at, 1);
    expect(await mails.claim(at)).toBeUndefined();
    at = retryAt ?? at;
  }
});

test('a mail from the future is given up after a number of failures', async () => {
  const { mails } = setUp();
  await mails.ask('reset_password', to, now + 365 * 24 * hour);
  let at = now;
  let failures = 0;
  for (let retryAt: number | null = at; retryAt !== null; failures += 1) {
    at = retryAt;
    retryAt = await mails.failed(await next(mails, at), at, 1);
  }
  expect(failures).toBe(maxFailures);
  expect(at - now).toBeLessThan(3 * givenUpMs);
});

test('a sweep keeps mails that wait or still count', async () => {
  const { mails } = setUp();
  await mails.ask('verify_email', to, now);
  await mails.sent(await next(mails, now), now);
  await mails.ask('verify_email', to, now);
  await mails.sweep(now + hour - 1, async () => {});
  expect(await mails.ask('verify_email', to, now + hour - 1)).toBe('queued');
  expect(await mails.ask('verify_email', to, now + hour - 1)).toBe('too_many');
  await mails.sweep(now + 9 * hour, async () => {});
  expect(await mails.claim(now + 9 * hour)).toMatchObject({ createdAt: now });
});
