/** The concepts that use cases work with, and the caller. */

import type { Accounts } from '../concepts/accounts.ts';
import type { Audit } from '../concepts/audit.ts';
import type { BrowserTokens } from '../concepts/browser-tokens.ts';
import type { Devices } from '../concepts/devices.ts';
import type { Invitations } from '../concepts/invitations.ts';
import type { Mails } from '../concepts/mails.ts';
import type { Passwords } from '../concepts/passwords/passwords.ts';
import type { StandIns } from '../concepts/passwords/stand-ins.ts';
import type { Sessions } from '../concepts/sessions/sessions.ts';
import type { Throttle } from '../concepts/throttle.ts';
import type { Tokens } from '../concepts/tokens.ts';
import type { HashingQueue } from '../crypto/hashing-queue.ts';
import type { AccountStore, AuditStore, InvitationStore, RevocationFeed } from '../storage/port/port.ts';
import type { SessionCache } from '../storage/shared/session-cache.ts';
import type { FactorLoader } from './factor-loader.ts';
import type { Pacer } from './pacer.ts';

/**
 * The concepts, the hashing queue, and the pacer of long work. A use case that needs a few of them names those
 * (`Pick<Services, 'sessions' | 'audit'>`); one that passes most of them on takes all.
 */
export interface Services {
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly standIns: StandIns;
  readonly sessions: Sessions;
  readonly throttle: Throttle;
  readonly devices: Devices;
  readonly tokens: Tokens;
  readonly invitations: Invitations;
  readonly mails: Mails;
  readonly browserTokens: BrowserTokens;
  readonly factors: FactorLoader;
  readonly audit: Audit;
  readonly hashing: HashingQueue;
  readonly pacer: Pacer;
  /** The answers of session checks. */
  readonly cache: SessionCache;
  readonly store: PlainSteps;
}

/** Steps of the store that need no rule, which use cases call directly. All others are called by a concept. */
export interface PlainSteps {
  readonly accounts: Pick<AccountStore, 'findUser' | 'findCredentialOf' | 'verifyEmail' | 'setDisabled'>;
  readonly audit: Pick<AuditStore, 'read' | 'verify'>;
  readonly invitations: Pick<InvitationStore, 'remove'>;
  readonly revocations: Pick<RevocationFeed, 'sweep'>;
}

/** The client of a request, its contract, and the time. */
export interface Caller {
  readonly contract: string;
  /** The client's network as the throttle counts it (ruling G16). */
  readonly network: string;
  /** A readable name of the client's device; empty if unknown. */
  readonly device: string;
  /** The language of the mails that the caller causes; `undefined` for the server's default. */
  readonly language?: string | undefined;
  /** The device ids of the client; `undefined` if the contract has no device cookie. */
  readonly deviceIds: readonly string[] | undefined;
  readonly requestId: string;
  readonly now: number;
  /** Aborted when the client disconnects. */
  readonly signal?: AbortSignal | undefined;
  /** Whether an outcome was reported for this caller; set by `reported`. */
  isReported?: boolean;
}
