// Peer: better-auth on SQLite, with its cookie cache or without, through its own handler for Node.js.
//
// As its documentation advises for production: an address with https and with it secure cookies, a secret, indexes by
// its own migration; a write-ahead log besides. Without its limits of requests, as Gatehouse is measured without its own.
// The cookie cache is good for an hour, not for the five minutes of its examples, so that it outlasts the run.

import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { betterAuth } from 'better-auth';
import { setCookieCache } from 'better-auth/cookies';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { dead, idOf, options, secret, tell, writeCookies } from './people.js';

const file = join(options.folder, 'better-auth.db');
const isNew = !existsSync(file);
const database = new DatabaseSync(file);
database.exec('PRAGMA journal_mode = WAL');

const config = {
  baseURL: 'https://app.example.com',
  secret,
  database,
  emailAndPassword: { enabled: true },
  session: { cookieCache: { enabled: options.cache === true, maxAge: 3_600 } },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
};
const auth = betterAuth(config);
if (isNew) await (await getMigrations(config)).runMigrations();
if (options.sessions > 0) await fill();

const server = createServer(toNodeHandler(auth));
server.listen(0, '127.0.0.1', () =>
  tell(server.address().port, { check: '/api/auth/get-session', login: '/api/auth/sign-in/email' }),
);

/** One person registers; all others are copies of the rows that this made. */
async function fill() {
  const body = { email: 'joe@example.com', password: 'supersecure', name: 'joe' };
  const { user, token } = await auth.api.signUpEmail({ body });
  const copyUser = copies('user', user.id);
  const copySession = copies('session', await idOfSession(token));
  database.exec('BEGIN');
  for (let n = 0; n < options.sessions; n += 1) {
    const userId = userIdOf(n);
    copyUser({ id: userId, email: `user${n}@example.com`, name: `user${n}` });
    copySession({ id: rowIdOf(n), token: idOf(n), userId });
  }
  database.exec('COMMIT');
  await writeAllCookies();
}

function userIdOf(n) {
  return `user${String(n).padStart(28, '0')}`;
}

function rowIdOf(n) {
  return `row${String(n).padStart(29, '0')}`;
}

async function idOfSession(token) {
  const { internalAdapter } = await auth.$context;
  return (await internalAdapter.findSession(token)).session.id;
}

/** Inserts copies of a row that differ in some columns. */
function copies(table, id) {
  const row = database.prepare(`SELECT * FROM ${table} WHERE id = ?`).get(id);
  const columns = Object.keys(row);
  const insert = database.prepare(
    `INSERT INTO ${table} (${columns.map((name) => `"${name}"`)}) VALUES (${columns.map(() => '?')})`,
  );
  return (changes) => insert.run(...Object.values({ ...row, ...changes }));
}

/** Those of the cache take long to make, and hold everything: ten thousand different ones stand for any number. */
async function writeAllCookies() {
  const cookies = options.cache ? Math.min(options.sessions, 10_000) : options.sessions;
  const context = await auth.$context;
  const { name } = context.authCookies.sessionToken;
  // Unlike the others it leaves in what fills up base64.
  const token = (n) => {
    const mac = createHmac('sha256', secret).update(idOf(n)).digest('base64');
    return `${name}=${encodeURIComponent(`${idOf(n)}.${mac}`)}`;
  };
  const one = await context.internalAdapter.findSession(idOf(0));
  const hits = [];
  for (let n = 0; n < cookies; n += 1) {
    const cached = options.cache ? `; ${await cacheCookie(context, one, n)}` : '';
    hits.push(token(n) + cached);
  }
  const gone = Array.from({ length: dead }, (_, i) => token(options.sessions + i));
  writeCookies(hits, gone);
}

/** The cookie that better-auth itself would set for a session. */
async function cacheCookie(context, one, n) {
  const session = { ...one.session, id: rowIdOf(n), token: idOf(n), userId: userIdOf(n) };
  const user = { ...one.user, id: userIdOf(n), email: `user${n}@example.com`, name: `user${n}` };
  const set = [];
  const call = { context, getCookie: () => null, setCookie: (name, value) => set.push(`${name}=${value}`) };
  await setCookieCache(call, { session, user }, false);
  return set.join('; ');
}
