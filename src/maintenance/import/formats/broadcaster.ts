/** Broadcaster: its tables `users` and `sessions` in a dump, CSV files or its PostgreSQL database. */

import { readHash } from '../../../crypto/hashes/read-hash.ts';
import { hasTogether } from '../reading/beginning.ts';
import { accountRecords, sessionRecord, textOf } from '../reading/made-records.ts';
import { pick, type Table } from '../reading/table-rows.ts';
import { readTables } from '../reading/table-sources.ts';
import type { ImportFormat } from '../records.ts';

const tables: readonly Table[] = [
  { name: 'users', needs: ['username', 'hash', 'created'] },
  { name: 'sessions', needs: ['id', 'username', 'created'], isOfSessions: true },
];

export const broadcaster: ImportFormat = {
  name: 'broadcaster',
  summary: 'pg_dump, CSV files or the address of its PostgreSQL database',
  leavesOut: ['Sessions without a user, in which no user is signed in.'],
  contract: 'dotjson',
  recognises: (beginning) =>
    hasTogether(beginning, ['users', 'username', 'hash', 'created']) ||
    /^\ufeff?"?(?:username"?,"?hash|id"?,"?username)"?,"?created"?\s/i.test(beginning),
  async *read(files, options) {
    for await (const row of readTables(files, tables)) {
      if (row.kind === 'problem') {
        yield row;
        continue;
      }
      const username = pick(row, 'username');
      const userId = userIdOf(username);
      const createdAt = pick(row, 'created');
      const hash = textOf(pick(row, 'hash'));
      if (row.table === 'sessions')
        yield sessionRecord(row.place, { id: pick(row, 'id'), userId, createdAt });
      else {
        const identifiers = [username];
        yield* accountRecords(
          row.place,
          { userId, identifiers, createdAt, hash: hash === undefined ? undefined : readHash(hash) },
          options,
        );
      }
    }
  },
};

/**
 * Its users have no id but their name, which becomes the id, in capitals or not. What an id may not have is percent-encoded,
 * and so is the percent sign, so that no two names have one id.
 */
function userIdOf(username: string | null | undefined): string | undefined {
  const text = textOf(username);
  return text === undefined || /^[\x21-\x24\x26-\x7e]+$/.test(text)
    ? text
    : encodeURIComponent(text.toWellFormed());
}
