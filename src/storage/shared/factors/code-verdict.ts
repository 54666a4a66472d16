/** Judges a typed code by the counter of refused ones and the last accepted time step (rulings F2 and F3). */

import type { CodeAttempt } from '../../port/port.ts';

/** What the judgement depends on, read in the step that writes its result. */
export interface CodeState {
  readonly failures: number;
  /** The last time step of which a code was accepted; `null` without an authenticator app. */
  readonly lastStep: number | null;
  /** The encrypted secret of the app. */
  readonly sealed?: string | null;
}

export interface CodeVerdict {
  readonly outcome: 'accepted' | 'refused' | 'locked_now' | 'locked';
  /** The counter from now on. */
  readonly failures: number;
}

/** `isRecoveryCode`: the attempt is a recovery code that this step removes. */
export function judgeCode(
  { failures, lastStep, sealed }: CodeState,
  attempt: CodeAttempt,
  maxFailures: number,
  isRecoveryCode: boolean,
): CodeVerdict {
  if (isRecoveryCode) return { outcome: 'accepted', failures: 0 };
  if (failures >= maxFailures) return { outcome: 'locked', failures };
  // The app may have been removed and another one enrolled since the code was computed.
  const isOfApp = 'totpStep' in attempt && (attempt.sealed ?? sealed) === sealed;
  if (isOfApp && lastStep !== null && attempt.totpStep > lastStep)
    return { outcome: 'accepted', failures: 0 };
  return { outcome: failures + 1 < maxFailures ? 'refused' : 'locked_now', failures: failures + 1 };
}
