/** Places with something of every kind and a crowd of users, enough to be interrupted at while they are moved. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { query } from './database.ts';
import { isFull } from './length.ts';
import { fileOf, fill, inStore, moved, type Place, places } from './moving.ts';
import { sharedPostgres } from './postgres.ts';

/** Gives a file so many users more, each with a session: enough to be interrupted at. */
async function crowd(address: string, users: number): Promise<void> {
  const now = Date.now();
  const many = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${users})`;
  await inStore(address, async () => {});
  await query(
    { database: address },
    `${many} INSERT INTO users (id, created_at) SELECT 'user-' || i, ${now} FROM n`,
  );
  await query(
    { database: address },
    `${many} INSERT INTO auth SELECT 'name-' || i, 'Name-' || i, 'user-' || i, 'a hash' FROM n`,
  );
  await query(
    { database: address },
    `${many} INSERT INTO sessions SELECT randomblob(32), 'handle-' || i, 'user-' || i, 'rest', ${now}, ${now},
       ${now} + 60000, ${now} + 600000, ${now}, '192.0.2.1', 'Firefox on Linux' FROM n`,
  );
}

/** Crowded places by engine, each made once for a file of tests: a SQLite file in memory, the name of a database. */
const crowds: { sqlite?: Promise<Buffer>; postgres?: Promise<string> } = {};

/** A place of one's own with something of every kind, and a crowd. */
export async function crowded(place: Place): Promise<string> {
  if (place === 'postgres') {
    crowds.postgres ??= crowdedDatabase();
    return (await sharedPostgres()).createDatabase(await crowds.postgres);
  }
  crowds.sqlite ??= crowdedFile();
  const address = await places.sqlite();
  writeFileSync(fileOf(address), await crowds.sqlite, { mode: 0o600 });
  return address;
}

async function crowdedFile(): Promise<Buffer> {
  const address = await places.sqlite();
  await fill(address);
  await crowd(address, isFull ? 20_000 : 6_000);
  if (existsSync(`${fileOf(address)}-wal`)) throw new Error('Not all of the crowd is in the file.');
  return readFileSync(fileOf(address));
}

async function crowdedDatabase(): Promise<string> {
  const address = await places.postgres();
  await moved(await crowded('sqlite'), address);
  return new URL(address).pathname.slice(1);
}
