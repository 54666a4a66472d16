/** Cases for sessions: found until removed, removed once, never brought back, swept in order. */

import assert from 'node:assert/strict';
import type { Session, Store } from '../../../src/storage/port/port.ts';
import {
  account,
  assertRow,
  type ConformanceCase,
  findSession,
  hex,
  over,
  session,
  untilNoted,
  upTo,
} from './case.ts';

/** A session case, with a user to whom the sessions belong. */
export function ofJoe(title: string, body: (store: Store, joe: string) => Promise<void>): ConformanceCase {
  return over(title, async (store) => {
    await store.accounts.create(account('joe'));
    await body(store, 'id-of-joe');
  });
}

/** Which of the sessions 0, 1, … are still there. */
export async function remaining(store: Store, count: number): Promise<number[]> {
  const found = await Promise.all(upTo(count).map((n) => findSession(store.sessions, hex(n))));
  return upTo(count).filter((n) => found[n] !== undefined);
}

const lastSeenAt = async (store: Store, n: number) => (await findSession(store.sessions, hex(n)))?.lastSeenAt;

export const sessionCases: readonly ConformanceCase[] = [
  ofJoe('sessions: an inserted one is found as it was, and only under its own hash', async (store, joe) => {
    const made: Session = {
      handle: 'public',
      userId: joe,
      contract: 'envelope',
      createdAt: 1_700_000_000_001,
      lastSeenAt: 1_700_000_000_002,
      idleExpiresAt: 1_700_000_000_003,
      expiresAt: 1_700_000_000_004,
      provenAt: 1_700_000_000_005,
      network: '2001:db8::/64',
      device: '',
    };
    assert.equal(await store.sessions.insert(hex(1), made), 'inserted');
    assertRow(await findSession(store.sessions, hex(1)), made);
    assertRow(await findSession(store.sessions, hex(1)), made);
    assert.equal(await findSession(store.sessions, hex(2)), undefined);
  }),

  ofJoe(
    'sessions: one that was looked up before it existed is found once it exists, as is its user',
    async (store, joe) => {
      for (const n of [1, 2]) assert.equal(await findSession(store.sessions, hex(n)), undefined);
      await store.sessions.insert(hex(1), session(1, joe));
      assertRow(await findSession(store.sessions, hex(1)), session(1, joe));
      await store.sessions.rotate(hex(1), hex(2));
      assertRow(await findSession(store.sessions, hex(2)), session(1, joe));
      assert.equal(await store.accounts.findUser('id-of-ann'), undefined);
      await store.accounts.create(account('ann'));
      assert.equal((await store.accounts.findUser('id-of-ann'))?.identifier, 'ann');
    },
  ),

  over('sessions: one is found together with its user, as current as it is itself', async (store) => {
    await store.accounts.create(account('joe', { email: 'joe@example.com' }));
    await store.sessions.insert(hex(1), session(1, 'id-of-joe'));
    const user = await store.accounts.findUser('id-of-joe');
    const found = await store.sessions.findWithUser(hex(1));
    assertRow(found?.session, session(1, 'id-of-joe'));
    assertRow(found?.user, { ...user });
    assert.equal(await store.sessions.findWithUser(hex(2)), undefined);
    await store.accounts.verifyEmail('id-of-joe', 'joe@example.com', 2_000);
    assert.equal((await store.sessions.findWithUser(hex(1)))?.user?.emailVerifiedAt, 2_000);
    await store.accounts.setDisabled('id-of-joe', 3_000);
    assert.equal((await store.sessions.findWithUser(hex(1)))?.user?.disabledAt, 3_000);
  }),

  over('sessions: one whose user lost a row is found without it', async (store, ground) => {
    for (const [n, lost] of (['auth', 'users'] as const).entries()) {
      await store.accounts.create(account(`joe${n}`));
      await store.sessions.insert(hex(n), session(n, `id-of-joe${n}`));
      await store.sessions.findWithUser(hex(n));
      await ground.loseRow(lost, `id-of-joe${n}`);
      const found = await store.sessions.findWithUser(hex(n));
      assert.equal(found?.session.handle, `handle-${n}`);
      assert.equal(found?.user, undefined);
    }
  }),

  ofJoe('sessions: a user may have many', async (store, joe) => {
    await Promise.all(upTo(20).map((n) => store.sessions.insert(hex(n), session(n, joe))));
    assert.deepEqual(await remaining(store, 20), upTo(20));
  }),

  ofJoe('sessions: one that exists is not overwritten', async (store, joe) => {
    await store.sessions.insert(hex(1), session(1, joe));
    await assert.rejects(store.sessions.insert(hex(1), session(2, joe)));
    await assert.rejects(store.sessions.insert(hex(2), session(1, joe)), 'a handle is unique');
    assertRow(await findSession(store.sessions, hex(1)), session(1, joe));
    assert.equal(await findSession(store.sessions, hex(2)), undefined);
  }),

  ofJoe(
    'sessions: none for a user who does not exist, and the store continues to work',
    async (store, joe) => {
      assert.equal(await store.sessions.insert(hex(1), session(1, 'nobody')), 'unknown_account');
      assert.equal(await findSession(store.sessions, hex(1)), undefined);
      await store.sessions.insert(hex(1), session(1, joe));
      assertRow(await findSession(store.sessions, hex(1)), session(1, joe));
    },
  ),

  ofJoe('sessions: inserts that fail do not disturb those beside them', async (store, joe) => {
    // Every second one wants a handle that is taken.
    const made = upTo(10).map((n) => session(n % 2 === 0 ? n : 0, joe));
    const outcomes = await Promise.allSettled(made.map((one, n) => store.sessions.insert(hex(n), one)));
    assert.deepEqual(
      outcomes.map(({ status }) => status === 'fulfilled'),
      upTo(10).map((n) => n % 2 === 0),
    );
    assert.deepEqual(await remaining(store, 10), [0, 2, 4, 6, 8]);
  }),

  ofJoe('sessions: a removed one is returned once and never found again', async (store, joe) => {
    await store.sessions.insert(hex(1), session(1, joe));
    await store.sessions.insert(hex(2), session(2, joe));
    assertRow(await findSession(store.sessions, hex(1)), session(1, joe));
    assertRow((await store.sessions.remove([hex(1)])).get(hex(1)), session(1, joe));
    assert.equal(await findSession(store.sessions, hex(1)), undefined);
    assert.equal((await store.sessions.remove([hex(1)])).size, 0);
    assertRow(await findSession(store.sessions, hex(2)), session(2, joe));
  }),

  ofJoe('sessions: of many concurrent removals of one exactly one succeeds', async (store, joe) => {
    await store.sessions.insert(hex(1), session(1, joe));
    const removed = await Promise.all(upTo(20).map(() => store.sessions.remove([hex(1)])));
    const rows = removed.flatMap((sessions) => [...sessions.values()]);
    assert.equal(rows.length, 1);
    assertRow(rows[0], session(1, joe));
  }),

  ofJoe('touch: a use shows within 250 ms', async (store, joe) => {
    await store.sessions.insert(hex(1), session(1, joe));
    await store.sessions.insert(hex(2), session(2, joe));
    assert.equal(await lastSeenAt(store, 1), 1_000);
    store.sessions.touch(hex(1), 2_000, 6_000);
    await untilNoted();
    assertRow(
      await findSession(store.sessions, hex(1)),
      session(1, joe, { lastSeenAt: 2_000, idleExpiresAt: 6_000 }),
    );
    assertRow(await findSession(store.sessions, hex(2)), session(2, joe));
  }),

  ofJoe('touch: a later use outranks an earlier one, written or not', async (store, joe) => {
    await store.sessions.insert(hex(1), session(1, joe));
    store.sessions.touch(hex(1), 3_000, 7_000);
    store.sessions.touch(hex(1), 2_000, 6_000);
    await untilNoted();
    assert.equal(await lastSeenAt(store, 1), 3_000);
    store.sessions.touch(hex(1), 2_500, 6_500);
    await untilNoted();
    assertRow(
      await findSession(store.sessions, hex(1)),
      session(1, joe, { lastSeenAt: 3_000, idleExpiresAt: 7_000 }),
    );
    store.sessions.touch(hex(1), 3_001, 7_001);
    await untilNoted();
    assert.equal(await lastSeenAt(store, 1), 3_001);
  }),

  ofJoe('touch: nothing is written if a later use was written meanwhile', async (store, joe) => {
    await store.sessions.insert(hex(1), session(1, joe));
    store.sessions.touch(hex(1), 2_000, 6_000, 1_000);
    await untilNoted();
    assert.equal(await lastSeenAt(store, 1), 2_000);
    store.sessions.touch(hex(1), 2_900, 6_900, 1_999);
    await untilNoted();
    // Under another id it is not remembered.
    await store.sessions.rotate(hex(1), hex(7));
    assert.equal(await lastSeenAt(store, 7), 2_000);
  }),

  ofJoe('touch: a session that was ended stays ended', async (store, joe) => {
    await store.sessions.insert(hex(1), session(1, joe));
    await store.sessions.insert(hex(2), session(2, joe));
    store.sessions.touch(hex(1), 2_000, 6_000);
    await store.sessions.remove([hex(1)]);
    await store.sessions.remove([hex(2)]);
    store.sessions.touch(hex(2), 2_000, 6_000);
    store.sessions.touch(hex(3), 2_000, 6_000);
    await untilNoted();
    assert.deepEqual(await remaining(store, 4), []);
    assert.equal((await store.sessions.remove([hex(1)])).size, 0);
  }),

  {
    title: 'touch: closing writes what was noted',
    async run(ground) {
      const store = await ground.open();
      await store.accounts.create(account('joe'));
      await store.sessions.insert(hex(1), session(1, 'id-of-joe'));
      store.sessions.touch(hex(1), 2_000, 6_000);
      await store.close();
      const again = await ground.open();
      try {
        assert.equal(await lastSeenAt(again, 1), 2_000);
      } finally {
        await again.close();
      }
    },
  },

  ofJoe('sweep: removes in batches, earliest first, and counts exactly', async (store, joe) => {
    const idleEnds = [500, 100, 400, 200, 300, 600];
    await Promise.all(
      idleEnds.map((idleExpiresAt, n) => store.sessions.insert(hex(n), session(n, joe, { idleExpiresAt }))),
    );
    assert.deepEqual(await remaining(store, 6), upTo(6));
    assert.equal(await store.sessions.sweep(99, 10), 0);
    assert.equal(await store.sessions.sweep(500, 2), 2);
    assert.deepEqual(await remaining(store, 6), [0, 2, 4, 5]);
    assert.equal(await store.sessions.sweep(500, 2), 2);
    assert.deepEqual(await remaining(store, 6), [0, 5]);
    assert.equal(await store.sessions.sweep(500, 2), 1);
    assert.equal(await store.sessions.sweep(500, 2), 0);
    assert.deepEqual(await remaining(store, 6), [5]);
    assert.equal(await store.sessions.sweep(599, 2), 0);
    assert.equal(await store.sessions.sweep(600, 2), 1);
    assert.deepEqual(await remaining(store, 6), []);
  }),

  over('sessions: none for a user whose row is missing', async (store, ground) => {
    await store.accounts.create(account('joe'));
    await store.sessions.insert(hex(1), session(1, 'id-of-joe'));
    await ground.loseRow('users', 'id-of-joe');
    assert.equal(await store.sessions.insert(hex(2), session(2, 'id-of-joe')), 'unknown_account');
    assert.equal(await findSession(store.sessions, hex(2)), undefined);
  }),
];
