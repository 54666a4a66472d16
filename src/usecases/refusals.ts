/** The names that a refusal of a use case may have. */

import type { AccountRefusal } from '../concepts/accounts.ts';
import type { RegistrationRefusal } from '../concepts/invitations.ts';
import type { PasswordRefusal } from '../concepts/passwords/passwords.ts';
import type { NoSession } from '../concepts/sessions/sessions.ts';
import type { TooManyAttempts } from '../concepts/throttle.ts';
import type { InvalidToken } from '../concepts/tokens.ts';
import type { Overloaded } from '../crypto/hashing-queue.ts';

/** Why a password was not accepted. A contract decides how much of it to say. */
export type LoginRefusal =
  | { readonly refused: 'unknown_account' }
  | {
      readonly refused: 'wrong_password' | 'user_record_missing' | 'account_disabled';
      readonly user: { readonly id: string };
    };

/** Why a signed-in person may not do something. */
export type AccessRefusal =
  /** The password was not proven in this session lately. */
  | { readonly refused: 'not_proven' }
  /** The handle names no live session of this person. */
  | { readonly refused: 'unknown_session' };

/** As many exports are under way as may be at once, or one of this person. */
export type TooManyExports = {
  readonly refused: 'too_many_exports';
  readonly retryAfterSeconds: number;
};

/** Why no mail was sent to a signed-in person. */
export type MailRefusal =
  /** The account has no address, or one that was verified already. */
  { readonly refused: 'nothing_to_verify' };

/** Everything a use case may answer instead of doing what it was asked. */
export type Refusal =
  | AccountRefusal
  | PasswordRefusal
  | RegistrationRefusal
  | LoginRefusal
  | AccessRefusal
  | TooManyExports
  | InvalidToken
  | MailRefusal
  | NoSession
  | TooManyAttempts
  | Overloaded;

/** Tells a refusal from an answer. */
export function isRefusal<Answer extends object, R extends { refused: string }>(
  outcome: Answer | R,
): outcome is R {
  return 'refused' in outcome;
}
