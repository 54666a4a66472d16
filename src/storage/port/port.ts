/** The port of a store: small interfaces in which every method is one atomic step. */

import type { AccountStore } from './accounts.ts';
import type { AuditStore } from './audit.ts';
import type { DeviceStore } from './devices.ts';
import type { BrowserTokenStore, FactorStores } from './factors/factors.ts';
import type { ImportStore } from './imports.ts';
import type { InvitationStore } from './invitations.ts';
import type { MailStore } from './mails.ts';
import type { Metric } from './metrics.ts';
import type { RevocationFeed } from './revocations.ts';
import type { SessionStore } from './sessions.ts';
import type { ThrottleStore } from './throttle.ts';
import type { TokenStore } from './tokens.ts';

/**
 * A store of one engine. Every method throws `StoreUnavailable`, or rejects with it, when the store cannot answer.
 */
export interface Store {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly revocations: RevocationFeed;
  readonly throttle: ThrottleStore;
  readonly audit: AuditStore;
  readonly tokens: TokenStore;
  readonly invitations: InvitationStore;
  readonly mails: MailStore;
  readonly devices: DeviceStore;
  readonly browserTokens: BrowserTokenStore;
  /** Loads the stores of second factors at the first call: a server whose users have none does without their code. */
  factors(): Promise<FactorStores>;
  /** Loads the store of imports at the first call: a server whose users all registered here does without its code. */
  imports(): Promise<ImportStore>;
  /**
   * The key that chooses costs for unknown names (ruling I5): 64 hexadecimal digits, random, made once for a store and equal on
   * all nodes; `undefined` if no imported account is there. One row, read without loading the stores of imports: logins ask at
   * most once a minute, known names and unknown ones alike.
   */
  importKey(): Promise<string | undefined>;
  /** Epoch milliseconds by the common clock of all processes on this store. Without it, they share a machine and its clock. */
  readonly clock?: () => number;
  /** Resolves only if the store answers and still has its schema (ruling B2). */
  ping(): Promise<void>;
  /** The metrics of the store, from memory: reading them costs no round trip. */
  readonly metrics?: () => readonly Metric[];
  /** Writes what is still buffered and closes the store. */
  close(): Promise<void>;
}

export type * from './accounts.ts';
export type * from './audit.ts';
export type * from './devices.ts';
export { StoreUnavailable, StoreUnusable } from './errors.ts';
export type * from './factors/factors.ts';
export * from './imports.ts';
export type * from './invitations.ts';
export type * from './mails.ts';
export type * from './maintenance.ts';
export type * from './metrics.ts';
export type * from './revocations.ts';
export type * from './sessions.ts';
export * from './throttle.ts';
export type * from './tokens.ts';
export * from './transfer/transfer.ts';
export * from './transfer/transferred-tables.ts';
