/** Cases for the limits of mails: per recipient, per account, and by the links that are valid. */

import assert from 'node:assert/strict';
import { clockSlackMs, type NewMail, type Token } from '../../../src/storage/port/port.ts';
import { account, type ConformanceCase, hex, over, upTo } from './case.ts';
import { by, ids, mail, now, within } from './mails.ts';

export const mailLimitCases: readonly ConformanceCase[] = [
  over('mails: a limit counts the kinds it names', async ({ mails }) => {
    const asked = within({ max: 1, windowMs: 1_000, kinds: ['reset_password', 'verify_email'] });
    const notices = within({ max: 1, windowMs: 1_000, kinds: ['new_device'] });
    assert.equal(await mails.enqueue(mail({ kind: 'reset_password' }), asked), 'queued');
    assert.equal(await mails.enqueue(mail({ kind: 'new_device' }), notices), 'queued');
    assert.equal(await mails.enqueue(mail({ kind: 'verify_email' }), asked), 'too_many');
    assert.equal(await mails.enqueue(mail({ kind: 'new_device' }), notices), 'too_many');
  }),

  over(
    'mails: a recipient gets as many as the limit in its window, whatever their outcome',
    async (store) => {
      const three = within({ max: 3, windowMs: 1_000 });
      const enqueue = (createdAt: number, recipient = 'joe@example.com', limit = three) =>
        store.mails.enqueue(mail({ createdAt, recipient }), limit);
      assert.equal(await enqueue(now), 'queued');
      assert.equal(await enqueue(now + 400, 'JOE@example.com'), 'queued');
      assert.equal(await enqueue(now + 900, 'joe@EXAMPLE.com'), 'queued');
      const [sent, lost] = ids(await store.mails.due(by(now + 999), 9));
      await store.mails.sent(sent ?? 0, now + 950);
      await store.mails.failed(lost ?? 0, null);
      assert.equal(await enqueue(now + 999), 'too_many');
      assert.equal(await enqueue(now + 999, 'ann@example.com'), 'queued');
      assert.equal(await enqueue(now + 999, undefined, within({ max: 4, windowMs: 1_000 })), 'queued');
      assert.equal(await enqueue(now + 1_000), 'too_many', 'the fourth is in the window of the second');
      assert.equal(await enqueue(now + 1_399), 'too_many');
      assert.equal(await enqueue(now + 1_400), 'queued');
      assert.equal(await enqueue(now + 1_400), 'too_many');
      assert.equal(await enqueue(now + 1_400, undefined, within({ max: 0, windowMs: 1_000 })), 'too_many');
      assert.equal((await store.mails.due(by(now + 9_999), 99)).length, 4);
    },
  ),

  over(
    'mails: a recipient is counted under the canonical form of an account, and no other (G3)',
    async ({ mails }) => {
      const one = within({ max: 1, windowMs: 1_000 });
      const enqueue = (recipient: string) => mails.enqueue(mail({ recipient }), one);
      assert.equal(await enqueue('kim@example.com'), 'queued');
      assert.equal(await enqueue('KIM@Example.COM'), 'too_many');
      // The sign for kelvin, and letters that only Unicode calls the same: they name other accounts.
      assert.equal(await enqueue('\u212Aim@example.com'), 'queued');
      assert.equal(await enqueue('\u00E9va@example.com'), 'queued');
      assert.equal(await enqueue('\u00C9va@example.com'), 'queued');
      assert.equal(await enqueue('\u00E9VA@example.com'), 'too_many');
    },
  ),

  over('mails: a window ends exactly as long after a mail as it lasts', async ({ mails }) => {
    const one = within({ max: 1, windowMs: 1_000 });
    assert.equal(await mails.enqueue(mail({ createdAt: now }), one), 'queued');
    assert.equal(await mails.enqueue(mail({ createdAt: now + 999 }), one), 'too_many');
    assert.equal(await mails.enqueue(mail({ createdAt: now + 1_000 }), one), 'queued');
  }),

  over(
    'mails: a request that came late is limited, one before a correction of the clock is not',
    async ({ mails }) => {
      const one = within({ max: 1, windowMs: 1_000 });
      assert.equal(await mails.enqueue(mail({ createdAt: now }), one), 'queued');
      assert.equal(await mails.enqueue(mail({ createdAt: now - 1 }), one), 'too_many');
      assert.equal(await mails.enqueue(mail({ createdAt: now - clockSlackMs }), one), 'too_many');
      assert.equal(await mails.enqueue(mail({ createdAt: now - clockSlackMs - 1 }), one), 'queued');
    },
  ),

  over('mails: of many at once as many are queued as the limit allows', async ({ mails }) => {
    const ten = within({ max: 10, windowMs: 1_000 });
    const outcomes = await Promise.all(upTo(30).map(() => mails.enqueue(mail(), ten)));
    assert.equal(outcomes.filter((outcome) => outcome === 'queued').length, 10);
    assert.equal((await mails.due(by(now), 99)).length, 10);
  }),

  over('mails: a limit of an account counts only the mails about it', async ({ mails }) => {
    const limits = within(
      { max: 2, windowMs: 1_000, per: 'account' },
      { max: 3, windowMs: 1_000, per: 'recipient' },
    );
    const enqueue = (userId: string, recipient = 'joe@example.com') =>
      mails.enqueue(mail({ userId, recipient }), limits);
    assert.equal(await enqueue('id-of-joe'), 'queued');
    assert.equal(await enqueue('id-of-joe', 'JOE@example.com'), 'queued');
    assert.equal(await enqueue('id-of-joe'), 'too_many');
    assert.equal(await enqueue('id-of-joe', 'other@example.com'), 'queued', 'another recipient');
    assert.equal(await enqueue('id-of-ann'), 'queued');
    assert.equal(await enqueue('id-of-ann'), 'too_many', 'the recipient has three');
  }),

  over('mails: links are limited by those that are valid and those on their way', async (store) => {
    const { accounts, mails, tokens } = store;
    await accounts.create(account('joe'));
    await accounts.create(account('ann'));
    const limits = { windows: [], links: { max: 3, lifeMs: 1_000 } };
    const reset = { kind: 'reset_password', recipient: 'Joe@Example.com' } as const;
    const enqueue = (changes: Partial<NewMail> = {}) => mails.enqueue(mail({ ...reset, ...changes }), limits);
    const token = (n: number, expiresAt: number, changes: Partial<Token> = {}) =>
      tokens.insert(hex(n), {
        userId: 'id-of-joe',
        purpose: 'reset_password',
        email: 'Joe@Example.com',
        expiresAt,
        ...changes,
      });
    // None of these counts: another purpose, address or account, an operator's, one that is over, one of a wrong clock.
    await token(1, now + 500, { purpose: 'verify_email' });
    await token(2, now + 500, { email: 'other@example.com' });
    await token(3, now + 500, { userId: 'id-of-ann' });
    await token(4, now + 500, { email: '' });
    await token(5, now);
    await token(6, now + 1_000 + clockSlackMs + 9);
    assert.equal(await enqueue(), 'queued');
    const [valid] = await mails.due(by(now), 9);
    await token(7, now + 1);
    await mails.sent(valid?.id ?? 0, now);
    assert.equal(await enqueue(), 'queued');
    await token(9, now + 500);
    assert.equal(await enqueue(), 'queued', 'one that is being sent counts once');
    await tokens.take(hex(9), 'reset_password');
    assert.equal(await enqueue(), 'too_many', 'one is valid and two are on their way');
    assert.equal(await enqueue({ userId: 'id-of-ann' }), 'queued', 'another account');
    assert.equal(await enqueue({ recipient: 'new@example.com' }), 'queued', 'another address');
    assert.equal(await enqueue({ createdAt: now + 1 }), 'queued', 'the first has expired');
    const [first] = (await mails.due(by(now), 9)).filter(({ userId }) => userId === 'id-of-joe');
    await token(8, now + 1_000 + clockSlackMs);
    await mails.sent(first?.id ?? 0, now);
    assert.equal(await enqueue(), 'too_many', 'what was sent is valid');
    await tokens.removeOfUser('id-of-joe', 'reset_password');
    assert.equal(await enqueue(), 'queued', 'it is void');
  }),

  over('mails: of many at once as many are queued as there may be links', async ({ mails }) => {
    const limits = { windows: [], links: { max: 3, lifeMs: 1_000 } };
    const outcomes = await Promise.all(
      upTo(30).map(() => mails.enqueue(mail({ kind: 'reset_password' }), limits)),
    );
    assert.equal(outcomes.filter((outcome) => outcome === 'queued').length, 3);
  }),
];
