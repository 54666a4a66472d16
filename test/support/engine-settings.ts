/** Where a test keeps its data: in a SQLite file or, with `TEST_STORE=postgres`, in a database that stands for the file. */

import { giveBack, takeDatabase } from './database/reused.ts';

/** Whether the tests that can run on both engines run on PostgreSQL. */
export const onPostgres = process.env['TEST_STORE'] === 'postgres';

/** The tables that every login needs; without the counters of many nodes each counts for itself (ruling N5). */
export const loginTables = ['auth', 'users', 'sessions', ...(onPostgres ? [] : ['throttle'])];

/** The databases that stand for files, by the path of the file. */
const databases = new Map<string, Promise<string>>();

/**
 * The settings that lead to a file, or to what stands for it, and that is removed at the end of the test that asked first.
 *
 * On PostgreSQL a session check is not answered from memory unless a test asks for it, so that what another client does
 * behind the server's back shows at once (ruling N2).
 */
export async function settingsFor(
  file: string,
  atEnd: (clean: () => Promise<void>) => void,
): Promise<Readonly<Record<string, string>> & { readonly DATABASE_URL: string }> {
  if (!onPostgres) return { DATABASE_URL: `file:${file}` };
  return { DATABASE_URL: await databaseFor(file, atEnd), GATEHOUSE_CHECK_TRUST_MS: '0' };
}

function databaseFor(file: string, atEnd: (clean: () => Promise<void>) => void): Promise<string> {
  const known = databases.get(file);
  if (known) return known;
  const database = takeDatabase();
  databases.set(file, database);
  atEnd(async () => {
    databases.delete(file);
    await giveBack(await database);
  });
  return database;
}
