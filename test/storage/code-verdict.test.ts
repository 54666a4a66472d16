/** What holds of the judgement of codes, whatever is typed and in which order (rulings F2 and F3). */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CodeAttempt } from '../../src/storage/port/port.ts';
import { type CodeState, judgeCode } from '../../src/storage/shared/factors/code-verdict.ts';

interface Typed {
  readonly attempt: CodeAttempt;
  readonly isRecoveryCode: boolean;
}

const typed: fc.Arbitrary<Typed> = fc.oneof(
  fc.integer({ min: 95, max: 110 }).map((totpStep) => ({ attempt: { totpStep }, isRecoveryCode: false })),
  fc.boolean().map((isRecoveryCode) => ({ attempt: { recoveryHash: 'a' }, isRecoveryCode })),
  fc.constant({ attempt: { matches: 'nothing' } as const, isRecoveryCode: false }),
);

/** Judges codes one after another, as a store writes the results. */
function judged(attempts: readonly Typed[], maxFailures: number, lastStep: number | null = 100) {
  let state: CodeState = { failures: 0, lastStep };
  return attempts.map(({ attempt, isRecoveryCode }) => {
    const before = state;
    const { outcome, failures } = judgeCode(state, attempt, maxFailures, isRecoveryCode);
    const isStep = outcome === 'accepted' && 'totpStep' in attempt;
    state = { failures, lastStep: isStep ? attempt.totpStep : before.lastStep };
    return { attempt, isRecoveryCode, outcome, before, after: state };
  });
}

test('F3: accepted steps only grow, and a recovery code that is there is always accepted', () => {
  fc.assert(
    fc.property(fc.array(typed, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (attempts, max) => {
      const all = judged(attempts, max);
      const steps = all.flatMap(({ attempt, outcome }) =>
        outcome === 'accepted' && 'totpStep' in attempt ? [attempt.totpStep] : [],
      );
      expect(steps).toEqual([...new Set(steps)].toSorted((a, b) => a - b));
      expect(steps.every((step) => step > 100)).toBe(true);
      for (const { isRecoveryCode, outcome } of all) if (isRecoveryCode) expect(outcome).toBe('accepted');
    }),
  );
});

test('F2: refused codes add up to the limit and no further, which one of them reaches', () => {
  fc.assert(
    fc.property(fc.array(typed, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (attempts, max) => {
      for (const { outcome, before, after, isRecoveryCode } of judged(attempts, max)) {
        const isLocked = before.failures === max;
        if (outcome === 'accepted') expect([after.failures, isLocked && !isRecoveryCode]).toEqual([0, false]);
        else if (isLocked) expect([outcome, after.failures]).toEqual(['locked', max]);
        else expect(after.failures).toBe(before.failures + 1);
        expect(outcome === 'locked_now').toBe(!isLocked && after.failures === max);
      }
    }),
  );
});

test('without an authenticator app no step is accepted', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0 }), (totpStep) => {
      const [only] = judged([{ attempt: { totpStep }, isRecoveryCode: false }], 9, null);
      expect(only?.outcome).toBe('refused');
    }),
  );
});
