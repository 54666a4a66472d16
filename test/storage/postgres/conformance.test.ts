/** The suite of all stores on a real PostgreSQL: with a memory for checks and without. */

import { describe, test } from 'vitest';
import { giveBack, takeDatabase } from '../../support/database/reused.ts';
import { isFull } from '../../support/length.ts';
import { freshGround, retried } from '../../support/postgres/store-fixture.ts';
import { conformance } from '../conformance.ts';

// The same questions, and none is left out: the full form asks them where the short form, which the gate runs too, does not.
describe.each([
  isFull
    ? (['nothing is answered from memory', 0] as const)
    : (['what was read is trusted for a second', 1_000] as const),
])('%s', (_how, trustMs) => {
  for (const { title, run } of conformance) {
    test.concurrent(title, retried, async ({ onTestFinished }) => {
      const database = await takeDatabase();
      onTestFinished(() => giveBack(database));
      await run(await freshGround(trustMs, async () => database));
    });
  }
});
