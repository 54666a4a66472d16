/** What every use case works with: the concepts, the caller, the names a refusal may have, and how an outcome is reported. */

import type { AccountRefusal, Accounts } from '../concepts/accounts.ts';
import type { Audit, AuditEvent } from '../concepts/audit.ts';
import type { Devices } from '../concepts/devices.ts';
import type { Invitations, RegistrationRefusal } from '../concepts/invitations.ts';
import type { Mails } from '../concepts/mails.ts';
import type { PasswordRefusal, Passwords } from '../concepts/passwords/passwords.ts';
import type { NoSession, Sessions } from '../concepts/sessions/sessions.ts';
import type { Throttle, TooManyAttempts } from '../concepts/throttle.ts';
import type { InvalidToken, Tokens } from '../concepts/tokens.ts';
import type { HashingQueue, Overloaded } from '../crypto/hashing-queue.ts';
import {
  type AccountStore,
  type AuditStore,
  type InvitationStore,
  StoreUnavailable,
} from '../storage/port/port.ts';
import type { Pacer } from './pacer.ts';

/**
 * The concepts, the queue before password hashing, and what long work gives way by. A use case that needs a few of them
 * names those (`Pick<Services, 'sessions' | 'audit'>`); one that leads through most of them takes all.
 */
export interface Services {
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly throttle: Throttle;
  readonly devices: Devices;
  readonly tokens: Tokens;
  readonly invitations: Invitations;
  readonly mails: Mails;
  readonly audit: Audit;
  readonly hashing: HashingQueue;
  readonly pacer: Pacer;
  readonly store: PlainSteps;
}

/** Steps of the store that no rule stands before: a use case takes them itself. All others are a concept's to take. */
export interface PlainSteps {
  readonly accounts: Pick<AccountStore, 'findCredentialOf' | 'verifyEmail' | 'setDisabled'>;
  readonly audit: Pick<AuditStore, 'read' | 'verify'>;
  readonly invitations: Pick<InvitationStore, 'remove'>;
}

/** Who asks, through which contract, and when. */
export interface Caller {
  readonly contract: string;
  /** The client's network as the throttle counts it (ruling G16). */
  readonly network: string;
  /** A readable name of the client's device; empty if it does not say. */
  readonly device: string;
  /** The device ids it carries; `undefined` if the contract has no place for them. */
  readonly deviceIds: readonly string[] | undefined;
  readonly requestId: string;
  readonly now: number;
  /** Aborted when the client has gone. */
  readonly signal?: AbortSignal | undefined;
  /** Whether an outcome was reported for this caller; set by `reported`. */
  isReported?: boolean;
}

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

/** Refusals that were counted as a failure before they were found out; the others are reported and not kept. */
const counted: ReadonlySet<string> = new Set<Refusal['refused']>([
  'unknown_account',
  'wrong_password',
  'account_disabled',
  'user_record_missing',
  'identifier_taken',
  'not_invited',
  'invalid_token',
]);

interface About {
  readonly refused?: string;
  readonly user?: { readonly id: string };
  readonly session?: { readonly handle: string };
}

/** Reports the outcome of an event, and passes it on. */
export function reported<Outcome extends object>(
  services: Pick<Services, 'audit'>,
  event: AuditEvent,
  caller: Caller,
  outcome: Outcome,
): Outcome {
  const { contract, network, requestId } = caller;
  const { refused, user, session }: About = outcome;
  const said = { event, outcome: refused ?? 'ok', contract, network, requestId };
  services.audit.report({ ...said, userId: user?.id, handle: session?.handle });
  caller.isReported = true;
  return outcome;
}

/**
 * Reports the outcome of an event and keeps a failure that was counted. What succeeded left its entry in the
 * transaction that made it so.
 */
export async function audited<Outcome extends object>(
  services: Pick<Services, 'audit'>,
  event: AuditEvent,
  caller: Caller,
  outcome: Outcome,
): Promise<Outcome> {
  const { refused, user }: About = reported(services, event, caller, outcome);
  if (refused && counted.has(refused)) await services.audit.keep(caller, event, user?.id, refused);
  return outcome;
}

/**
 * Waits for work that follows an event, such as a notice, and returns what came of it. What was done stays done: a
 * failure is counted under the event and never thrown; then there is nothing to return.
 */
export async function afterwards<Result>(
  { audit }: Pick<Services, 'audit'>,
  event: AuditEvent,
  work: Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    audit.count(event, error instanceof StoreUnavailable ? 'unavailable' : 'failed');
    return undefined;
  }
}
