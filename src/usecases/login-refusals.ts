/** The names that the refusal of a login or of a second factor may have. */

import type { InvalidPasskey, PasskeysUnavailable } from '../concepts/factors/passkeys.ts';
import type { CodeRefusal, EnrolmentRefusal } from '../concepts/factors/second-factors.ts';
import type { CountedIn } from '../storage/port/port.ts';
import type { Enrolment } from './factors/enrolment.ts';

/** The reason why a login was refused. A contract decides how much of it to say. */
export type LoginRefusal =
  | { readonly refused: 'unknown_account' }
  | {
      readonly refused: 'wrong_password' | 'user_record_missing' | 'account_disabled';
      readonly user: { readonly id: string };
    }
  /** The password is right, and the second factor is missing (ruling F2). */
  | {
      readonly refused: 'second_factor_required';
      readonly user: { readonly id: string };
      readonly pending: PendingStep;
    }
  /** A second factor is required, and the account has none: an enrolment session in place of a session (ruling F6). */
  | {
      readonly refused: 'enrolment_required';
      readonly user: { readonly id: string; readonly identifier: string };
      readonly enrolment: Enrolment;
    }
  | (CodeRefusal & { readonly user: { readonly id: string } });

/** What a browser needs to send the second factor alone: the verified hash, and the windows that counted the attempt. */
export interface PendingStep {
  readonly passwordHash: string;
  readonly windows: readonly CountedIn[];
}

/** The reason why a factor was not enrolled, changed or removed. */
export type FactorRefusal =
  | EnrolmentRefusal
  | InvalidPasskey
  | PasskeysUnavailable
  | CodeRefusal
  | {
      readonly refused: /** The factor is not there. */
        | 'unknown_factor'
        /** A second factor is required, and this is the only one. */
        | 'last_factor'
        /** No enrolment was begun in this session, or it is too old. */
        | 'no_enrolment'
        /** No sign-in waits for its second step in this browser, or it is too old. */
        | 'no_second_step'
        | 'too_many_passkeys'
        | 'invalid_name';
    };
