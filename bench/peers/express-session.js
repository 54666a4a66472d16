// Peer: express-session, with its sessions in memory or in SQLite.
//
// As its documentation advises for production: no resave, no session without a login, secure cookies behind a trusted proxy,
// and Express without its name in the headers. better-sqlite3 with a write-ahead log, as it advises itself.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import createStore from 'better-sqlite3-session-store';
import express from 'express';
import session from 'express-session';
import { idOf, options, person, secret, signed, tell, writeCookiesOf } from './people.js';

const maxAge = 30 * 86_400_000;
const store = options.store === 'sqlite' ? openStore() : new session.MemoryStore();
await fill();
writeCookiesOf((id) => `connect.sid=${encodeURIComponent(`s:${signed(id)}`)}`);

const app = express();
app.disable('x-powered-by');
app.set('trust proxy', 1);
app.use(
  session({
    store,
    secret,
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, sameSite: 'lax', maxAge },
  }),
);
app.get('/session', (request, response) => {
  const { user, session } = request.session.person ?? {};
  if (user) response.json({ user, session });
  else response.status(401).json({ error: 'Not authenticated' });
});
const server = app.listen(0, '127.0.0.1', () => tell(server.address().port, { check: '/session' }));

function openStore() {
  const client = new Database(join(options.folder, 'express-session.db'));
  client.pragma('journal_mode = WAL');
  const SqliteStore = createStore(session);
  return Object.assign(new SqliteStore({ client }), { client });
}

/** In one commit where there are any. */
async function fill() {
  store.client?.exec('BEGIN');
  const cookie = {
    originalMaxAge: maxAge,
    expires: new Date(Date.now() + maxAge).toISOString(),
    secure: true,
    httpOnly: true,
    path: '/',
    sameSite: 'lax',
  };
  for (let n = 0; n < options.sessions; n += 1) store.set(idOf(n), { cookie, person: person(n) });
  store.client?.exec('COMMIT');
}
