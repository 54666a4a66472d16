/** What the rules ask of a store: small interfaces in which every method is one atomic step. */

import type { AccountStore } from './port/accounts.ts';
import type { AuditStore } from './port/audit.ts';
import type { DeviceStore } from './port/devices.ts';
import type { Figure } from './port/figures.ts';
import type { InvitationStore } from './port/invitations.ts';
import type { MailStore } from './port/mails.ts';
import type { SessionStore } from './port/sessions.ts';
import type { ThrottleStore } from './port/throttle.ts';
import type { TokenStore } from './port/tokens.ts';

/**
 * A store of one engine. Every method throws `StoreUnavailable`, or rejects with it, when the store cannot answer.
 */
export interface Store {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly throttle: ThrottleStore;
  readonly audit: AuditStore;
  readonly tokens: TokenStore;
  readonly invitations: InvitationStore;
  readonly mails: MailStore;
  readonly devices: DeviceStore;
  /**
   * Epoch milliseconds by the one clock of everybody who works on this store. Where there is none, they share a machine
   * and its clock.
   */
  readonly clock?: () => number;
  /** Resolves only if the store answers and still holds its schema (ruling B2). */
  ping(): Promise<void>;
  /** What the store can say of itself in numbers, from memory: asking costs no round trip. */
  readonly figures?: () => readonly Figure[];
  /** Writes what is still waiting and lets go of the store. */
  close(): Promise<void>;
}

export type * from './port/accounts.ts';
export type * from './port/archive.ts';
export type * from './port/audit.ts';
export type * from './port/devices.ts';
export { StoreUnavailable, StoreUnusable } from './port/errors.ts';
export type * from './port/figures.ts';
export type * from './port/invitations.ts';
export type * from './port/mails.ts';
export type * from './port/sessions.ts';
export * from './port/throttle.ts';
export type * from './port/tokens.ts';
export * from './port/transfer.ts';
