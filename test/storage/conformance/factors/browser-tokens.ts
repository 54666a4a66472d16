/** Cases for tokens of browsers: for one purpose, counted per user, until they are used, removed or swept. */

import assert from 'node:assert/strict';
import {
  account,
  assertIntact,
  assertRow,
  audited,
  type ConformanceCase,
  context,
  findSession,
  hex,
  session,
  upTo,
} from '../case.ts';
import { ofJoe } from '../sessions.ts';
import { browserToken, countOf, trust } from './factor-case.ts';

const distrust = context('browser_distrust');

export const browserTokenCases: readonly ConformanceCase[] = [
  ofJoe('browser tokens: one is found as it was kept, for its purpose only', async (store, joe) => {
    const { browserTokens } = store;
    const kept = browserToken(1, joe, { details: { challenge: 'a"b\\c {é}', '': '' } });
    assert.equal(await browserTokens.insert(hex(1), kept, 9), true);
    for (let times = 0; times < 2; times += 1)
      assertRow(await browserTokens.find([hex(1)], 'trusted_browser'), kept);
    assert.equal(await browserTokens.find([hex(1)], 'second_step'), undefined);
    assert.equal(await browserTokens.find([hex(2)], 'trusted_browser'), undefined);
    assert.equal(await browserTokens.find([], 'trusted_browser'), undefined);
    assert.equal(await browserTokens.take(hex(1), 'enrolment'), undefined);
    assertRow(await browserTokens.take(hex(1), 'trusted_browser'), kept);
    assert.equal(await browserTokens.find([hex(1)], 'trusted_browser'), undefined);
    assert.equal(await browserTokens.take(hex(1), 'trusted_browser'), undefined);
  }),

  ofJoe(
    'browser tokens: of several that are presented the first that exists is found',
    async (store, joe) => {
      await trust(store, joe, [1, 2, 3]);
      await trust(store, joe, [4], { purpose: 'second_step' });
      const found = async (...numbers: number[]) =>
        (await store.browserTokens.find(numbers.map(hex), 'trusted_browser'))?.handle;
      assert.equal(await found(9, 4, 3, 1), 'token-3');
      assert.equal(await found(2, 3, 1), 'token-2');
      assert.equal(await found(1, 1, 2, 2), 'token-1');
      assert.equal(await found(9, 4), undefined);
    },
  ),

  ofJoe('browser tokens: of many concurrent uses of one exactly one succeeds', async (store, joe) => {
    await trust(store, joe, [1], { purpose: 'second_step' });
    await trust(store, null, [2], { purpose: 'passkey_sign_in' });
    const taken = await Promise.all([
      ...upTo(20).map(() => store.browserTokens.take(hex(1), 'second_step')),
      ...upTo(20).map(() => store.browserTokens.take(hex(2), 'passkey_sign_in')),
    ]);
    const handles = taken.flatMap((token) => (token ? [token.handle] : []));
    assert.deepEqual(handles.sort(), ['token-1', 'token-2']);
  }),

  ofJoe(
    'browser tokens: none for a user who does not exist; none has the name of another',
    async (store, joe) => {
      const { accounts, browserTokens, sessions } = store;
      assert.equal(await browserTokens.insert(hex(1), browserToken(1, 'nobody'), 9), false);
      assert.equal(await browserTokens.find([hex(1)], 'trusted_browser'), undefined);
      // Before the user is known there is none.
      const early = browserToken(2, null, { purpose: 'passkey_sign_in' });
      assert.equal(await browserTokens.insert(hex(2), early, 0), true);
      assertRow(await browserTokens.find([hex(2)], 'passkey_sign_in'), early);
      await assert.rejects(browserTokens.insert(hex(2), browserToken(3, joe), 9));
      await assert.rejects(browserTokens.insert(hex(3), browserToken(2, joe), 9));
      assertRow(await browserTokens.take(hex(2), 'passkey_sign_in'), early);
      // An account that waits for the removal of its sessions is none.
      for (const n of upTo(3)) await sessions.insert(hex(n), session(n, joe));
      await accounts.remove(joe, 1);
      assert.equal(await browserTokens.insert(hex(4), browserToken(4, joe), 9), false);
    },
  ),

  ofJoe(
    'browser tokens: beyond the limit those that were made first go, of this purpose and user',
    async (store, joe) => {
      const { accounts, browserTokens } = store;
      await accounts.create(account('ann'));
      await trust(store, 'id-of-ann', [1]);
      await trust(store, joe, [2], { purpose: 'second_step' });
      await trust(store, joe, [5, 3, 4]);
      const handles = async () =>
        (await browserTokens.ofUser(joe, 'trusted_browser', 9)).map(({ handle }) => handle);
      assert.deepEqual(await handles(), ['token-5', 'token-4', 'token-3']);
      await browserTokens.insert(hex(6), browserToken(6, joe), 4);
      assert.deepEqual(await handles(), ['token-6', 'token-5', 'token-4', 'token-3'], 'as many as the limit');
      await browserTokens.insert(hex(7), browserToken(7, joe), 4);
      assert.deepEqual(await handles(), ['token-7', 'token-6', 'token-5', 'token-4'], 'one more');
      // Made under a clock that was slow, it is the oldest, and stays.
      await browserTokens.insert(hex(8), browserToken(8, joe, { createdAt: 1 }), 2);
      assert.deepEqual(await handles(), ['token-7', 'token-8']);
      assert.deepEqual([await countOf(store, 'id-of-ann'), await countOf(store, joe, 'second_step')], [1, 1]);
    },
  ),

  ofJoe('browser tokens: of many at once as many stay as the limit allows', async (store, joe) => {
    const { browserTokens } = store;
    await Promise.all(upTo(20).map((n) => browserTokens.insert(hex(n), browserToken(n, joe), 3)));
    assert.equal(await countOf(store, joe), 3);
  }),

  ofJoe('browser tokens: at most two hundred go in one step, the oldest of them', async (store, joe) => {
    const { browserTokens } = store;
    // Each waits for those before it, and no step may wait for long.
    for (let n = 0; n < 204; n += 6)
      await Promise.all(upTo(6).map((i) => browserTokens.insert(hex(n + i), browserToken(n + i, joe), 999)));
    await browserTokens.insert(hex(900), browserToken(900, joe), 2);
    const left = await browserTokens.ofUser(joe, 'trusted_browser', 999);
    assert.deepEqual(
      left.map(({ handle }) => handle),
      [900, 203, 202, 201, 200].map((n) => `token-${n}`),
    );
  }),

  ofJoe('browser tokens: those of a user are listed newest first, up to a limit', async (store, joe) => {
    await trust(store, joe, [1, 3, 2]);
    await trust(store, joe, [5, 4], { createdAt: 1_002 });
    const listed = (limit: number) => store.browserTokens.ofUser(joe, 'trusted_browser', limit);
    const handles = (await listed(9)).map(({ handle }) => handle);
    assert.deepEqual(handles, ['token-3', 'token-5', 'token-4', 'token-2', 'token-1']);
    assertRow((await listed(1))[0], browserToken(3, joe));
    assert.deepEqual((await listed(2)).length, 2);
    assert.deepEqual(await store.browserTokens.ofUser('nobody', 'trusted_browser', 9), []);
  }),

  ofJoe(
    'browser tokens: all of a user for a purpose are removed, or one, with one entry',
    async (store, joe) => {
      const { accounts, browserTokens } = store;
      await accounts.create(account('ann'));
      await trust(store, joe, [1, 2, 3]);
      await trust(store, 'id-of-ann', [4]);
      await trust(store, joe, [5], { purpose: 'enrolment' });
      const remove = (handle?: string, userId = joe) =>
        browserTokens.removeOfUser(userId, 'trusted_browser', handle, distrust);
      for (const other of ['token-4', 'token-5', 'none', 'no\0ne', '\ud800'])
        assert.equal(await remove(other), 0);
      assert.equal(await remove('token-2'), 1);
      assert.equal(await remove('token-2'), 0);
      assert.equal(await remove(undefined, 'nobody'), 0);
      assert.equal(await remove(), 2);
      assert.equal(await remove(), 0);
      assert.deepEqual(await audited(store), [
        `browser_distrust ok ${joe} token-2`,
        `browser_distrust ok ${joe} -`,
      ]);
      await assertIntact(store, 2);
      assert.equal(await browserTokens.removeOfUser(joe, 'enrolment'), 1);
      assert.equal((await audited(store)).length, 2, 'without an audit context there is no entry');
      assert.equal(await countOf(store, 'id-of-ann'), 1);
    },
  ),

  ofJoe(
    'browser tokens: a sweep removes those that expired or expire too late, in batches',
    async (store, joe) => {
      const { browserTokens } = store;
      for (const n of upTo(5)) await trust(store, n % 2 ? joe : null, [n], { expiresAt: 1_000 + n });
      await trust(store, joe, [8], { expiresAt: 9_999 });
      await trust(store, joe, [9], { expiresAt: 10_000 });
      assert.equal(await browserTokens.sweep(999, 10_000, 9), 0);
      assert.equal(await browserTokens.sweep(1_003, 10_000, 3), 3);
      assert.equal(await browserTokens.sweep(1_003, 10_000, 3), 1);
      assert.equal(await browserTokens.sweep(1_003, 10_000, 3), 0);
      assert.equal(await browserTokens.sweep(1_003, 9_999, 3), 1);
      const found = async (n: number) => (await browserTokens.find([hex(n)], 'trusted_browser'))?.handle;
      assert.deepEqual(await Promise.all([3, 4, 8, 9].map(found)), [
        undefined,
        'token-4',
        'token-8',
        undefined,
      ]);
    },
  ),

  ofJoe(
    'replaceHash: the browser tokens of the user go with the hash if sessions end (ruling F4)',
    async (store, joe) => {
      const { accounts, sessions, browserTokens } = store;
      await accounts.create(account('ann'));
      await trust(store, 'id-of-ann', [1]);
      await trust(store, null, [2], { purpose: 'passkey_sign_in' });
      await trust(store, joe, [3]);
      await trust(store, joe, [4], { purpose: 'second_step' });
      await trust(store, joe, [5], { purpose: 'totp_enrolment' });
      const left = async () => {
        const purposes = ['trusted_browser', 'second_step', 'totp_enrolment'] as const;
        return Promise.all(purposes.map((purpose) => countOf(store, joe, purpose)));
      };
      const end = { limit: 3, context: context('logout') };
      const change = context('password');
      // A stronger hash of the same password ends nothing.
      assert.equal(await accounts.replaceHash(joe, 'hash of joe', 'again'), 'replaced');
      assert.equal(await accounts.replaceHash(joe, 'another', 'new', change, end), 'not_expected');
      for (const n of upTo(4)) await sessions.insert(hex(n), session(n, joe));
      assert.equal(await accounts.replaceHash(joe, 'again', 'new', change, end), 'sessions_left');
      assert.deepEqual(await left(), [1, 1, 1]);
      assert.equal(await accounts.replaceHash(joe, 'again', 'new', change, end), 'replaced');
      assert.deepEqual(await left(), [0, 0, 0]);
      assert.equal(await findSession(sessions, hex(3)), undefined);
      assert.equal(await countOf(store, 'id-of-ann'), 1);
      assert.ok(await browserTokens.find([hex(2)], 'passkey_sign_in'));
    },
  ),
];
