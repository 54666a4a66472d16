/** Cases for sessions that end along with something else: beyond a cap, and with a password that is replaced. */

import assert from 'node:assert/strict';
import type { Store } from '../../../src/storage/port/port.ts';
import {
  account,
  assertIntact,
  audited,
  type ConformanceCase,
  context,
  findSession,
  hex,
  session,
  untilNoted,
  upTo,
} from './case.ts';
import { ofJoe, remaining } from './sessions.ts';

const capOf = (limit: number, step = 99) => ({ limit, step, context: context('logout', { outcome: 'cap' }) });

/** Inserts session n of a user, last seen at an instant, under a cap. */
function begin(store: Store, n: number, userId: string, lastSeenAt: number, limit: number, step?: number) {
  const row = session(n, userId, { createdAt: lastSeenAt, lastSeenAt, idleExpiresAt: lastSeenAt + 5_000 });
  return store.sessions.insert(hex(n), row, context('login'), capOf(limit, step));
}

export const cascadeCases: readonly ConformanceCase[] = [
  ofJoe('cap: beyond it the sessions used least recently end, with an entry each', async (store, joe) => {
    for (const n of [0, 1, 2]) await begin(store, n, joe, 1_000 + n, 3);
    store.sessions.touch(hex(0), 2_000, 7_000);
    await untilNoted();
    assert.deepEqual(await remaining(store, 3), [0, 1, 2]);
    assert.equal(await begin(store, 3, joe, 3_000, 3), 'inserted');
    assert.deepEqual(await remaining(store, 4), [0, 2, 3]);
    // A cap that was lowered holds from the next login on.
    assert.equal(await begin(store, 4, joe, 3_001, 1), 'inserted');
    assert.deepEqual(await remaining(store, 5), [4]);
    const ended = (await audited(store)).filter((line) => line.startsWith('logout'));
    assert.deepEqual(
      ended,
      [1, 2, 0, 3].map((n) => `logout cap ${joe} handle-${n}`),
    );
    const { event, outcome } = (await store.sessions.findEnded(hex(1))) ?? {};
    assert.deepEqual([event, outcome], ['logout', 'cap']);
    await assertIntact(store, 9);
  }),

  ofJoe('cap: sessions of other users, and dead ones, are not counted', async (store, joe) => {
    await store.accounts.create(account('ann'));
    await begin(store, 0, 'id-of-ann', 1_000, 2);
    await begin(store, 1, joe, 1_000, 2);
    await begin(store, 2, joe, 9_000, 2);
    await begin(store, 3, joe, 9_001, 2);
    // Session 1 was dead by then: it is left to the sweep.
    assert.deepEqual(await remaining(store, 4), [0, 1, 2, 3]);
  }),

  ofJoe('cap: of many sessions that begin at once exactly as many live', async (store, joe) => {
    const inserted = await Promise.all(upTo(20).map((n) => begin(store, n, joe, 1_000, 3)));
    assert.deepEqual(new Set(inserted), new Set(['inserted']));
    assert.equal((await remaining(store, 20)).length, 3);
  }),

  ofJoe('cap: at most as many end at once as asked, and others later', async (store, joe) => {
    for (const n of upTo(10)) await begin(store, n, joe, 1_000 + n, 99);
    assert.equal(await begin(store, 10, joe, 1_010, 4, 3), 'over_cap');
    assert.deepEqual(await remaining(store, 11), [3, 4, 5, 6, 7, 8, 9, 10]);
    const end = () => store.sessions.endBeyond(joe, 1_010, capOf(4, 3));
    assert.equal(await end(), 3);
    assert.deepEqual(await remaining(store, 11), [6, 7, 8, 9, 10]);
    assert.deepEqual([await end(), await end()], [1, 0]);
    assert.deepEqual(await remaining(store, 11), [7, 8, 9, 10]);
    assert.equal(await begin(store, 11, joe, 1_011, 4, 3), 'inserted');
    assert.equal(await store.sessions.endBeyond('nobody', 1_011, capOf(1)), 0);
    const ended = (await audited(store)).filter((line) => line.startsWith('logout'));
    assert.deepEqual(
      ended,
      upTo(8).map((n) => `logout cap ${joe} handle-${n}`),
    );
    assert.equal((await store.sessions.findEnded(hex(5)))?.outcome, 'cap');
  }),

  ofJoe('cap: for an unknown user nothing begins and nothing ends', async (store, joe) => {
    await begin(store, 0, joe, 1_000, 1);
    assert.equal(await begin(store, 1, 'nobody', 1_000, 1), 'unknown_account');
    assert.deepEqual(await remaining(store, 2), [0]);
  }),

  ofJoe(
    'remove: of very many sessions and devices few go in one step, all are dead, the rest is reclaimed',
    async (store, joe) => {
      const { accounts, sessions, devices } = store;
      await accounts.create(account('ann'));
      for (const n of upTo(5)) await sessions.insert(hex(n), session(n, joe, { lastSeenAt: 1_000 + n }));
      for (const n of upTo(8)) await devices.remember(hex(n), joe, 1_000);
      await sessions.insert(hex(9), session(9, 'id-of-ann'));
      const why = context('delete');
      assert.equal(await accounts.remove(joe, 3, why), true);
      assert.deepEqual(await remaining(store, 10), [0, 1, 9]);
      for (const gone of [
        accounts.findUser(joe),
        accounts.findCredentialOf(joe),
        accounts.findCredential('joe'),
      ])
        assert.equal(await gone, undefined);
      // Nothing can be done to it any more, and nothing added.
      assert.equal(await accounts.remove(joe, 3, why), false);
      assert.equal(await accounts.setDisabled(joe, null), false);
      assert.equal(await sessions.insert(hex(6), session(6, joe)), 'unknown_account');
      assert.equal(await accounts.create(account('joe', { userId: 'another' })), 'created');
      assert.deepEqual([await accounts.reclaim(3, why), await accounts.reclaim(3, why)], [true, true]);
      assert.deepEqual([await remaining(store, 10), await devices.any(joe)], [[9], false]);
      assert.equal(await accounts.reclaim(3, why), false);
      assert.equal((await sessions.findEnded(hex(0)))?.event, 'delete');
      assert.deepEqual(await audited(store), [`delete ok ${joe} -`]);
      assert.equal((await accounts.findUser('another'))?.identifier, 'joe');
      // Its id names no user, so it is free as well.
      assert.equal(await accounts.create(account('joe2', { userId: joe })), 'created');
    },
  ),

  ofJoe(
    'endOfDisabled: ends in steps the sessions of disabled users, and of no others',
    async (store, joe) => {
      const { accounts, sessions } = store;
      const why = context('logout', { outcome: 'disable' });
      assert.equal(await accounts.endOfDisabled('', 9, why), undefined);
      for (const name of ['ann', 'bob', 'cyd']) await accounts.create(account(name));
      const owners = [joe, joe, joe, 'id-of-ann', 'id-of-bob', 'id-of-cyd'];
      for (const [n, owner] of owners.entries()) await sessions.insert(hex(n), session(n, owner));
      await sessions.remove([hex(5)]);
      for (const id of [joe, 'id-of-bob', 'id-of-cyd']) await accounts.setDisabled(id, 2_000);
      const walked: (string | undefined)[] = [];
      for (let after: string | undefined = ''; after !== undefined; walked.push(after))
        after = await accounts.endOfDisabled(after, 2, why);
      // Bob's one session; two of joe's, and one more; then no user is left.
      assert.deepEqual(walked, ['id-of-bob', 'id-of-cyd', joe, undefined]);
      assert.deepEqual(await remaining(store, 6), [3]);
      assert.equal((await audited(store)).length, 4);
      assert.equal((await sessions.findEnded(hex(0)))?.outcome, 'disable');
      await sessions.insert(hex(7), session(7, 'id-of-ann'));
      assert.equal(await accounts.endOfDisabled('', 9, why), undefined);
    },
  ),

  ofJoe('replaceHash: sessions end in the same step if asked, or all but one', async (store, joe) => {
    await store.accounts.create(account('ann'));
    const owners = [joe, joe, joe, 'id-of-ann'];
    for (const [n, owner] of owners.entries()) await store.sessions.insert(hex(n), session(n, owner));
    for (const n of upTo(4)) await findSession(store.sessions, hex(n));
    const ending = (exceptHandle?: string) => ({
      exceptHandle,
      limit: 99,
      context: context('logout', { outcome: 'change' }),
    });
    const change = context('password');
    assert.equal(await store.accounts.replaceHash(joe, 'another', 'new', change, ending()), 'not_expected');
    assert.deepEqual(await remaining(store, 4), [0, 1, 2, 3]);
    assert.equal(
      await store.accounts.replaceHash(joe, 'hash of joe', 'new', change, ending('handle-1')),
      'replaced',
    );
    assert.deepEqual(await remaining(store, 4), [1, 3]);
    assert.equal(await store.accounts.replaceHash(joe, 'new', 'newer', change, ending()), 'replaced');
    assert.deepEqual(await remaining(store, 4), [3]);
    assert.deepEqual(await audited(store), [
      `password ok ${joe} -`,
      `logout change ${joe} handle-0`,
      `logout change ${joe} handle-2`,
      `password ok ${joe} -`,
      `logout change ${joe} handle-1`,
    ]);
    assert.equal((await store.sessions.findEnded(hex(2)))?.outcome, 'change');
    await assertIntact(store, 5);
  }),

  ofJoe(
    'replaceHash: ends at most as many as asked in one step, and replaces it with the last',
    async (store, joe) => {
      const { accounts, sessions } = store;
      for (const n of upTo(8)) await sessions.insert(hex(n), session(n, joe, { lastSeenAt: 1_000 + n }));
      const end = { exceptHandle: 'handle-2', limit: 3, context: context('logout') };
      const replace = () => accounts.replaceHash(joe, 'hash of joe', 'new', context('password'), end);
      const hash = async () => (await accounts.findCredentialOf(joe))?.passwordHash;
      assert.equal(await replace(), 'sessions_left');
      assert.deepEqual([await remaining(store, 8), await hash()], [[0, 1, 2, 3, 4], 'hash of joe']);
      // Exactly as many as end in one step: there may be more.
      await sessions.remove([hex(0)]);
      assert.equal(await replace(), 'sessions_left');
      assert.deepEqual([await remaining(store, 8), await hash()], [[2], 'hash of joe']);
      await sessions.insert(hex(8), session(8, joe));
      assert.equal(await replace(), 'replaced');
      assert.deepEqual([await remaining(store, 9), await hash()], [[2], 'new']);
      const entries = (await audited(store)).map((line) => line.split(' ')[0]);
      assert.deepEqual(entries, [...upTo(6).map(() => 'logout'), 'password', 'logout']);
    },
  ),
];
