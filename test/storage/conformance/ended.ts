/** Cases for what is kept of sessions that ended: when, by what, and not for ever. */

import assert from 'node:assert/strict';
import type { EndedSession, Store } from '../../../src/storage/port/port.ts';
import {
  account,
  assertRow,
  audited,
  type ConformanceCase,
  context,
  findSession,
  hex,
  session,
  upTo,
} from './case.ts';
import { ofJoe } from './sessions.ts';

const ending = context('logout', { at: 3_000, outcome: 'why', contract: 'dotjson' });

function ended(n: number, changes: Partial<EndedSession> = {}): EndedSession {
  const { at: endedAt, event, outcome, contract } = ending;
  return { handle: `handle-${n}`, userId: 'id-of-joe', endedAt, event, outcome, contract, ...changes };
}

/** Every way to end session 1 of Joe. */
const ways: Readonly<Record<string, (store: Store, joe: string) => Promise<unknown>>> = {
  remove: ({ sessions }) => sessions.remove([hex(1)], ending),
  'remove with others': ({ sessions }) => sessions.remove([hex(7), hex(1)], ending),
  removeByHandle: ({ sessions }, joe) => sessions.removeByHandle(joe, 'handle-1', ending),
  removeOfUser: ({ sessions }, joe) => sessions.removeOfUser(joe, undefined, 99, ending),
  removeAll: ({ sessions }) => sessions.removeAny(99, ending),
  rotate: ({ sessions }) => sessions.rotate(hex(1), hex(9), ending),
  'remove of the account': ({ accounts }, joe) => accounts.remove(joe, 99, ending),
};

export const endedCases: readonly ConformanceCase[] = [
  ...Object.entries(ways).map(([name, end]) =>
    ofJoe(`ended: ${name} notes when and why`, async (store, joe) => {
      await store.sessions.insert(hex(1), session(1, joe));
      assert.equal(await store.sessions.findEnded(hex(1)), undefined);
      await end(store, joe);
      assert.equal(await findSession(store.sessions, hex(1)), undefined);
      assertRow(await store.sessions.findEnded(hex(1)), ended(1));
      await end(store, joe);
      assertRow(await store.sessions.findEnded(hex(1)), ended(1));
      assert.equal(await store.sessions.findEnded(hex(9)), undefined);
    }),
  ),

  ofJoe('ended: without an audit context there is no record', async (store, joe) => {
    await store.sessions.insert(hex(1), session(1, joe));
    await store.sessions.remove([hex(1)]);
    assert.equal(await store.sessions.findEnded(hex(1)), undefined);
  }),

  ofJoe('ended: a session that is spared has not ended', async (store, joe) => {
    await store.accounts.create(account('ann'));
    await store.sessions.insert(hex(1), session(1, joe));
    await store.sessions.insert(hex(2), session(2, 'id-of-ann'));
    await store.sessions.removeOfUser(joe, 'handle-1', 99, ending);
    await store.sessions.removeByHandle(joe, 'handle-2', ending);
    for (const n of [1, 2]) assert.equal(await store.sessions.findEnded(hex(n)), undefined);
  }),

  ofJoe('ended: the sweep records expired sessions, and how they expired', async (store, joe) => {
    await store.sessions.insert(hex(1), session(1, joe, { idleExpiresAt: 5_000, expiresAt: 9_000 }));
    await store.sessions.insert(hex(2), session(2, joe, { idleExpiresAt: 6_000, expiresAt: 6_000 }));
    await store.sessions.insert(hex(3), session(3, joe, { idleExpiresAt: 7_000 }));
    assert.equal(await store.sessions.sweep(6_500, 9), 2);
    const expiry = { event: 'expiry', contract: 'rest' };
    assertRow(
      await store.sessions.findEnded(hex(1)),
      ended(1, { ...expiry, endedAt: 5_000, outcome: 'idle' }),
    );
    assertRow(
      await store.sessions.findEnded(hex(2)),
      ended(2, { ...expiry, endedAt: 6_000, outcome: 'over_age' }),
    );
    assert.equal(await store.sessions.findEnded(hex(3)), undefined);
  }),

  ofJoe('ended: removeAny and rotate leave no entry in the audit', async (store, joe) => {
    for (const n of [1, 2]) await store.sessions.insert(hex(n), session(n, joe));
    await store.sessions.rotate(hex(1), hex(3), context('password_change'));
    assert.equal(await store.sessions.removeAny(9, context('restore')), 2);
    assert.deepEqual(await audited(store), []);
  }),

  ofJoe('sweepEnded: forgets the oldest first, in steps', async (store, joe) => {
    for (const n of upTo(5)) {
      await store.sessions.insert(hex(n), session(n, joe));
      await store.sessions.remove([hex(n)], context('logout', { at: 1_000 + n }));
    }
    assert.equal(await store.sessions.sweepEnded(1_000, 9), 0);
    assert.equal(await store.sessions.sweepEnded(1_004, 3), 3);
    assert.equal(await store.sessions.sweepEnded(1_004, 3), 1);
    assert.equal(await store.sessions.findEnded(hex(3)), undefined);
    assert.equal((await store.sessions.findEnded(hex(4)))?.endedAt, 1_004);
  }),
];
