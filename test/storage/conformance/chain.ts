/** Cases for the chain of the audit: whatever is done to it behind the store's back shows, and nothing else does. */

import assert from 'node:assert/strict';
import type { ChainVerdict, Store } from '../../../src/storage/port/port.ts';
import { assertIntact, type ConformanceCase, context, over, type Tampering, upTo } from './case.ts';

/** Leaves entries made at 1, 2, …, for two users in turn. */
async function leave(store: Store, count: number): Promise<void> {
  const { length: before } = await store.audit.read({ limit: 10_000 });
  await Promise.all(
    upTo(count).map((n) => {
      const at = before + n + 1;
      return store.audit.append(context('login', { at }), {
        userId: at % 2 ? 'ann' : 'bob',
        handle: `h${at}`,
      });
    }),
  );
}

const verify = ({ audit }: Store): Promise<ChainVerdict> => audit.verify(() => {});
const brokenAt = (seq: number): ChainVerdict => ({ intact: false, brokenAt: seq });

/** What may be done to a chain of ten entries, and where it then breaks. */
const tamperings: readonly [title: string, deed: Tampering, brokenAt: number][] = [
  ['the first is changed', { deed: 'change', seq: 1 }, 1],
  ['one in the middle is changed', { deed: 'change', seq: 5 }, 5],
  ['the last is changed', { deed: 'change', seq: 10 }, 10],
  ['the first is missing', { deed: 'remove', seq: 1, to: 1 }, 1],
  ['some in the middle are missing', { deed: 'remove', seq: 4, to: 6 }, 4],
  ['the last is missing', { deed: 'remove', seq: 10, to: 10 }, 10],
  ['the tail is missing', { deed: 'remove', seq: 7, to: 10 }, 7],
  ['all are missing', { deed: 'remove', seq: 1, to: 10 }, 1],
  ['two neighbours changed places', { deed: 'swap', seq: 4, with: 5 }, 4],
  ['the ends changed places', { deed: 'swap', seq: 1, with: 10 }, 1],
  ['one is put before all others', { deed: 'insert', seq: 0, copyOf: 1 }, 0],
  ['one is put first', { deed: 'insert', seq: 1, copyOf: 5 }, 1],
  ['one is put between two', { deed: 'insert', seq: 5, copyOf: 4 }, 5],
  ['one is put behind the last', { deed: 'insert', seq: 11, copyOf: 10 }, 11],
];

export const chainCases: readonly ConformanceCase[] = [
  over('chain: an untouched one is intact, however long', async (store) => {
    await assertIntact(store, 0);
    await leave(store, 1);
    await assertIntact(store, 1);
    await leave(store, 2_499);
    const steps: number[] = [];
    const verdict = await store.audit.verify((checked, all) => {
      assert.equal(all, 2_500);
      steps.push(checked);
    });
    assert.deepEqual(verdict, { intact: true, entries: 2_500 });
    assert.equal(steps.at(-1), 2_500);
    const lengths = steps.map((checked, n) => checked - (steps[n - 1] ?? 0));
    assert.equal(
      lengths.every((length) => length > 0 && length <= 1_000),
      true,
      `steps of ${lengths}`,
    );
  }),

  ...tamperings.map(([title, deed, seq]) =>
    over(`chain: shows that ${title}`, async (store, ground) => {
      await leave(store, 10);
      await assertIntact(store, 10);
      await ground.tamper(deed);
      assert.deepEqual(await verify(store), brokenAt(seq));
      // What is appended later neither fails nor heals it.
      await leave(store, 3);
      assert.deepEqual(await verify(store), brokenAt(seq));
    }),
  ),

  over('chain: shows a change far from its start', async (store, ground) => {
    await leave(store, 2_100);
    await ground.tamper({ deed: 'change', seq: 1_001 });
    await ground.tamper({ deed: 'change', seq: 2_050 });
    assert.deepEqual(await verify(store), brokenAt(1_001));
    await ground.tamper({ deed: 'remove', seq: 1_000, to: 1_000 });
    assert.deepEqual(await verify(store), brokenAt(1_000));
  }),

  over('chain: returns its ends, with everything that was acknowledged', async (store) => {
    const nothing = { seq: 0, hash: '0'.repeat(64) };
    assert.deepEqual(await store.audit.ends(), { start: nothing, last: nothing });
    await leave(store, 10);
    const entries = await store.audit.read({ after: 0, limit: 10 });
    const placeOf = (seq: number) => ({ seq, hash: entries.find((entry) => entry.seq === seq)?.hash });
    assert.deepEqual(await store.audit.ends(), { start: nothing, last: placeOf(10) });
    assert.equal(await store.audit.sweep(4, 100), 3);
    assert.deepEqual(await store.audit.ends(), { start: placeOf(3), last: placeOf(10) });
  }),

  over('chain: does not wait for what is appended while it is walked', async (store) => {
    await leave(store, 2_500);
    let steps = 0;
    const verdict = await store.audit.verify(() => {
      steps += 1;
      for (const _ of upTo(100)) void store.audit.append(context('login'), {});
    });
    assert.deepEqual(verdict, { intact: true, entries: 2_500 });
    await assertIntact(store, 2_500 + steps * 100);
  }),

  over('chain: stays whole while it is swept and walked at once', async (store) => {
    await leave(store, 3_500);
    const sweeps: Promise<number>[] = [];
    const verdict = await store.audit.verify(() => sweeps.push(store.audit.sweep(2_501, 5_000)));
    assert.equal(verdict.intact, true);
    assert.equal(
      (await Promise.all(sweeps)).reduce((sum, swept) => sum + swept),
      2_500,
    );
    await assertIntact(store, 1_000);
  }),

  over('chain: stays whole though a sweep takes all of it while it is walked', async (store) => {
    for (let tries = 1; ; tries += 1) {
      await leave(store, 1_500);
      const sweeps: Promise<number>[] = [];
      const appends: Promise<void>[] = [];
      const verdict = await store.audit.verify(() => {
        sweeps.push(store.audit.sweep(9_999, 5_000));
        // Made later than what is swept, so that it stays, whichever of the two comes first.
        appends.push(store.audit.append(context('login', { at: 10_000 }), {}));
      });
      await Promise.all([...sweeps, ...appends]);
      assert.equal(verdict.intact, true);
      await assertIntact(store, appends.length);
      if (verdict.intact && verdict.entries === 1_000) return;
      // On a busy machine the walk may be over before the sweep: then it saw everything, and the next one is looked at.
      assert.ok(tries < 5, `five walks were faster than a sweep: ${JSON.stringify(verdict)}`);
      await store.audit.sweep(10_001, 5_000);
    }
  }),

  {
    title: 'chain: goes on where it ended after it was closed and opened again',
    async run(ground) {
      for (const count of [10, 20, 30]) {
        const store = await ground.open();
        await leave(store, 10);
        await assertIntact(store, count);
        await store.close();
      }
    },
  },

  {
    title: 'chain: is one, however many append to it at once',
    async run(ground) {
      const stores = await Promise.all(upTo(3).map(() => ground.open()));
      await Promise.all(
        upTo(60).map((n) => stores[n % 3]?.audit.append(context('login', { requestId: String(n) }), {})),
      );
      for (const store of stores) await assertIntact(store, 60);
      const entries = (await stores[0]?.audit.read({ limit: 99 })) ?? [];
      assert.deepEqual(
        entries.map(({ seq }) => seq),
        upTo(60).map((n) => 60 - n),
      );
      assert.equal(new Set(entries.map(({ requestId }) => requestId)).size, 60);
      for (const store of stores) await store.close();
    },
  },

  over('chain: a sweep cuts it at its start, in batches, and counts exactly', async (store, ground) => {
    await leave(store, 10);
    assert.equal(await store.audit.sweep(1, 9), 0);
    assert.equal(await store.audit.sweep(6, 3), 3);
    await assertIntact(store, 7);
    assert.equal(await store.audit.sweep(6, 3), 2);
    assert.equal(await store.audit.sweep(6, 3), 0);
    await assertIntact(store, 5);
    const kept = await store.audit.read({ limit: 99 });
    assert.deepEqual(
      kept.map(({ seq }) => seq),
      [10, 9, 8, 7, 6],
    );
    await ground.tamper({ deed: 'remove', seq: 6, to: 6 });
    assert.deepEqual(await verify(store), brokenAt(6), 'only a sweep moves the start');
  }),

  over('chain: no younger entry is swept, although an older one came after it', async (store) => {
    for (const at of [1, 2, 9, 3, 4]) await store.audit.append(context('login', { at }), {});
    assert.equal(await store.audit.sweep(5, 9), 2);
    await assertIntact(store, 3);
    assert.equal(await store.audit.sweep(10, 9), 3);
    await assertIntact(store, 0);
  }),

  {
    title: 'chain: numbers go on after everything was swept, and a missing entry still shows',
    async run(ground) {
      const first = await ground.open();
      await leave(first, 5);
      assert.equal(await first.audit.sweep(99, 99), 5);
      await first.close();
      const store = await ground.open();
      await assertIntact(store, 0);
      await store.audit.append(context('login'), {});
      assert.equal((await store.audit.read({ limit: 9 }))[0]?.seq, 6);
      await assertIntact(store, 1);
      await ground.tamper({ deed: 'remove', seq: 6, to: 6 });
      assert.deepEqual(await verify(store), brokenAt(6));
      await store.close();
    },
  },
];
