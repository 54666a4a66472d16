/** Cases for sessions as their owner sees them: listed, proven, renamed, and ended by name or all at once. */

import assert from 'node:assert/strict';
import type { Session, Store } from '../../../src/storage/port/port.ts';
import {
  account,
  assertRow,
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

/** Gives Joe the sessions 0, 1 and 2 and Ann 3 and 4, all of them read once. */
async function five(store: Store, joe: string): Promise<void> {
  await store.accounts.create(account('ann'));
  const owners = [joe, joe, joe, 'id-of-ann', 'id-of-ann'];
  for (const [n, owner] of owners.entries()) {
    await store.sessions.insert(hex(n), session(n, owner, { createdAt: 1_000 - n }));
    await findSession(store.sessions, hex(n));
  }
}

const handles = (sessions: readonly Session[]) => sessions.map(({ handle }) => handle);

export const endingCases: readonly ConformanceCase[] = [
  ofJoe(
    'ofUser: pages of one user, the session used last first, complete and without duplicates',
    async (store, joe) => {
      await five(store, joe);
      await store.sessions.insert(hex(5), session(5, joe, { lastSeenAt: 1_001 }));
      await store.sessions.insert(hex(6), session(6, joe, { lastSeenAt: 999 }));
      const expected = [5, 2, 1, 0, 6].map((n) => `handle-${n}`);
      for (const limit of [1, 2, 5, 99]) {
        const found: Session[] = [];
        for (let page: Session[] | undefined; page === undefined || page.length === limit; ) {
          page = await store.sessions.ofUser(joe, { before: found.at(-1), limit });
          for (const one of page) found.push(one);
        }
        assert.deepEqual(handles(found), expected, `pages of ${limit}`);
      }
      const [first] = await store.sessions.ofUser(joe, { limit: 1 });
      assertRow(first, session(5, joe, { lastSeenAt: 1_001 }));
      assert.deepEqual(await store.sessions.ofUser('nobody', { limit: 99 }), []);
    },
  ),

  ofJoe('findByHandle: finds the session of any user', async (store, joe) => {
    await five(store, joe);
    assertRow(await store.sessions.findByHandle('handle-3'), session(3, 'id-of-ann', { createdAt: 997 }));
    assert.equal(await store.sessions.findByHandle('HANDLE-3'), undefined);
    assert.equal(await store.sessions.findByHandle(hex(3)), undefined);
    assertRow(await store.sessions.findByHandle('handle-0', joe), session(0, joe));
    assert.equal(await store.sessions.findByHandle('handle-3', joe), undefined, 'it is Ann’s');
  }),

  ofJoe(
    'prove: takes effect at once under the new id, in one session, and the old id is dead',
    async (store, joe) => {
      await five(store, joe);
      assert.equal(await store.sessions.prove(hex(1), hex(9), 4_000, context('confirm')), true);
      assert.equal(await findSession(store.sessions, hex(1)), undefined);
      assertRow(
        await findSession(store.sessions, hex(9)),
        session(1, joe, { createdAt: 999, provenAt: 4_000 }),
      );
      assert.equal((await findSession(store.sessions, hex(0)))?.provenAt, 1_000);
      assert.equal((await store.sessions.findEnded(hex(1)))?.event, 'confirm');
      await store.sessions.remove([hex(9)]);
      assert.equal(await store.sessions.prove(hex(9), hex(8), 5_000), false);
      assert.equal(await findSession(store.sessions, hex(8)), undefined);
    },
  ),

  ofJoe('rotate: the session lives on under the new id, and the old one is dead', async (store, joe) => {
    await five(store, joe);
    assert.equal(await store.sessions.rotate(hex(1), hex(9)), true);
    assert.equal(await findSession(store.sessions, hex(1)), undefined);
    assertRow(await findSession(store.sessions, hex(9)), session(1, joe, { createdAt: 999 }));
    assert.equal(await store.sessions.rotate(hex(1), hex(8)), false);
    assert.equal(await findSession(store.sessions, hex(8)), undefined);
    await assert.rejects(store.sessions.rotate(hex(9), hex(3)), 'the id of another session is not free');
    assert.equal((await findSession(store.sessions, hex(3)))?.userId, 'id-of-ann');
    assert.equal((await findSession(store.sessions, hex(9)))?.userId, joe);
  }),

  ofJoe('rotate: a use that was noted before counts, one of the old id does not', async (store, joe) => {
    await store.sessions.insert(hex(1), session(1, joe));
    store.sessions.touch(hex(1), 2_000, 6_000);
    await store.sessions.rotate(hex(1), hex(2));
    await untilNoted();
    assert.equal((await findSession(store.sessions, hex(2)))?.lastSeenAt, 2_000);
    store.sessions.touch(hex(1), 3_000, 7_000);
    await untilNoted();
    assert.equal(await findSession(store.sessions, hex(1)), undefined);
    assert.equal((await findSession(store.sessions, hex(2)))?.lastSeenAt, 2_000);
  }),

  ofJoe('rotate: of many concurrent rotations of one session exactly one succeeds', async (store, joe) => {
    await store.sessions.insert(hex(0), session(0, joe));
    const outcomes = await Promise.all(upTo(20).map((n) => store.sessions.rotate(hex(0), hex(100 + n))));
    assert.equal(outcomes.filter(Boolean).length, 1);
    assertRow(await findSession(store.sessions, hex(100 + outcomes.indexOf(true))), session(0, joe));
    assert.equal((await store.sessions.ofUser(joe, { limit: 99 })).length, 1);
  }),

  ofJoe('removeByHandle: ends a session of this user, once', async (store, joe) => {
    await five(store, joe);
    assert.equal(await store.sessions.removeByHandle(joe, 'handle-3'), undefined, 'it is Ann’s');
    assertRow(await store.sessions.removeByHandle(joe, 'handle-1'), session(1, joe, { createdAt: 999 }));
    assert.equal(await store.sessions.removeByHandle(joe, 'handle-1'), undefined);
    assert.deepEqual(await remaining(store, 5), [0, 2, 3, 4]);
  }),

  ofJoe('removeOfUser: ends all of this user, or all but one', async (store, joe) => {
    await five(store, joe);
    assert.deepEqual(handles(await store.sessions.removeOfUser(joe, 'handle-1', 99)), [
      'handle-2',
      'handle-0',
    ]);
    assert.deepEqual(await remaining(store, 5), [1, 3, 4]);
    const [last] = await store.sessions.removeOfUser(joe, undefined, 99);
    assertRow(last, session(1, joe, { createdAt: 999 }));
    assert.deepEqual(await store.sessions.removeOfUser(joe, undefined, 99), []);
    const none = await store.sessions.removeOfUser('id-of-ann', 'handle-0', 99);
    assert.equal(none.length, 0, 'a missing user ends no session, and another user is missing');
    assert.deepEqual(await remaining(store, 5), [3, 4]);
  }),

  ofJoe(
    'removeOfUser: at most as many as asked, those used last first, until none is left',
    async (store, joe) => {
      for (const n of upTo(7))
        await store.sessions.insert(hex(n), session(n, joe, { createdAt: 1_000 + n, lastSeenAt: 2_000 + n }));
      const end = async () => handles(await store.sessions.removeOfUser(joe, 'handle-5', 3, context('end')));
      assert.deepEqual(await end(), ['handle-3', 'handle-4', 'handle-6']);
      assert.deepEqual(await remaining(store, 7), [0, 1, 2, 5]);
      assert.deepEqual(await end(), ['handle-0', 'handle-1', 'handle-2']);
      assert.deepEqual(await end(), []);
      assert.deepEqual(
        await audited(store),
        [3, 4, 6, 0, 1, 2].map((n) => `end ok ${joe} handle-${n}`),
      );
    },
  ),

  ofJoe('removeOfUser: of two that end each other at once one is left', async (store, joe) => {
    for (let round = 0; round < 20; round += 1) {
      const [one, other] = [session(2 * round, joe), session(2 * round + 1, joe)];
      await store.sessions.insert(hex(2 * round), one);
      await store.sessions.insert(hex(2 * round + 1), other);
      await Promise.all([one, other].map(({ handle }) => store.sessions.removeOfUser(joe, handle, 99)));
      assert.equal((await store.sessions.ofUser(joe, { limit: 99 })).length, 1);
      await store.sessions.removeOfUser(joe, undefined, 99);
    }
  }),

  ofJoe('removeOfUser: of many concurrent calls every session goes to exactly one', async (store, joe) => {
    await Promise.all(upTo(30).map((n) => store.sessions.insert(hex(n), session(n, joe))));
    const racers = upTo(30).map(async (n) => {
      if (n % 3 === 0) return store.sessions.removeOfUser(joe, undefined, 99);
      if (n % 3 === 1) return [...(await store.sessions.remove([hex(n), hex((n + 3) % 30)])).values()];
      const removed = await store.sessions.removeByHandle(joe, `handle-${n}`);
      return removed ? [removed] : [];
    });
    const ended = handles((await Promise.all(racers)).flat());
    assert.deepEqual(ended.sort(), handles(upTo(30).map((n) => session(n, joe))).sort());
  }),

  ofJoe('removeAny: ends sessions of all users, some at a time, until none is left', async (store, joe) => {
    await five(store, joe);
    assert.equal(await store.sessions.removeAny(2, context('logout')), 2);
    assert.equal((await remaining(store, 5)).length, 3);
    assert.equal(await store.sessions.removeAny(2, context('logout')), 2);
    assert.equal(await store.sessions.removeAny(2, context('logout')), 1);
    assert.deepEqual(await remaining(store, 5), []);
    assert.equal(await store.sessions.removeAny(2, context('logout')), 0);
    await store.sessions.insert(hex(9), session(9, joe));
    assert.deepEqual(await remaining(store, 10), [9]);
  }),

  ofJoe('removeAny: a session that gets another id meanwhile is removed too', async (store, joe) => {
    for (const round of upTo(20)) {
      await store.sessions.insert(hex(round), session(round, joe));
      await Promise.all([
        store.sessions.rotate(hex(round), hex(100 + round)),
        store.sessions.removeAny(9, context('logout')),
      ]);
      assert.deepEqual(await store.sessions.ofUser(joe, { limit: 9 }), []);
    }
  }),

  ofJoe('touch: revives no session that was ended in any way', async (store, joe) => {
    const endings: readonly ((n: number) => Promise<unknown>)[] = [
      (n) => store.sessions.removeByHandle(joe, `handle-${n}`),
      () => store.sessions.removeOfUser(joe, undefined, 99),
      () => store.sessions.removeAny(99, context('logout')),
      () => store.accounts.remove(joe, 99),
    ];
    for (const [n, end] of endings.entries()) {
      await store.sessions.insert(hex(n), session(n, joe));
      store.sessions.touch(hex(n), 2_000, 6_000);
      await end(n);
    }
    await untilNoted();
    assert.deepEqual(await remaining(store, endings.length), []);
  }),
];
