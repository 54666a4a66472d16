/** What every use case works with: the concepts, whoever is asking, and the names a refusal may have. */

import type { AccountRefusal, Accounts } from '../concepts/accounts.ts';
import type { Audit, AuditEvent } from '../concepts/audit.ts';
import type { PasswordRefusal, Passwords } from '../concepts/passwords/passwords.ts';
import type { NoSession, Sessions } from '../concepts/sessions.ts';
import type { Throttle, TooManyAttempts } from '../concepts/throttle.ts';
import type { HashingQueue, Overloaded } from '../crypto/queue.ts';

/** The concepts, and the line before password hashing. */
export interface Gate {
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly throttle: Throttle;
  readonly audit: Audit;
  readonly hashing: HashingQueue;
}

/** Who asks, through which contract, and when. */
export interface Caller {
  readonly contract: string;
  /** The client's network as the throttle counts it (ruling G16). */
  readonly network: string;
  readonly requestId: string;
  readonly now: number;
  /** Aborted when the client has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** Why a login was refused. A contract decides how much of it to say. */
export type LoginRefusal =
  | { readonly refused: 'unknown_account' }
  | { readonly refused: 'wrong_password' | 'user_record_missing'; readonly user: { readonly id: string } };

/** Everything a use case may answer instead of doing what it was asked. */
export type Refusal =
  | AccountRefusal
  | PasswordRefusal
  | LoginRefusal
  | NoSession
  | TooManyAttempts
  | Overloaded;

/** Tells a refusal from an answer. */
export function isRefusal<Answer extends object, R extends { refused: string }>(
  outcome: Answer | R,
): outcome is R {
  return 'refused' in outcome;
}

/** Leaves the entry of one event in the audit, and passes its outcome on. */
export function audited<Outcome extends object>(
  gate: Gate,
  event: AuditEvent,
  caller: Caller,
  outcome: Outcome,
): Outcome {
  const { contract, network, requestId } = caller;
  const about = outcome as { refused?: string; user?: { id: string }; session?: { handle: string } };
  gate.audit.record({
    event,
    outcome: about.refused ?? 'ok',
    contract,
    network,
    requestId,
    userId: about.user?.id,
    handle: about.session?.handle,
  });
  return outcome;
}
