/** Vault: its tables `auth`, `user` and `session` in a dump, CSV files or its PostgreSQL database. */

import { readHash } from '../../../crypto/hashes/read-hash.ts';
import { hasTogether } from '../reading/beginning.ts';
import { openKeptRows } from '../reading/databases.ts';
import { accountRecords, problemOf, sessionRecord } from '../reading/made-records.ts';
import { pick, type Table } from '../reading/table-rows.ts';
import { readTables } from '../reading/table-sources.ts';
import type { FormatOptions, ImportFile, ImportFormat, ImportRecord, Place } from '../records.ts';

const tables: readonly Table[] = [
  { name: 'auth', needs: ['id', 'email', 'password'] },
  { name: 'user', needs: ['id', 'auth_id'] },
  { name: 'session', needs: ['id', 'user_id'], isOfSessions: true },
];

/** A row of `auth` until its user is known. */
interface Credential {
  readonly place: Place;
  readonly email: string | null;
  readonly password: string | null;
}

export const vault: ImportFormat = {
  name: 'vault',
  summary: 'pg_dump, CSV files or the address of its PostgreSQL database',
  leavesOut: [
    'Instants: its tables have none, so that accounts and sessions begin with the import.',
    'Roles and encryption keys: they stay in its own database.',
  ],
  contract: 'rest',
  recognises: (beginning) =>
    hasTogether(beginning, ['auth', 'role_id', 'password']) ||
    /^\ufeff?"?(?:encryption_key"?,|id"?,"?(?:role_id"?,"?email|user_id)"?\s)/i.test(beginning) ||
    /^\ufeff?"?id"?,"?role_id"?,"?email"?,"?password"?\s/i.test(beginning),
  read: readVault,
};

async function* readVault(
  files: readonly ImportFile[],
  options: FormatOptions,
): AsyncGenerator<ImportRecord> {
  using kept = await openKeptRows();
  for await (const row of readTables(files, tables)) {
    if (row.kind === 'problem') {
      yield row;
      continue;
    }
    const { place } = row;
    const [id, authId] = [pick(row, 'id') ?? '', pick(row, 'auth_id') ?? ''];
    if (row.table === 'session') yield sessionRecord(place, { id, userId: pick(row, 'user_id') });
    else {
      const isNew =
        row.table === 'user'
          ? kept.put('user', authId, JSON.stringify({ id, place }))
          : kept.put(
              'auth',
              id,
              JSON.stringify({ place, email: pick(row, 'email'), password: pick(row, 'password') }),
            );
      if (!isNew)
        yield problemOf(place, 'account', 'repeated_id', `An earlier row of ${row.table} has the same id.`);
    }
  }
  for (const { key, value } of kept.each('auth')) {
    const { place, email, password }: Credential = JSON.parse(value);
    const user = kept.get('user', key);
    if (user === undefined) {
      yield problemOf(place, 'account', 'no_user', 'The credential belongs to no user.');
      continue;
    }
    const account = {
      userId: JSON.parse(user).id,
      identifiers: [email],
      email,
      hash: password === null ? undefined : readHash(password),
    };
    yield* accountRecords(place, account, options);
  }
  for (const { key, value } of kept.each('user'))
    if (kept.get('auth', key) === undefined)
      yield problemOf(
        JSON.parse(value).place,
        'account',
        'no_name',
        'The user has no credential, and so no name.',
      );
}
