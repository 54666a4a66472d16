/** Cases for the mail queue: sent in order, tried again, limited per recipient, and counted until swept. */

import assert from 'node:assert/strict';
import { clockSlackMs, type MailStore, type NewMail, type QueuedMail, type Store } from '../port.ts';
import { account, type ConformanceCase, over, upTo } from './case.ts';

const now = 10_000_000;
const many = { most: 1_000, windowMs: 1_000 };

function mail(changes: Partial<NewMail> = {}): NewMail {
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
  return store.mails.due(Number.MAX_SAFE_INTEGER, 1_000);
}

const ids = (mails: readonly QueuedMail[]) => mails.map(({ id }) => id);

/** The next mail is to be sent at this very instant, or none ever. */
async function waitsUntil(mails: MailStore, at: number | undefined): Promise<void> {
  assert.deepEqual(await mails.due(at === undefined ? Number.MAX_SAFE_INTEGER : at - 1, 9), []);
  if (at !== undefined) assert.notEqual((await mails.due(at, 9)).length, 0);
}

export const mailCases: readonly ConformanceCase[] = [
  over('mails: one waits as it was queued until it was sent', async ({ mails }) => {
    await waitsUntil(mails, undefined);
    assert.equal(await mails.enqueue(mail(), many), 'queued');
    await waitsUntil(mails, now);
    assert.deepEqual(await mails.due(now - 1, 9), []);
    const [waiting] = await mails.due(now, 9);
    assert.deepEqual({ ...waiting, id: 0 }, { ...mail(), id: 0, failures: 0 });
    await mails.sent(waiting?.id ?? 0, now + 5);
    assert.deepEqual(await mails.due(now + 9, 9), []);
    await waitsUntil(mails, undefined);
  }),

  over('mails: those that are due come in order, and no more than asked for', async (store) => {
    const [third, first, second] = [now + 3, now + 1, now + 2];
    await queueAll(store, [third, first, second, second]);
    const instants = async (at: number, most: number) =>
      (await store.mails.due(at, most)).map(({ createdAt }) => createdAt);
    assert.deepEqual(await instants(now + 2, 9), [first, second, second]);
    assert.deepEqual(await instants(now + 3, 9), [first, second, second, third]);
    assert.deepEqual(await instants(now + 3, 2), [first, second]);
    await waitsUntil(store.mails, first);
  }),

  over('mails: one that was claimed is put off, and nobody else gets it', async (store) => {
    const [one] = ids(await queueAll(store, [now]));
    assert.equal(await store.mails.claim(one ?? 0, now - 1, now + 50), false, 'not due yet');
    const claims = await Promise.all(upTo(20).map(() => store.mails.claim(one ?? 0, now, now + 50)));
    assert.equal(claims.filter(Boolean).length, 1);
    assert.deepEqual(await store.mails.due(now + 49, 9), []);
    assert.equal((await store.mails.due(now + 50, 9))[0]?.failures, 0, 'a claim is no failure');
    assert.equal(await store.mails.claim(one ?? 0, now + 50, now + 99), true);
    await store.mails.sent(one ?? 0, now + 60);
    assert.equal(await store.mails.claim(one ?? 0, now + 99, now + 200), false, 'sent');
  }),

  over('mails: a limit counts the kinds it names', async ({ mails }) => {
    const asked = { most: 1, windowMs: 1_000, kinds: ['reset_password', 'verify_email'] } as const;
    const notices = { most: 1, windowMs: 1_000, kinds: ['new_device'] } as const;
    assert.equal(await mails.enqueue(mail({ kind: 'reset_password' }), asked), 'queued');
    assert.equal(await mails.enqueue(mail({ kind: 'new_device' }), notices), 'queued');
    assert.equal(await mails.enqueue(mail({ kind: 'verify_email' }), asked), 'too_many');
    assert.equal(await mails.enqueue(mail({ kind: 'new_device' }), notices), 'too_many');
  }),

  over('mails: one that failed waits for its next try, or is given up', async (store) => {
    const [one, other] = ids(await queueAll(store, [now, now + 1]));
    await store.mails.failed(one ?? 0, now + 60_000);
    assert.deepEqual(ids(await store.mails.due(now + 59_999, 9)), [other]);
    await waitsUntil(store.mails, now + 1);
    await store.mails.failed(other ?? 0, null);
    await waitsUntil(store.mails, now + 60_000);
    const [again] = await store.mails.due(now + 60_000, 9);
    assert.deepEqual([again?.id, again?.failures], [one, 1]);
    await store.mails.failed(one ?? 0, now + 90_000);
    assert.equal((await store.mails.due(now + 90_000, 9))[0]?.failures, 2);
    await store.mails.failed(one ?? 0, null);
    assert.deepEqual(await store.mails.due(Number.MAX_SAFE_INTEGER, 9), []);
    await waitsUntil(store.mails, undefined);
  }),

  over('mails: what is said of one that left the queue does not bring it back', async (store) => {
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
    assert.equal(await store.mails.sweep(now + 1, 9), 1);
    const [second] = ids(await queueAll(store, [now]));
    assert.notEqual(second, first);
  }),

  over(
    'mails: a recipient gets as many as the limit in its window, whatever became of them',
    async (store) => {
      const three = { most: 3, windowMs: 1_000 };
      const enqueue = (createdAt: number, recipient = 'joe@example.com', limit = three) =>
        store.mails.enqueue(mail({ createdAt, recipient }), limit);
      assert.equal(await enqueue(now), 'queued');
      assert.equal(await enqueue(now + 400, 'JOE@example.com'), 'queued');
      assert.equal(await enqueue(now + 900, 'joe@EXAMPLE.com'), 'queued');
      const [sent, lost] = ids(await store.mails.due(now + 999, 9));
      await store.mails.sent(sent ?? 0, now + 950);
      await store.mails.failed(lost ?? 0, null);
      assert.equal(await enqueue(now + 999), 'too_many');
      assert.equal(await enqueue(now + 999, 'ann@example.com'), 'queued');
      assert.equal(await enqueue(now + 999, undefined, { most: 4, windowMs: 1_000 }), 'queued');
      assert.equal(await enqueue(now + 1_000), 'too_many', 'the fourth is in the window of the second');
      assert.equal(await enqueue(now + 1_399), 'too_many');
      assert.equal(await enqueue(now + 1_400), 'queued');
      assert.equal(await enqueue(now + 1_400), 'too_many');
      assert.equal(await enqueue(now + 1_400, undefined, { most: 0, windowMs: 1_000 }), 'too_many');
      assert.equal((await store.mails.due(now + 9_999, 99)).length, 4);
    },
  ),

  over('mails: a window ends exactly as long after a mail as it lasts', async ({ mails }) => {
    const one = { most: 1, windowMs: 1_000 };
    assert.equal(await mails.enqueue(mail({ createdAt: now }), one), 'queued');
    assert.equal(await mails.enqueue(mail({ createdAt: now + 999 }), one), 'too_many');
    assert.equal(await mails.enqueue(mail({ createdAt: now + 1_000 }), one), 'queued');
  }),

  over(
    'mails: a request that was overtaken is limited, one before a clock was set right is not',
    async ({ mails }) => {
      const one = { most: 1, windowMs: 1_000 };
      assert.equal(await mails.enqueue(mail({ createdAt: now }), one), 'queued');
      assert.equal(await mails.enqueue(mail({ createdAt: now - 1 }), one), 'too_many');
      assert.equal(await mails.enqueue(mail({ createdAt: now - clockSlackMs }), one), 'too_many');
      assert.equal(await mails.enqueue(mail({ createdAt: now - clockSlackMs - 1 }), one), 'queued');
    },
  ),

  over('mails: of many at once as many are queued as the limit allows', async ({ mails }) => {
    const ten = { most: 10, windowMs: 1_000 };
    const outcomes = await Promise.all(upTo(50).map(() => mails.enqueue(mail(), ten)));
    assert.equal(outcomes.filter((outcome) => outcome === 'queued').length, 10);
    assert.equal((await mails.due(now, 99)).length, 10);
  }),

  over('mails: one outlives its account', async (store) => {
    await store.accounts.create(account('joe'));
    await store.mails.enqueue(mail(), many);
    await store.accounts.remove('id-of-joe', 99);
    assert.equal((await store.mails.due(now, 9))[0]?.userId, 'id-of-joe');
  }),

  over('mails: a sweep removes what left the queue, in batches, and counts exactly', async (store) => {
    const waiting = await queueAll(
      store,
      upTo(6).map((n) => now + n),
    );
    for (const { id, createdAt } of waiting) {
      if (createdAt === now + 1) continue;
      if (createdAt % 2 === 0) await store.mails.sent(id, now + 100);
      else await store.mails.failed(id, null);
    }
    assert.equal(await store.mails.sweep(now, 9), 0);
    assert.equal(await store.mails.sweep(now + 5, 3), 3);
    assert.equal(await store.mails.sweep(now + 5, 3), 1);
    assert.equal(await store.mails.sweep(now + 5, 3), 0, 'neither the one that waits nor the youngest');
    assert.equal(await store.mails.sweep(now + 6, 3), 1);
    assert.equal((await store.mails.due(now + 9, 9))[0]?.createdAt, now + 1);
  }),
];
