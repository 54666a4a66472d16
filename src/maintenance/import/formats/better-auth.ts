/** The tables of better-auth, in a SQLite file, in PostgreSQL, in a dump or in CSV files. */

import { readHash } from '../../../crypto/hashes/read-hash.ts';
import type { KeptRows } from '../../../storage/port/imports.ts';
import { hasTogether } from '../reading/beginning.ts';
import { openKeptRows } from '../reading/databases.ts';
import { readInstant } from '../reading/instants.ts';
import {
  accountRecords,
  isTrue,
  problemOf,
  type ReadAccount,
  sessionRecord,
  textOf,
  type Value,
} from '../reading/made-records.ts';
import { pick, type Table, type TableRow } from '../reading/table-rows.ts';
import { readTables } from '../reading/table-sources.ts';
import type { FormatOptions, ImportFile, ImportFormat, ImportRecord, Place } from '../records.ts';

/** Adapters write columns in one of two spellings, and tables in the singular or the plural. */
const tables: readonly Table[] = [
  {
    name: 'user',
    otherNames: ['users'],
    needs: ['id', 'email'],
    takes: [
      ...[
        'emailVerified',
        'email_verified',
        'createdAt',
        'created_at',
        'username',
        'displayUsername',
        'display_username',
      ],
      ...['banned', 'banExpires', 'ban_expires', 'twoFactorEnabled', 'two_factor_enabled'],
    ],
  },
  {
    name: 'account',
    otherNames: ['accounts'],
    needs: ['id', 'password'],
    takes: ['providerId', 'provider_id', 'userId', 'user_id'],
  },
  {
    name: 'session',
    otherNames: ['sessions'],
    needs: ['id', 'token'],
    takes: [
      ...[
        'userId',
        'user_id',
        'expiresAt',
        'expires_at',
        'createdAt',
        'created_at',
        'updatedAt',
        'updated_at',
      ],
      ...['impersonatedBy', 'impersonated_by'],
    ],
    isOfSessions: true,
  },
];

export const betterAuth: ImportFormat = {
  name: 'better-auth',
  summary: 'its SQLite file, the address of its PostgreSQL database, a pg_dump or CSV files of its tables',
  leavesOut: [
    'The signatures of its cookies: a proxy has to take the session id out of the cookie that a browser has.',
    'Authenticator apps and their backup codes, which are encrypted with its own secret. Accounts with one are only imported with `--parameter secondFactors=leave`.',
    'Logins with other providers, passkeys, organisations and API keys.',
    'Sessions in which an administrator acts as another user.',
    'Sessions in a secondary storage such as Redis.',
  ],
  recognises: (beginning, name) =>
    (beginning.startsWith('SQLite format 3\0') && /auth/i.test(name)) ||
    hasTogether(beginning, ['(?:emailVerified|email_verified)', '(?:createdAt|created_at)', 'image']) ||
    hasTogether(beginning, ['(?:accountId|account_id)', '(?:providerId|provider_id)']) ||
    hasTogether(beginning, ['token', '(?:expiresAt|expires_at)', '(?:userAgent|user_agent)']),
  read: readBetterAuth,
};

async function* readBetterAuth(
  files: readonly ImportFile[],
  options: FormatOptions,
): AsyncGenerator<ImportRecord> {
  using kept = await openKeptRows();
  for await (const row of readTables(files, tables)) {
    if (row.kind === 'problem') yield row;
    else if (row.table === 'session') yield sessionOf(row);
    else if (!keep(row, kept))
      yield problemOf(
        row.place,
        row.table === 'user' ? 'account' : 'part',
        'repeated_id',
        'An earlier row is of the same user.',
      );
  }
  for (const { key, value } of kept.each('user')) {
    const { place, ...user }: KeptUser = JSON.parse(value);
    const password = kept.get('password', key);
    const hash = password === undefined ? undefined : readHash(password);
    yield* accountRecords(place, { ...user, userId: key, hash }, options);
  }
  for (const { key } of kept.each('password'))
    if (kept.get('user', key) === undefined)
      yield problemOf(
        JSON.parse(kept.get('place', key) ?? '{}'),
        'account',
        'no_user',
        'The password belongs to no user.',
      );

  function keep(row: TableRow, rows: KeptRows): boolean {
    if (row.table === 'user')
      return rows.put('user', pick(row, 'id') ?? '', JSON.stringify(userOf(row, options)));
    const userId = textOf(pick(row, 'userId', 'user_id'));
    const password = textOf(pick(row, 'password'));
    // Other providers have an account without a password.
    if (
      userId === undefined ||
      password === undefined ||
      pick(row, 'providerId', 'provider_id') !== 'credential'
    )
      return true;
    rows.put('place', userId, JSON.stringify(row.place));
    return rows.put('password', userId, password);
  }
}

type KeptUser = Omit<ReadAccount, 'userId' | 'hash'> & { readonly place: Place };

function userOf(row: TableRow, { identifier, at = 0 }: FormatOptions): KeptUser {
  const email = pick(row, 'email');
  const names: Value[] = [pick(row, 'displayUsername', 'display_username'), pick(row, 'username')];
  const hasFactor = isTrue(pick(row, 'twoFactorEnabled', 'two_factor_enabled'));
  return {
    place: row.place,
    identifiers: identifier === 'username' ? [...names, email] : [email, ...names],
    email,
    isEmailVerified: isTrue(pick(row, 'emailVerified', 'email_verified')),
    createdAt: pick(row, 'createdAt', 'created_at'),
    disabledAt:
      isTrue(pick(row, 'banned')) && !isPast(pick(row, 'banExpires', 'ban_expires'), at) ? 'now' : undefined,
    lostFactor: hasFactor ? 'Its authenticator app cannot come over: its secret is encrypted.' : undefined,
  };
}

/** A ban that has ended is none; one without an end, or with an end that cannot be read, holds. */
function isPast(value: Value, at: number): boolean {
  const text = textOf(value);
  if (text === undefined) return false;
  const read = readInstant(text);
  return read.at !== undefined && read.at <= at;
}

function sessionOf(row: TableRow): ImportRecord {
  if (textOf(pick(row, 'impersonatedBy', 'impersonated_by')) !== undefined)
    return problemOf(
      row.place,
      'session',
      'impersonation',
      'In this session an administrator acts as another user.',
    );
  return sessionRecord(row.place, {
    id: pick(row, 'token'),
    userId: pick(row, 'userId', 'user_id'),
    createdAt: pick(row, 'createdAt', 'created_at'),
    lastSeenAt: pick(row, 'updatedAt', 'updated_at'),
    // It moves with every use, as an idle time does here.
    idleExpiresAt: pick(row, 'expiresAt', 'expires_at'),
  });
}
