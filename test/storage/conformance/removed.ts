/** Cases for sessions that are removed together by a list of ids, as one logout presents them. */

import assert from 'node:assert/strict';
import type { Death, Session, Store } from '../../../src/storage/port/port.ts';
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
} from './case.ts';
import { ofJoe, remaining } from './sessions.ts';

const logout = context('logout', { at: 5_500 });

/** What the rules say at 5,500: sessions that idle at 5,000 are dead by then, and those from before 500 are too old. */
function deathOf({ idleExpiresAt, createdAt }: Session): Death | undefined {
  if (createdAt < 500) return { state: 'over_age', diedAt: 5_400 };
  return idleExpiresAt <= 5_500 ? { state: 'idle', diedAt: idleExpiresAt } : undefined;
}

/** Gives Joe the sessions 0, 2, 4, 6 and Ann 1, 3, 5, 7, the later ones created earlier; all were read once. */
async function eight(store: Store, joe: string): Promise<void> {
  await store.accounts.create(account('ann'));
  for (const n of upTo(8)) {
    const row = { createdAt: 1_000 - n, idleExpiresAt: 6_000 };
    await store.sessions.insert(hex(n), session(n, n % 2 === 0 ? joe : 'id-of-ann', row));
    await findSession(store.sessions, hex(n));
  }
}

const numbers = (removed: ReadonlyMap<string, Session>) =>
  [...removed.keys()].map((idHash) => Number.parseInt(idHash, 16));

export const removedCases: readonly ConformanceCase[] = [
  ofJoe(
    'remove: sessions of several users go together; absent ids and repeated ones do no harm',
    async (store, joe) => {
      await eight(store, joe);
      const ids = [6, 90, 1, 6, 3, 91, 0, 1].map(hex);
      const removed = await store.sessions.remove(ids, logout, deathOf);
      assert.deepEqual(numbers(removed), [6, 3, 1, 0], 'in order of creation');
      assertRow(removed.get(hex(3)), session(3, 'id-of-ann', { createdAt: 997, idleExpiresAt: 6_000 }));
      assert.deepEqual(await remaining(store, 8), [2, 4, 5, 7]);
      assert.deepEqual(await audited(store), [
        `logout ok ${joe} handle-6`,
        'logout ok id-of-ann handle-3',
        'logout ok id-of-ann handle-1',
        `logout ok ${joe} handle-0`,
      ]);
      await assertIntact(store, 4);
      for (const n of [0, 1, 3, 6]) {
        const ended = await store.sessions.findEnded(hex(n));
        assert.deepEqual([ended?.event, ended?.endedAt, ended?.handle], ['logout', 5_500, `handle-${n}`]);
      }
      for (const n of [2, 90]) assert.equal(await store.sessions.findEnded(hex(n)), undefined);
    },
  ),

  ofJoe(
    'remove: a session that has ended before is not returned, audited or written again',
    async (store, joe) => {
      await eight(store, joe);
      const ids = upTo(8).map(hex);
      assert.equal((await store.sessions.remove(ids, logout)).size, 8);
      const again = await store.sessions.remove(ids.toReversed(), context('logout', { at: 7_000 }));
      assert.equal(again.size, 0);
      assert.equal((await store.sessions.findEnded(hex(0)))?.endedAt, 5_500);
      assert.equal((await audited(store)).length, 8);
      for (const none of [[], [hex(90)], [hex(90), hex(91)]])
        assert.equal((await store.sessions.remove(none, logout)).size, 0);
      assert.equal((await audited(store)).length, 8);
    },
  ),

  ofJoe(
    'remove: dead sessions are removed as expired, without an entry, and are not returned',
    async (store, joe) => {
      await eight(store, joe);
      await store.sessions.insert(hex(8), session(8, joe, { idleExpiresAt: 5_000 }));
      await store.sessions.insert(
        hex(9),
        session(9, 'id-of-ann', { createdAt: 400, idleExpiresAt: 7_000, contract: 'envelope' }),
      );
      assert.deepEqual(numbers(await store.sessions.remove([8, 0, 9].map(hex), logout, deathOf)), [0]);
      assert.deepEqual(await remaining(store, 10), [1, 2, 3, 4, 5, 6, 7]);
      assert.deepEqual(await audited(store), [`logout ok ${joe} handle-0`]);
      const expiry = { event: 'expiry', contract: 'rest' };
      assertRow(await store.sessions.findEnded(hex(8)), {
        ...expiry,
        handle: 'handle-8',
        userId: joe,
        endedAt: 5_000,
        outcome: 'idle',
      });
      assertRow(await store.sessions.findEnded(hex(9)), {
        ...expiry,
        handle: 'handle-9',
        userId: 'id-of-ann',
        endedAt: 5_400,
        outcome: 'over_age',
        contract: 'envelope',
      });
      // If all are dead, nothing is returned either.
      await store.sessions.insert(hex(10), session(10, joe, { idleExpiresAt: 5_000 }));
      assert.equal((await store.sessions.remove([hex(10)], logout, deathOf)).size, 0);
      assert.equal(await findSession(store.sessions, hex(10)), undefined);
      assert.equal((await audited(store)).length, 1);
    },
  ),

  ofJoe('remove: without an audit context there is no entry', async (store, joe) => {
    await eight(store, joe);
    assert.equal((await store.sessions.remove([hex(0), hex(1)])).size, 2);
    for (const n of [0, 1]) assert.equal(await store.sessions.findEnded(hex(n)), undefined);
    assert.deepEqual(await audited(store), []);
  }),

  ofJoe(
    'remove: of concurrent callers for the same sessions each session goes to exactly one',
    async (store) => {
      await store.accounts.create(account('ann'));
      for (const round of upTo(8)) {
        const ids = upTo(8).map((n) => 100 * round + n);
        for (const n of ids)
          await store.sessions.insert(hex(n), session(n, n % 3 === 0 ? 'id-of-joe' : 'id-of-ann'));
        const hashes = ids.map(hex);
        const callers = [hashes, hashes.toReversed(), hashes.slice(3), hashes.slice(0, 5).toReversed()];
        const removed = await Promise.all(callers.map((list) => store.sessions.remove(list, logout)));
        const all = removed.flatMap(numbers);
        assert.deepEqual(
          all.sort((a, b) => a - b),
          ids,
        );
      }
      assert.equal((await audited(store)).length, 64);
      await assertIntact(store, 64);
    },
  ),

  ofJoe('remove: a list races with every other way to end the same sessions', async (store, joe) => {
    for (const round of upTo(6)) {
      const ids = upTo(8).map((n) => 100 * round + n);
      for (const n of ids) await store.sessions.insert(hex(n), session(n, joe));
      const [listed, ofUser, byHandle] = await Promise.all([
        store.sessions.remove(ids.toReversed().map(hex), logout),
        store.sessions.removeOfUser(joe, undefined, 99, context('end')),
        store.sessions.removeByHandle(joe, `handle-${100 * round + 4}`, context('end')),
      ]);
      const told = [...listed.values(), ...ofUser, ...(byHandle ? [byHandle] : [])];
      assert.deepEqual(told.map(({ handle }) => handle).sort(), ids.map((n) => `handle-${n}`).sort());
    }
    assert.equal((await audited(store)).length, 48);
  }),
];
