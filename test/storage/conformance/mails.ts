/** Cases for the mail queue: sent in order, tried again, limited per recipient, and counted until swept. */

import assert from 'node:assert/strict';
import type {
  Due,
  MailLimit,
  MailLimits,
  MailStore,
  NewMail,
  QueuedMail,
  Store,
} from '../../../src/storage/port/port.ts';
import { account, type ConformanceCase, over, upTo } from './case.ts';

export const now = 10_000_000;
const many = within({ max: 1_000, windowMs: 1_000 });

/** One window is all that limits. */
export function within(...windows: MailLimit[]): MailLimits {
  return { windows };
}

/** Everything that is to be sent by an instant; no clock was wrong. */
export function by(now: number): Due {
  return { now, latest: Number.MAX_SAFE_INTEGER };
}

export function mail(changes: Partial<NewMail> = {}): NewMail {
  return {
    kind: 'new_device',
    userId: 'id-of-joe',
    recipient: 'Joe@Example.com',
    details: { device: 'Firefox “on” Linux', network: '192.0.2.1' },
    createdAt: now,
    ...changes,
  };
}

/** Queues mails that were made at these instants; returns them as they wait. */
async function queueAll(store: Store, instants: readonly number[]): Promise<QueuedMail[]> {
  for (const createdAt of instants) await store.mails.enqueue(mail({ createdAt }), many);
  return store.mails.due(by(Number.MAX_SAFE_INTEGER), 1_000);
}

export const ids = (mails: readonly QueuedMail[]) => mails.map(({ id }) => id);

/** The next mail is to be sent at this very instant, or none ever. */
async function waitsUntil(mails: MailStore, at: number | undefined): Promise<void> {
  assert.deepEqual(await mails.due(by(at === undefined ? Number.MAX_SAFE_INTEGER : at - 1), 9), []);
  if (at !== undefined) assert.notEqual((await mails.due(by(at), 9)).length, 0);
}

export const mailCases: readonly ConformanceCase[] = [
  over('mails: one waits as it was queued until it was sent', async ({ mails }) => {
    await waitsUntil(mails, undefined);
    assert.equal(await mails.enqueue(mail(), many), 'queued');
    await waitsUntil(mails, now);
    assert.deepEqual(await mails.due(by(now - 1), 9), []);
    const [waiting] = await mails.due(by(now), 9);
    assert.deepEqual({ ...waiting, id: 0 }, { ...mail(), id: 0, failures: 0 });
    await mails.sent(waiting?.id ?? 0, now + 5);
    assert.deepEqual(await mails.due(by(now + 9), 9), []);
    await waitsUntil(mails, undefined);
  }),

  over('mails: those that are due come in order, and no more than asked for', async (store) => {
    const [third, first, second] = [now + 3, now + 1, now + 2];
    await queueAll(store, [third, first, second, second]);
    const instants = async (at: number, max: number) =>
      (await store.mails.due(by(at), max)).map(({ createdAt }) => createdAt);
    assert.deepEqual(await instants(now + 2, 9), [first, second, second]);
    assert.deepEqual(await instants(now + 3, 9), [first, second, second, third]);
    assert.deepEqual(await instants(now + 3, 2), [first, second]);
    await waitsUntil(store.mails, first);
  }),

  over('mails: a claimed mail is put off, and no other process gets it', async (store) => {
    const [one] = ids(await queueAll(store, [now]));
    assert.equal(await store.mails.claim(one ?? 0, by(now - 1), now + 50), false, 'not due yet');
    const claims = await Promise.all(upTo(20).map(() => store.mails.claim(one ?? 0, by(now), now + 50)));
    assert.equal(claims.filter(Boolean).length, 1);
    assert.deepEqual(await store.mails.due(by(now + 49), 9), []);
    assert.equal((await store.mails.due(by(now + 50), 9))[0]?.failures, 0, 'a claim is no failure');
    assert.equal(await store.mails.claim(one ?? 0, by(now + 50), now + 99), true);
    await store.mails.sent(one ?? 0, now + 60);
    assert.equal(await store.mails.claim(one ?? 0, by(now + 99), now + 200), false, 'sent');
  }),

  over('mails: one that failed waits for its next attempt, or is given up', async (store) => {
    const [one, other] = ids(await queueAll(store, [now, now + 1]));
    await store.mails.failed(one ?? 0, now + 60_000);
    assert.deepEqual(ids(await store.mails.due(by(now + 59_999), 9)), [other]);
    await waitsUntil(store.mails, now + 1);
    await store.mails.failed(other ?? 0, null);
    await waitsUntil(store.mails, now + 60_000);
    const [again] = await store.mails.due(by(now + 60_000), 9);
    assert.deepEqual([again?.id, again?.failures], [one, 1]);
    await store.mails.failed(one ?? 0, now + 90_000);
    assert.equal((await store.mails.due(by(now + 90_000), 9))[0]?.failures, 2);
    await store.mails.failed(one ?? 0, null);
    assert.deepEqual(await store.mails.due(by(Number.MAX_SAFE_INTEGER), 9), []);
    await waitsUntil(store.mails, undefined);
  }),

  over('mails: a late report about a mail that left the queue does not restore it', async (store) => {
    const [one, other] = ids(await queueAll(store, [now, now + 1]));
    await store.mails.sent(one ?? 0, now + 5);
    await store.mails.failed(one ?? 0, now + 6);
    await store.mails.failed(other ?? 0, null);
    await store.mails.failed(other ?? 0, now + 6);
    await store.mails.sent(999, now);
    await waitsUntil(store.mails, undefined);
  }),

  over('mails: an id is not used again for another mail', async (store) => {
    const [first] = ids(await queueAll(store, [now]));
    await store.mails.sent(first ?? 0, now);
    assert.equal(await store.mails.sweep(now + 1, Number.MAX_SAFE_INTEGER, 9), 1);
    const [second] = ids(await queueAll(store, [now]));
    assert.notEqual(second, first);
  }),

  over('mails: one whose next attempt is set too far ahead is due, after all others', async (store) => {
    const latest = now + 500;
    const [late, far] = ids(await queueAll(store, [now, now + 1]));
    await store.mails.failed(late ?? 0, latest);
    await store.mails.failed(far ?? 0, latest + 1);
    const due = { now, latest };
    assert.deepEqual(ids(await store.mails.due(due, 9)), [far]);
    const [young] = ids(await store.mails.due(by(latest), 1));
    assert.equal(young, late);
    assert.deepEqual(ids(await store.mails.due({ now: latest, latest }, 9)), [late, far]);
    assert.deepEqual(ids(await store.mails.due({ now: latest, latest }, 1)), [late]);
    assert.equal(
      await store.mails.claim(late ?? 0, due, now + 50),
      false,
      'it may have been put off to then',
    );
    const claims = await Promise.all(upTo(20).map(() => store.mails.claim(far ?? 0, due, now + 50)));
    assert.equal(claims.filter(Boolean).length, 1);
  }),

  over('mails: a sweep removes mails made too far ahead, unless they wait', async (store) => {
    const [sent, recent] = ids(await queueAll(store, [now + 101, now + 100, now + 9_000]));
    await store.mails.sent(sent ?? 0, now);
    await store.mails.sent(recent ?? 0, now);
    assert.equal(await store.mails.sweep(now, now + 100, 9), 1);
    assert.equal(await store.mails.sweep(now, now + 99, 9), 1);
    assert.equal((await store.mails.due(by(now + 9_000), 9)).length, 1);
  }),

  over('mails: a sweep keeps one that was sent lately, however long it waited', async (store) => {
    const [late, far] = ids(await queueAll(store, [now, now + 1]));
    await store.mails.sent(late ?? 0, now + 50);
    await store.mails.sent(far ?? 0, now + 900);
    assert.equal(await store.mails.sweep(now + 50, now + 900, 9), 0);
    assert.equal(await store.mails.sweep(now + 51, now + 900, 9), 1);
    assert.equal(await store.mails.sweep(now + 51, now + 899, 9), 1, 'sent under a wrong clock');
  }),

  over('mails: one outlives its account', async (store) => {
    await store.accounts.create(account('joe'));
    await store.mails.enqueue(mail(), many);
    await store.accounts.remove('id-of-joe', 99);
    assert.equal((await store.mails.due(by(now), 9))[0]?.userId, 'id-of-joe');
  }),

  over('mails: a sweep removes mails that left the queue, in batches, and counts exactly', async (store) => {
    const waiting = await queueAll(
      store,
      upTo(6).map((n) => now + n),
    );
    for (const { id, createdAt } of waiting) {
      if (createdAt === now + 1) continue;
      if (createdAt % 2 === 0) await store.mails.sent(id, now);
      else await store.mails.failed(id, null);
    }
    assert.equal(await store.mails.sweep(now, Number.MAX_SAFE_INTEGER, 9), 0);
    assert.equal(await store.mails.sweep(now + 5, Number.MAX_SAFE_INTEGER, 3), 3);
    assert.equal(await store.mails.sweep(now + 5, Number.MAX_SAFE_INTEGER, 3), 1);
    assert.equal(
      await store.mails.sweep(now + 5, Number.MAX_SAFE_INTEGER, 3),
      0,
      'neither the one that waits nor the youngest',
    );
    assert.equal(await store.mails.sweep(now + 6, Number.MAX_SAFE_INTEGER, 3), 1);
    assert.equal((await store.mails.due(by(now + 9), 9))[0]?.createdAt, now + 1);
  }),
];
