/** Puts the accounts of an export together from the rows of a snapshot, page by page. */

import { type FactorsToImport, parkedForm, type SessionToImport } from '../../port/imports.ts';
import { type ExportedAccount, type MoreSessions, sessionsPerItem } from '../../port/transfer/exports.ts';

/** The values of a row by the names of its columns, as `transferred` has them. */
export type ExportRow = Readonly<Record<string, string | number | null>>;

/** The tables with rows of a user that are read in whole; each has at most about fifty for one user. */
export const tablesOfUser = [
  'auth',
  'second_factors',
  'recovery_codes',
  'passkeys',
  'devices',
  'browser_tokens',
] as const;

export type TableOfUser = (typeof tablesOfUser)[number];

/** The place of a session in their order by user and use. */
export interface SessionPlace {
  readonly userId: string;
  readonly lastSeenAt: number;
  readonly handle: string;
}

/** Reads rows of one snapshot. */
export interface SnapshotReader {
  /** Users in order of their ids, after one. */
  users(after: string, limit: number): Promise<readonly ExportRow[]>;
  rowsOf(table: TableOfUser, userIds: readonly string[]): Promise<readonly ExportRow[]>;
  /** Sessions of some users that live at an instant, by user, last use and handle, after one. */
  sessions(
    userIds: readonly string[],
    liveAt: number,
    after: SessionPlace,
    limit: number,
  ): Promise<readonly ExportRow[]>;
}

/** Users, and sessions, that are read at once. */
const usersPerPage = 200;
const sessionsPerPage = 2_000;

/** The accounts of a snapshot with their sessions; at most one page of each is in memory. */
export async function* exportedAccounts(
  reader: SnapshotReader,
  liveAt: number,
): AsyncGenerator<ExportedAccount | MoreSessions> {
  for (let after = ''; ; ) {
    const users = await reader.users(after, usersPerPage);
    const last = users.at(-1);
    if (!last) return;
    after = text(last, 'id');
    yield* pageOf(reader, users, liveAt);
  }
}

async function* pageOf(
  reader: SnapshotReader,
  users: readonly ExportRow[],
  liveAt: number,
): AsyncGenerator<ExportedAccount | MoreSessions> {
  const ids = users.map((user) => text(user, 'id'));
  const rows = {} as Record<TableOfUser, Map<string, ExportRow[]>>;
  for (const table of tablesOfUser) rows[table] = byUser(await reader.rowsOf(table, ids));
  const accounts = new Map<string, ExportedAccount['account']>();
  for (const user of users) {
    const account = accountOf(user, (table) => rows[table].get(text(user, 'id')) ?? [], liveAt);
    if (account) accounts.set(account.userId, account);
  }
  let place: SessionPlace = { userId: '', lastSeenAt: 0, handle: '' };
  for (;;) {
    const page = await reader.sessions(ids, liveAt, place, sessionsPerPage);
    for (const [userId, some] of byUser(page)) {
      for (let n = 0; n < some.length; n += sessionsPerItem) {
        const sessions = some.slice(n, n + sessionsPerItem).map(sessionOf);
        const account = accounts.get(userId);
        accounts.delete(userId);
        yield account ? { account, sessions } : { userId, sessions };
      }
    }
    const last = page.at(-1);
    if (!last || page.length < sessionsPerPage) break;
    place = {
      userId: text(last, 'user_id'),
      lastSeenAt: number(last, 'last_seen_at'),
      handle: text(last, 'handle'),
    };
  }
  for (const account of accounts.values()) yield { account, sessions: [] };
}

/** `undefined` if one of its two records is missing, or if it is being removed. */
function accountOf(
  user: ExportRow,
  rowsOf: (table: TableOfUser) => readonly ExportRow[],
  liveAt: number,
): ExportedAccount['account'] | undefined {
  const [auth] = rowsOf('auth');
  if (!auth || user['disabled_at'] === 0) return undefined;
  const canonical = text(auth, 'canonical');
  return {
    userId: text(user, 'id'),
    identifier: text(auth, 'identifier'),
    canonical,
    passwordHash: text(auth, 'password_hash'),
    email: textOrNull(user, 'email'),
    emailVerifiedAt: numberOrNull(user, 'email_verified_at'),
    createdAt: number(user, 'created_at'),
    disabledAt: numberOrNull(user, 'disabled_at'),
    factors: factorsOf(rowsOf),
    devices: rowsOf('devices').map((row) => ({
      deviceHash: text(row, 'device_hash'),
      lastUsedAt: number(row, 'last_used_at'),
    })),
    trustedBrowsers: rowsOf('browser_tokens')
      .filter((row) => row['purpose'] === 'trusted_browser' && number(row, 'expires_at') > liveAt)
      .map((row) => ({
        tokenHash: text(row, 'token_hash'),
        handle: text(row, 'handle'),
        details: JSON.parse(text(row, 'details')),
        createdAt: number(row, 'created_at'),
        expiresAt: number(row, 'expires_at'),
      })),
  };
}

/** Whether an account waits under no name. */
export function isParked(canonical: string): boolean {
  return canonical.startsWith(parkedForm(''));
}

function factorsOf(rowsOf: (table: TableOfUser) => readonly ExportRow[]): FactorsToImport | null {
  const [factors] = rowsOf('second_factors');
  if (!factors) return null;
  const sealed = textOrNull(factors, 'totp_secret');
  return {
    since: number(factors, 'since'),
    totp:
      sealed === null
        ? null
        : {
            sealed,
            enrolledAt: number(factors, 'totp_enrolled_at'),
            lastStep: number(factors, 'totp_step'),
          },
    failures: number(factors, 'failures'),
    recoveryHashes: rowsOf('recovery_codes').map((row) => text(row, 'code_hash')),
    passkeys: rowsOf('passkeys').map((row) => ({
      credentialId: text(row, 'credential_id'),
      handle: text(row, 'handle'),
      name: text(row, 'name'),
      publicKey: text(row, 'public_key'),
      counter: number(row, 'counter'),
      transports: text(row, 'transports'),
      isSynced: number(row, 'is_synced') === 1,
      createdAt: number(row, 'created_at'),
      lastUsedAt: numberOrNull(row, 'last_used_at'),
    })),
  };
}

function sessionOf(row: ExportRow): SessionToImport {
  return {
    idHash: text(row, 'id_hash'),
    handle: text(row, 'handle'),
    userId: text(row, 'user_id'),
    contract: text(row, 'contract'),
    createdAt: number(row, 'created_at'),
    lastSeenAt: number(row, 'last_seen_at'),
    idleExpiresAt: number(row, 'idle_expires_at'),
    expiresAt: number(row, 'expires_at'),
    provenAt: number(row, 'proven_at'),
    network: text(row, 'network'),
    device: text(row, 'device'),
  };
}

function byUser(rows: readonly ExportRow[]): Map<string, ExportRow[]> {
  const found = new Map<string, ExportRow[]>();
  for (const row of rows) {
    const userId = text(row, 'user_id');
    const before = found.get(userId);
    if (before) before.push(row);
    else found.set(userId, [row]);
  }
  return found;
}

function text(row: ExportRow, column: string): string {
  return String(row[column] ?? '');
}

function textOrNull(row: ExportRow, column: string): string | null {
  const value = row[column] ?? null;
  return value === null ? null : String(value);
}

function number(row: ExportRow, column: string): number {
  return Number(row[column] ?? 0);
}

function numberOrNull(row: ExportRow, column: string): number | null {
  const value = row[column] ?? null;
  return value === null ? null : Number(value);
}
