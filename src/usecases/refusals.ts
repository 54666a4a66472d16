/** The names that a refusal of a use case may have. */

import type { AccountRefusal } from '../concepts/accounts.ts';
import type { RegistrationRefusal } from '../concepts/invitations.ts';
import type { PasswordRefusal } from '../concepts/passwords/passwords.ts';
import type { NoSession } from '../concepts/sessions/sessions.ts';
import type { TooManyAttempts } from '../concepts/throttle.ts';
import type { InvalidToken } from '../concepts/tokens.ts';
import type { Overloaded } from '../crypto/hashing-queue.ts';
import type { FactorRefusal, LoginRefusal } from './login-refusals.ts';

/** The reason why a signed-in person is refused. */
export type AccessRefusal =
  /** The password was not confirmed recently in this session. */
  | { readonly refused: 'not_proven' }
  /** The handle names no live session of this person. */
  | { readonly refused: 'unknown_session' };

/** The process runs its maximum of exports, or one of this person. */
export type TooManyExports = {
  readonly refused: 'too_many_exports';
  readonly retryAfterSeconds: number;
};

/** The reason why no mail was sent to a signed-in person. */
export type MailRefusal =
  /** The account has no address, or a verified one. */
  { readonly refused: 'nothing_to_verify' };

/** Every refusal of a use case. */
export type Refusal =
  | AccountRefusal
  | PasswordRefusal
  | RegistrationRefusal
  | LoginRefusal
  | FactorRefusal
  | AccessRefusal
  | TooManyExports
  | InvalidToken
  | MailRefusal
  | NoSession
  | TooManyAttempts
  | Overloaded;

export function isRefusal<Answer extends object, R extends { refused: string }>(
  outcome: Answer | R,
): outcome is R {
  return 'refused' in outcome;
}
