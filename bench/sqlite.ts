/** SQLite files of any size for a bench. */

import { hash } from 'node:crypto';
import { totalmem } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { digest } from '../src/crypto/ids.ts';
import { openSqliteStore } from '../src/storage/sqlite/store.ts';
import { type Crowd, idLength, inSteps, instants } from './crowd.ts';

/** Makes a file with Gatehouse's tables and a crowd in it, row by row in the order of a life. */
export async function fillFile(
  file: string,
  { sessions, accounts }: Crowd,
  tell?: (done: number) => void,
): Promise<void> {
  await openSqliteStore(file, digest).close();
  const db = new DatabaseSync(file);
  db.function('sha256', (text) => hash('sha256', String(text), 'buffer'));
  db.function('md5', (text) => hash('md5', String(text), 'hex'));
  // It has no reader yet, and after a crash of the machine the run begins anew in any case. Hashes are written all over their
  // trees, so that every page is written once, at the end, only if all of them have room in memory until then.
  const room = Math.floor(totalmem() / 2 / 1_024);
  db.exec(
    `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -${room}`,
  );
  db.exec('BEGIN');
  const userId = (n: string) => `substr(md5('user ' || (${n})), 1, 32) || '0000'`;
  const { createdAt, lastSeenAt, idleExpiresAt, expiresAt } = instants();
  const numbers = `FROM (WITH RECURSIVE series (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM series WHERE n < ?2)
    SELECT n FROM series)`;
  const ofAccounts = [
    `INSERT INTO users (id, created_at) SELECT ${userId('n')}, ${createdAt} ${numbers}`,
    // A hash of the usual length, which opens nothing.
    `INSERT INTO auth (canonical, identifier, user_id, password_hash)
     SELECT 'user' || n, 'user' || n, ${userId('n')}, '$pbkdf2-sha512$i=220000$' || printf('%0110d', n) ${numbers}`,
  ];
  const ofSessions = [
    `INSERT INTO sessions (id_hash, handle, user_id, contract, created_at, last_seen_at, idle_expires_at, expires_at,
                           proven_at, network, device)
     SELECT sha256(printf('%0${idLength}d', n)), substr(md5('handle ' || n), 1, 16), ${userId(`n % ${accounts}`)}, 'rest',
       ${createdAt}, ${lastSeenAt}, ${idleExpiresAt}, ${expiresAt}, ${createdAt}, '192.0.2.' || (n % 256),
       'Firefox on Linux' ${numbers}`,
  ];
  const write = (statements: readonly string[]) => (first: number, last: number) => {
    for (const sql of statements) db.prepare(sql).run(first, last);
  };
  await inSteps(accounts, write(ofAccounts));
  await inSteps(sessions, write(ofSessions), tell);
  db.exec('COMMIT; PRAGMA journal_mode = WAL');
  db.close();
}
