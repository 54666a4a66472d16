/** Supabase: `auth.users` and its second factors in a dump, CSV files or the PostgreSQL database. */

import { readHash } from '../../../crypto/hashes/read-hash.ts';
import { hasTogether } from '../reading/beginning.ts';
import { openKeptRows } from '../reading/databases.ts';
import { readInstant } from '../reading/instants.ts';
import {
  accountRecords,
  isTrue,
  problemOf,
  type ReadAccount,
  textOf,
  type Value,
} from '../reading/made-records.ts';
import { pick, type Table, type TableRow } from '../reading/table-rows.ts';
import { readTables } from '../reading/table-sources.ts';
import type { FormatOptions, ImportFile, ImportFormat, ImportRecord, Place } from '../records.ts';

const tables: readonly Table[] = [
  {
    name: 'users',
    schema: 'auth',
    needs: ['id', 'email', 'encrypted_password'],
    takes: ['email_confirmed_at', 'created_at', 'banned_until', 'deleted_at', 'is_anonymous'],
  },
  {
    name: 'mfa_factors',
    schema: 'auth',
    needs: ['user_id', 'factor_type', 'status'],
    takes: ['secret'],
    isOptional: true,
  },
];

export const supabase: ImportFormat = {
  name: 'supabase',
  summary: 'pg_dump of the schema auth, CSV of auth.users, or the address of its PostgreSQL database',
  leavesOut: [
    'Sessions: clients hold signed tokens, which only Supabase renews.',
    'Second factors by phone and passkey, and secrets that are encrypted. Accounts with no other factor are only imported with `--parameter secondFactors=leave`.',
    'Logins by phone number, by link and with other providers, and metadata.',
    'Anonymous and deleted users.',
  ],
  recognises: (beginning) =>
    hasTogether(beginning, ['encrypted_password', '(?:aud|auth|instance_id)']) ||
    hasTogether(beginning, ['factor_type', 'friendly_name', 'secret']),
  read: readSupabase,
};

type KeptUser = Omit<ReadAccount, 'hash'> & { readonly place: Place; readonly password?: string | undefined };

async function* readSupabase(
  files: readonly ImportFile[],
  options: FormatOptions,
): AsyncGenerator<ImportRecord> {
  using kept = await openKeptRows();
  for await (const row of readTables(files, tables)) {
    if (row.kind === 'problem') yield row;
    else if (row.table === 'users') {
      const left = leftOut(row);
      if (left) yield left;
      else if (!kept.put('user', pick(row, 'id') ?? '', JSON.stringify(userOf(row, options))))
        yield problemOf(row.place, 'account', 'repeated_id', 'An earlier row has the same user id.');
    } else if (pick(row, 'status') === 'verified') {
      const secret = pick(row, 'factor_type') === 'totp' ? totpSecretOf(pick(row, 'secret')) : undefined;
      // Several apps of one user: the first is kept, and any code of it is enough.
      kept.put(secret === undefined ? 'other' : 'totp', pick(row, 'user_id') ?? '', secret ?? '');
    }
  }
  for (const { key, value } of kept.each('user')) {
    const { place, password, ...user }: KeptUser = JSON.parse(value);
    const totpSecret = kept.get('totp', key);
    const isLost = totpSecret === undefined && kept.get('other', key) !== undefined;
    yield* accountRecords(
      place,
      {
        ...user,
        hash: password === undefined ? undefined : readHash(password),
        totpSecret,
        lostFactor: isLost
          ? 'Its second factor is no authenticator app, or its secret is encrypted.'
          : undefined,
      },
      options,
    );
  }
}

function leftOut(row: TableRow): ImportRecord | undefined {
  if (isTrue(pick(row, 'is_anonymous')))
    return problemOf(row.place, 'account', 'anonymous', 'The user is anonymous.');
  if (textOf(pick(row, 'deleted_at')) !== undefined)
    return problemOf(row.place, 'account', 'deleted', 'The user is deleted.');
  return undefined;
}

function userOf(row: TableRow, { at = 0 }: FormatOptions): KeptUser {
  const email = pick(row, 'email');
  return {
    place: row.place,
    userId: pick(row, 'id'),
    identifiers: [email],
    email,
    isEmailVerified: textOf(pick(row, 'email_confirmed_at')) !== undefined,
    createdAt: pick(row, 'created_at'),
    disabledAt: isBanned(pick(row, 'banned_until'), at) ? 'now' : undefined,
    password: textOf(pick(row, 'encrypted_password')),
  };
}

/** Until when the ban holds; an end that cannot be read, such as infinity, is later than now. */
function isBanned(value: Value, at: number): boolean {
  const text = textOf(value);
  if (text === undefined) return false;
  const read = readInstant(text);
  return read.at === undefined || read.at > at;
}

/** A secret in base32; one that is encrypted is JSON. */
function totpSecretOf(value: Value): string | undefined {
  const text = textOf(value)?.replace(/=+$/, '');
  return text !== undefined && /^[A-Z2-7]+$/i.test(text) ? text.toUpperCase() : undefined;
}
