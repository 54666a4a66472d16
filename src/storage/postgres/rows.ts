/** The columns of sessions and users, named as in the port. */

import type { Session, User } from '../port/port.ts';

type Columns<Row> = { readonly [Name in keyof Required<Row>]: string };

const ofSession: Columns<Session> = {
  handle: 'sessions.handle',
  userId: 'sessions.user_id',
  contract: 'sessions.contract',
  createdAt: 'sessions.created_at',
  lastSeenAt: 'sessions.last_seen_at',
  idleExpiresAt: 'sessions.idle_expires_at',
  expiresAt: 'sessions.expires_at',
  provenAt: 'sessions.proven_at',
  network: 'sessions.network',
  device: 'sessions.device',
};

/** Of a user with both rows. */
const ofUser: Columns<User> = {
  id: 'users.id',
  identifier: 'auth.identifier',
  createdAt: 'users.created_at',
  email: 'users.email',
  emailVerifiedAt: 'users.email_verified_at',
  disabledAt: 'users.disabled_at',
};

function named(columns: Readonly<Record<string, string>>, prefix = ''): string {
  return Object.entries(columns)
    .map(([name, column]) => `${column} AS "${prefix}${name}"`)
    .join(', ');
}

export const sessionColumns = named(ofSession);
export const hashAndSessionColumns = `encode(sessions.id_hash, 'hex') AS "idHash", ${sessionColumns}`;
export const userColumns = named(ofUser);

/** The columns of a session, and those of its user if both rows exist. */
export const checkedColumns = `${hashAndSessionColumns}, ${named(ofUser, 'user.')}`;

/** A session with the hash of its id. */
export interface KeptSession extends Session {
  readonly idHash: string;
}

type OfUser = { readonly [Name in keyof User as `user.${Name}`]: User[Name] | null };

export type CheckedRow = KeptSession & OfUser;

export function sessionOf(row: KeptSession): Session {
  const { handle, userId, contract, createdAt, lastSeenAt, idleExpiresAt, expiresAt } = row;
  const { provenAt, network, device } = row;
  return {
    handle,
    userId,
    contract,
    createdAt,
    lastSeenAt,
    idleExpiresAt,
    expiresAt,
    provenAt,
    network,
    device,
  };
}

/** The user of a session; `undefined` if one of the user's rows is missing. */
export function userOf(row: CheckedRow): User | undefined {
  const { 'user.id': id, 'user.identifier': identifier, 'user.createdAt': createdAt } = row;
  if (id === null || identifier === null || createdAt === null) return undefined;
  return {
    id,
    identifier,
    createdAt,
    email: row['user.email'],
    emailVerifiedAt: row['user.emailVerifiedAt'],
    disabledAt: row['user.disabledAt'],
  };
}
