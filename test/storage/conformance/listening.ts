/** Cases for the listener that is told of the sessions that end. */

import assert from 'node:assert/strict';
import type { Store } from '../../../src/storage/port/port.ts';
import { type ConformanceCase, context, hex, session, upTo } from './case.ts';
import { ofJoe } from './sessions.ts';

/** Gives Joe some sessions, and returns what the listener hears from then on: the reason and the handle of each end. */
async function heard(store: Store, joe: string, sessions: number): Promise<string[]> {
  for (const n of upTo(sessions))
    await store.sessions.insert(hex(n), session(n, joe, { createdAt: 1_000 + n, lastSeenAt: 1_000 + n }));
  const ends: string[] = [];
  store.sessions.listen((ended, { event }) => {
    for (const { handle } of ended) ends.push(`${event} ${handle}`);
  });
  return ends;
}

export const listeningCases: readonly ConformanceCase[] = [
  ofJoe(
    'listen: every end with an audit entry is told once, before its caller continues',
    async (store, joe) => {
      const ends = await heard(store, joe, 6);
      await store.sessions.remove([hex(1), hex(0), hex(99)], context('logout'));
      assert.deepEqual(ends.splice(0), ['logout handle-0', 'logout handle-1']);
      await store.sessions.removeByHandle(joe, 'handle-2', context('revoke'));
      assert.deepEqual(ends.splice(0), ['revoke handle-2']);
      const cap = { limit: 2, step: 9, context: context('cap') };
      await store.sessions.insert(
        hex(7),
        session(7, joe, { createdAt: 1_007, lastSeenAt: 1_007 }),
        undefined,
        cap,
      );
      assert.deepEqual(ends.splice(0), ['cap handle-3', 'cap handle-4']);
      await store.sessions.removeOfUser(joe, undefined, 9, context('end_all'));
      assert.deepEqual(ends.toSorted(), ['end_all handle-5', 'end_all handle-7']);
    },
  ),

  ofJoe('listen: of many concurrent ends of one session one is told', async (store, joe) => {
    const ends = await heard(store, joe, 1);
    await Promise.all(upTo(20).map(() => store.sessions.remove([hex(0)], context('logout'))));
    assert.deepEqual(ends, ['logout handle-0']);
  }),

  ofJoe('listen: what is no end with an audit entry is not told', async (store, joe) => {
    const ends = await heard(store, joe, 5);
    await store.sessions.prove(hex(0), hex(10), 2_000, context('confirm'));
    await store.sessions.rotate(hex(1), hex(11), context('confirm'));
    await store.sessions.remove([hex(2)]);
    await store.sessions.remove([hex(3)], context('logout'), () => ({ state: 'idle', diedAt: 1_500 }));
    await store.sessions.removeAny(1, context('end_everybody'));
    await store.sessions.sweep(Number.MAX_SAFE_INTEGER, 99);
    assert.deepEqual(ends, []);
  }),

  ofJoe('listen: a step that fails tells nothing', async (store, joe) => {
    const ends = await heard(store, joe, 2);
    const cap = { limit: 1, step: 9, context: context('cap') };
    // The handle is taken, so the session is not written, and the cap ends nothing.
    await assert.rejects(store.sessions.insert(hex(5), session(0, joe), undefined, cap));
    assert.deepEqual(ends, []);
    assert.equal((await store.sessions.ofUser(joe, { limit: 9 })).length, 2);
  }),
];
