/** The port of invitations: each lets one person register one name, once. */

import type { AuditContext } from './audit.ts';

/** There is at most one for a name. The hash of its token is stored beside it. */
export interface Invitation {
  /** The name in canonical form (ruling G3). */
  readonly canonical: string;
  /** The id of the future account, which connects the two in the audit. */
  readonly userId: string;
  readonly expiresAt: number;
}

/** A page of invitations in the bytewise order of their names. */
export interface InvitationQuery {
  /** The name of the last invitation of the previous page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Hashes are the SHA-256 of tokens: 64 hexadecimal digits. `AccountStore.create` uses an invitation up. */
export interface InvitationStore {
  /** Writes an invitation, in place of an earlier one for the same name. */
  put(tokenHash: string, invitation: Invitation, context?: AuditContext): Promise<void>;
  /** Finds the invitation for a name and a token hash; it may have expired. */
  find(canonical: string, tokenHash: string): Promise<Invitation | undefined>;
  /** Invitations by name, including expired ones that are not swept yet. */
  list(query: InvitationQuery): Promise<Invitation[]>;
  /** Removes the invitation for a name and returns it; of concurrent calls exactly one gets it. */
  remove(canonical: string, context?: AuditContext): Promise<Invitation | undefined>;
  /** Removes at most `limit` invitations with `expiresAt` at or before `now`; returns how many. */
  sweep(now: number, limit: number): Promise<number>;
}
