// Peer: the session code that good engineers write by hand: Hono on Node.js, `node:sqlite`, and one statement.
//
// The database has SHA-256 of a token, as Gatehouse's has. One prepared statement finds the session and its user; the idle
// end moves with use, which is written at most once a minute. As they would tune it: a write-ahead log, no sync of each
// commit, pages in memory, rows as arrays. No session is remembered, so that a logout is final at once.

import { hash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { parse } from 'hono/utils/cookie';
import { idOf, options, person, tell, writeCookiesOf } from './people.js';

const idleMs = 7 * 86_400_000;
const minuteMs = 60_000;

const database = new DatabaseSync(join(options.folder, 'hono-session.db'));
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -262144;
  PRAGMA mmap_size = 1073741824;
  CREATE TABLE users (
    id         INTEGER PRIMARY KEY,
    public_id  TEXT NOT NULL UNIQUE,
    username   TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE sessions (
    token_hash      BLOB PRIMARY KEY,
    handle          TEXT NOT NULL,
    user_id         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at      TEXT NOT NULL,
    last_seen_at    INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_user ON sessions (user_id);
`);
const select = database.prepare(
  `SELECT users.public_id, users.username, users.created_at, handle, sessions.created_at, last_seen_at, idle_expires_at,
     expires_at
   FROM sessions JOIN users ON users.id = sessions.user_id WHERE token_hash = ?`,
);
select.setReturnArrays(true);
const update = database.prepare(
  'UPDATE sessions SET last_seen_at = ?, idle_expires_at = min(?, expires_at) WHERE token_hash = ?',
);
fill();
writeCookiesOf((id) => `session_id=${id}`);

const utc = (ms) => new Date(ms).toISOString();

const app = new Hono();
app.get('/session', (context) => {
  // From the request of Node.js: `getCookie` makes an object of all headers first.
  const { cookie = '' } = context.env.incoming.headers;
  const found = check(parse(cookie, 'session_id').session_id);
  return found ? context.json(found) : context.json({ error: 'Not authenticated' }, 401);
});
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
  tell(port, { check: '/session' }),
);
server.keepAliveTimeout = 65_000;

/** Who has a token, and until when. */
function check(token) {
  if (token === undefined) return undefined;
  const tokenHash = hash('sha256', token, 'buffer');
  const row = select.get(tokenHash);
  if (row === undefined) return undefined;
  const now = Date.now();
  const [id, username, userCreatedAt, handle, createdAt, lastSeenAt, idleExpiresAt, expiresAt] = row;
  if (idleExpiresAt <= now || expiresAt <= now) return undefined;
  if (now - lastSeenAt > minuteMs) update.run(now, now + idleMs, tokenHash);
  return {
    user: { id, username, created_at: userCreatedAt },
    session: {
      handle,
      created_at: createdAt,
      last_seen_at: utc(lastSeenAt),
      idle_expires_at: utc(idleExpiresAt),
      expires_at: utc(expiresAt),
    },
  };
}

/** Like Gatehouse's sessions they were used some hours after now, so that no check of the run has to write that. */
function fill() {
  const insertUser = database.prepare('INSERT INTO users VALUES (?, ?, ?, ?)');
  const insertSession = database.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)');
  const at = (text) => Date.parse(text);
  database.exec('BEGIN');
  for (let n = 0; n < options.sessions; n += 1) {
    const { user, session } = person(n);
    const usedAt = at(session.last_seen_at) + idleMs / 28;
    insertUser.run(n + 1, user.id, user.username, user.created_at);
    const instants = [session.created_at, usedAt, at(session.idle_expires_at), at(session.expires_at)];
    insertSession.run(hash('sha256', idOf(n), 'buffer'), session.handle, n + 1, ...instants);
  }
  database.exec('COMMIT');
}
