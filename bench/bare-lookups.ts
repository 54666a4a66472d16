/**
 * The limit of cold checks: the statement of a check in a bare loop over the same database, for sessions chosen at random.
 *
 * It finds a session with its user and credential by the hash of the id. On SQLite it is one prepared statement for one
 * session, read as an array, with the defaults of the driver. On PostgreSQL it is the statement of the store: two
 * questions at a time, of 200 sessions each.
 */

import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { idOf } from './crowd.ts';

const [url = '', count = 0, seconds = 0] = process.argv
  .slice(2)
  .map((word, i) => (i === 0 ? word : Number(word))) as [string, number, number];

/** What a check needs of a session, its user and its credential. */
const columns = `sessions.handle, sessions.user_id, sessions.contract, sessions.created_at, sessions.last_seen_at,
  sessions.idle_expires_at, sessions.expires_at, sessions.proven_at, sessions.network, sessions.device,
  auth.identifier, users.created_at AS user_created_at, users.email, users.email_verified_at, users.disabled_at`;
const joined = `FROM sessions LEFT JOIN users ON users.id = sessions.user_id
  LEFT JOIN auth ON auth.user_id = sessions.user_id`;

/** As many as the store asks for at once, and in how many questions. */
const [together, questions] = [200, 2];

const startedAt = performance.now();
const isOver = () => performance.now() - startedAt > seconds * 1_000;
const done = url.startsWith('file:') ? inFile(url.slice('file:'.length)) : await inPostgres();
console.log(JSON.stringify({ perSecond: (done * 1_000) / (performance.now() - startedAt) }));

function someHash(): string {
  return hash('sha256', idOf(Math.floor(Math.random() * count)), 'hex');
}

function inFile(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const select = db.prepare(`SELECT ${columns} ${joined} WHERE sessions.id_hash = unhex(?)`);
  select.setReturnArrays(true);
  let found = 0;
  while (!isOver()) {
    if (select.get(someHash()) === undefined) throw new Error('A session is missing.');
    found += 1;
  }
  db.close();
  return found;
}

async function inPostgres(): Promise<number> {
  const text = `SELECT found.* FROM unnest($1::bytea[]) AS asked (id_hash), LATERAL (
      SELECT encode(sessions.id_hash, 'hex') AS id_hash, ${columns} ${joined} WHERE sessions.id_hash = asked.id_hash LIMIT 1
    ) AS found`;
  const lane = async (): Promise<number> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    let found = 0;
    while (!isOver()) {
      const asked = Array.from({ length: together }, () => `"\\\\x${someHash()}"`);
      const { rows } = await client.query({ name: 'checked', text, values: [`{${asked.join()}}`] });
      if (rows.length < together) throw new Error('A session is missing.');
      found += rows.length;
    }
    await client.end();
    return found;
  };
  const all = await Promise.all(Array.from({ length: questions }, lane));
  return all.reduce((sum, one) => sum + one, 0);
}
