/** The port of invitations: each lets one name be registered, once. */

import type { AuditContext } from './audit.ts';

/** At most one for a name. Its token is kept as a hash beside it. */
export interface Invitation {
  /** The name in canonical form (ruling G3). */
  readonly canonical: string;
  /** The id that its account will have, so that the audit shows what became of the invitation. */
  readonly userId: string;
  readonly expiresAt: number;
}

/** A page of invitations in the bytewise order of their names. */
export interface InvitationQuery {
  /** The name of the last invitation of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Hashes are the SHA-256 of tokens: 64 hexadecimal digits. `AccountStore.create` uses an invitation up. */
export interface InvitationStore {
  /** Keeps an invitation, in place of an earlier one for the same name. */
  put(tokenHash: string, invitation: Invitation, context?: AuditContext): Promise<void>;
  /** Finds the invitation for a name, if its token has this hash; it may have expired. */
  find(canonical: string, tokenHash: string): Promise<Invitation | undefined>;
  /** Invitations by name; those that expired and were not swept yet are among them. */
  list(query: InvitationQuery): Promise<Invitation[]>;
  /** Removes the invitation for a name and returns it; of many that race for one exactly one gets it. */
  remove(canonical: string, context?: AuditContext): Promise<Invitation | undefined>;
  /** Removes at most `limit` invitations with `expiresAt` at or before `now`; returns how many. */
  sweep(now: number, limit: number): Promise<number>;
}
