/** The rule of trust (ruling N2) against a model, whatever commits when, answers late, is silent, or fails over. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFull } from '../support/length.ts';
import type { Author, Deed } from '../support/trust/deeds.ts';
import type { Commit, Delay } from '../support/trust/node.ts';
import { World } from '../support/trust/world.ts';

const ms = fc.oneof(
  { weight: 4, arbitrary: fc.nat(20) },
  { weight: 4, arbitrary: fc.nat(1_500) },
  { weight: 1, arbitrary: fc.constantFrom(250, 999, 1_000, 1_001, 5_000) },
);
const pause = fc.oneof(
  { weight: 30, arbitrary: ms },
  { weight: 1, arbitrary: fc.constantFrom(9_000, 59_999, 60_000, 90_000, 121_000) },
);
const seldom = fc.integer({ min: 1, max: 10 }).map((n) => n === 10);
const on = fc.constantFrom<0 | 1>(0, 1);
const of: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat(3) },
);
const checked: fc.Arbitrary<number | null> = fc.option(of, { freq: 12 });
const by = fc.constantFrom<Author>(0, 1, 'operator');
const delay: fc.Arbitrary<Delay> = fc.record({ evaluatedMs: ms, answeredMs: ms, isLost: seldom });
const commitMs = fc.oneof({ weight: 9, arbitrary: ms }, { weight: 1, arbitrary: fc.constant(30_000) });
const commit: fc.Arbitrary<Commit> = fc.record({ commitMs, acknowledgedMs: ms, isRolledBack: seldom });

const weighted: readonly (readonly [weight: number, fc.Arbitrary<Deed>])[] = [
  [16, fc.record({ do: fc.constant('check'), of: checked, on, rows: delay })],
  [5, fc.record({ do: fc.constant('end'), of, by, commit })],
  [4, fc.record({ do: fc.constant('begin'), commit })],
  [1, fc.record({ do: fc.constant('disable'), user: on, by, commit })],
  [2, fc.record({ do: fc.constant('enable'), user: on, by, commit })],
  [2, fc.record({ do: fc.constant('slow'), on, line: delay })],
  [1, fc.record({ do: fc.constant('notify'), on, times: fc.nat(20) })],
  [1, fc.record({ do: fc.constant('sweep'), on })],
  [1, fc.record({ do: fc.constant('hold'), ms: fc.nat(20_000) })],
  [1, fc.record({ do: fc.constant('clock'), byMs: fc.constantFrom(-18_000_000, 0, 1_000, 18_000_000) })],
  [1, fc.record({ do: fc.constant('reconnect'), on, afterMs: ms })],
  [1, fc.record({ do: fc.constant('fail over'), lost: fc.nat(4), isNoticed: fc.boolean(), afterMs: ms })],
  [1, fc.record({ do: fc.constant('empty'), of })],
];
const deed = fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary })));

test('N2: property: no end is accepted for more than a second, no live session is refused, and the cache answers', async () => {
  let hits = 0;
  // A story is not broken off in the middle: its clock is that of the next test.
  const until = Date.now() + (isFull ? 120_000 : 30_000);
  const deeds = fc.array(fc.tuple(deed, pause), { minLength: 20, maxLength: 60, size: 'max' });
  await fc.assert(
    fc.asyncProperty(deeds, async (story) => {
      if (Date.now() > until) return;
      const world = new World();
      try {
        for (const [one, pauseMs] of story) {
          world.do(one);
          await world.pass(pauseMs);
        }
        for (const { cache } of world.nodes) hits += cache.counts.lookups.hit;
        const missed = await world.settle();
        expect(world.faults).toEqual([]);
        expect(missed).toEqual([]);
      } finally {
        world.end();
      }
    }),
    { numRuns: isFull ? 5_000 : 200 },
  );
  expect(hits).toBeGreaterThan(1_000);
});

test('N2: after a failover that lost commits, one sweep is enough for the cache to answer again', async () => {
  const world = new World();
  try {
    const soon = { evaluatedMs: 0, answeredMs: 0 };
    const now: Commit = { commitMs: 0, acknowledgedMs: 0, isRolledBack: false };
    for (let n = 0; n < 4; n += 1) world.do({ do: 'end', of: n, by: 0, commit: now });
    await world.pass(10);
    world.do({ do: 'sweep', on: 1 });
    await world.pass(90_000);
    // The transactions that the sweep saw come again, for others.
    world.do({ do: 'fail over', lost: 4, isNoticed: false, afterMs: 0 });
    world.do({ do: 'check', of: 0, on: 0, rows: soon });
    await world.pass(250);
    expect(await world.settle()).toEqual([]);
    expect(world.faults).toEqual([]);
  } finally {
    world.end();
  }
});
