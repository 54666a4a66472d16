/**
 * The limit of registrations and logouts: the rows they write, in bare SQLite commits that are on the disk when they end
 * (a write-ahead log with `synchronous=FULL`), one by one or several in one commit.
 */

import { hash, randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { idOf } from './crowd.ts';

const [kind = '', file = '', together = 1, seconds = 0] = process.argv
  .slice(2)
  .map((word, i) => (i < 2 ? word : Number(word))) as [string, string, number, number];

const db = new DatabaseSync(file);
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');

const [begin, commit] = ['BEGIN IMMEDIATE', 'COMMIT'].map((sql) => db.prepare(sql)) as [Sql, Sql];
type Sql = ReturnType<typeof db.prepare>;
const insertAuth = db.prepare(
  'INSERT INTO auth (canonical, identifier, user_id, password_hash) VALUES (?, ?, ?, ?)',
);
const insertUser = db.prepare('INSERT INTO users (id, created_at, email) VALUES (?, ?, NULL)');
const removeSession = db.prepare('DELETE FROM sessions WHERE id_hash = ? RETURNING handle, user_id');
const insertEnded = db.prepare(
  `INSERT INTO ended (id_hash, handle, user_id, ended_at, event, outcome, contract)
   VALUES (?, ?, ?, ?, 'logout', 'done', 'dotjson')`,
);
const insertEntry = db.prepare(
  `INSERT INTO audit (at, event, outcome, user_id, handle, contract, network, request_id, hash)
   VALUES (?, ?, 'done', ?, ?, 'dotjson', '127.0.0.1', ?, ?)`,
);
const moveEnd = db.prepare('UPDATE audit_ends SET last_seq = ?, last_hash = ?');
const link = Buffer.alloc(32, 1);
const passwordHash = `$pbkdf2-sha512$i=220000$${'x'.repeat(110)}`;

const kinds: Readonly<Record<string, (n: number) => boolean>> = {
  registration(n) {
    const [name, id] = [`u${idOf(n)}`, randomUUID()];
    insertAuth.run(name, name, id, passwordHash);
    insertUser.run(id, Date.now());
    append('register', id, null);
    return true;
  },
  logout(n) {
    const idHash = hash('sha256', idOf(n), 'buffer');
    const row = removeSession.get(idHash);
    if (!row) return false;
    insertEnded.run(idHash, row['handle'] ?? null, row['user_id'] ?? null, Date.now());
    append('logout', String(row['user_id']), String(row['handle']));
    return true;
  },
};

function append(event: string, userId: string, handle: string | null): void {
  const { lastInsertRowid } = insertEntry.run(Date.now(), event, userId, handle, randomUUID(), link);
  moveEnd.run(lastInsertRowid, link);
}

const step = kinds[kind];
if (!step) throw new Error(`${kind} is neither a registration nor a logout`);
const startedAt = performance.now();
let done = 0;
/** Sessions may come to an end sooner than the time. */
let isMore = true;
while (isMore && performance.now() - startedAt < seconds * 1_000) {
  begin.run();
  for (let i = 0; i < together && isMore; i += 1) {
    isMore = step(done);
    if (isMore) done += 1;
  }
  commit.run();
}
console.log(JSON.stringify({ perSecond: (done * 1_000) / (performance.now() - startedAt) }));
