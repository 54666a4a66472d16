/** Users and sessions as an application sees them. */

import { isNamedByAddress } from '../concepts/accounts/identifiers.ts';
import type { CheckAnswer } from '../http/forward/cached-answer.ts';
import type * as port from '../storage/port/port.ts';

/** A person with an account, named by a mail address or by a username. */
export type User = {
  /** The key for the tables of the application; it never changes. */
  readonly id: string;
  readonly createdAt: Date;
} & (
  | { readonly email: string; readonly emailVerified: boolean; readonly username?: never }
  | { readonly username: string; readonly email?: never; readonly emailVerified?: never }
);

/** A live session. Its id is a secret of the client, and is not here. */
export interface Session {
  /** The public name of the session; no credential. */
  readonly handle: string;
  readonly createdAt: Date;
  /** A use is recorded once a minute at most. */
  readonly lastSeenAt: Date;
  /** The session ends then, unless it is used before. */
  readonly idleExpiresAt: Date;
  /** The session ends then in any case. */
  readonly expiresAt: Date;
}

/** The user and the session in the answer of a check. */
export function peopleOf({ user, session }: CheckAnswer): { user: User; session: Session } {
  const { id, email, email_verified: emailVerified = false, username = '', created_at: createdAt } = user;
  const name = email === undefined ? { username } : { email, emailVerified };
  return {
    user: { id, ...name, createdAt: new Date(createdAt) },
    session: {
      handle: session.handle,
      createdAt: new Date(session.created_at),
      lastSeenAt: new Date(session.last_seen_at),
      idleExpiresAt: new Date(session.idle_expires_at),
      expiresAt: new Date(session.expires_at),
    },
  };
}

export function userOf(user: port.User): User {
  const { id, identifier, createdAt, emailVerifiedAt } = user;
  const name = identifier.includes('@')
    ? { email: identifier, emailVerified: emailVerifiedAt !== null && isNamedByAddress(user) }
    : { username: identifier };
  return { id, ...name, createdAt: new Date(createdAt) };
}

export function sessionOf(session: port.Session): Session {
  return {
    handle: session.handle,
    createdAt: new Date(session.createdAt),
    lastSeenAt: new Date(session.lastSeenAt),
    idleExpiresAt: new Date(session.idleExpiresAt),
    expiresAt: new Date(session.expiresAt),
  };
}
