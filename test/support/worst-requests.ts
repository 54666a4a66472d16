/** The worst legal request of every route, and accounts that have as much of everything as there can be. */

import { ForwardTokens } from '../../src/crypto/forward-token.ts';
import { digest, newHandle, newToken } from '../../src/crypto/ids.ts';
import { findSession } from '../storage/conformance/case.ts';
import { secretKey } from './codes.ts';
import { type Asked, type CountedServer, countWrites, openCounted } from './counted-server.ts';
import { bytes, query, type Server } from './database.ts';
import { onPostgres } from './engine-settings.ts';
import { freshPath } from './sqlite.ts';

const password = 'supersecure';

/** More than two steps end. */
const many = 450;

/** A person with a session, and everything else there can be very many of. */
export interface Person {
  readonly name: string;
  readonly userId: string;
  readonly id: string;
  readonly handle: string;
  /** Ids of further sessions, in the order of their last use. */
  readonly others: readonly string[];
  /** A browser's cookies with ids that it was given elsewhere. */
  readonly cookie: string;
}

/** Writes sessions, devices and mails that wait, as the store would write them one by one. */
async function addRows(
  where: Server,
  userId: string,
  recipient: string,
  ids: readonly string[],
): Promise<void> {
  const from = Date.now() - 3_600_000;
  const insert = (table: string, columns: string, row: (hash: string, n: number) => string) =>
    query(
      where,
      `INSERT INTO ${table} (${columns}) VALUES ${ids.map((id, n) => `(${row(bytes(where, digest(id)), n)})`)}`,
    );
  await insert(
    'sessions',
    `id_hash, user_id, handle, contract, network, device, created_at, proven_at, last_seen_at, idle_expires_at, expires_at`,
    (hash, n) => {
      const at = from + n;
      const words = `'${userId}', '${newHandle()}', 'rest', '192.0.2.1', ''`;
      return `${hash}, ${words}, ${at}, ${at}, ${at}, ${at + 604_800_000}, ${at + 2_592_000_000}`;
    },
  );
  await insert(
    'devices',
    'device_hash, user_id, last_used_at',
    (hash, n) => `${hash}, '${userId}', ${from + n}`,
  );
  await insert(
    'mails',
    'kind, user_id, recipient, canonical, details, created_at, due_at',
    (_, n) => `'email_changed', '${userId}', '${recipient}', '${recipient}', '{}', ${from + n}, ${from + n}`,
  );
}

/** Writes entries of the audit for a user in one step. Their hashes are made up: no test of these servers verifies the chain. */
async function addEntries(where: Server, userId: string, count: number): Promise<void> {
  const columns = 'seq, at, event, outcome, user_id, contract, network, request_id, hash';
  const words = `'login', 'wrong_password', '${userId}', 'rest', '192.0.2.1', 'request'`;
  const row = (seq: string) => `SELECT ${seq}, ${Date.now()}, ${words}, ${bytes(where, '00'.repeat(32))}`;
  const numbers = `(VALUES ${Array.from({ length: count }, (_, n) => `(${n})`)})`;
  if (onPostgres) {
    // In one statement, because a server may be about to link its own entries.
    const ends = `UPDATE audit_ends SET last_seq = last_seq + ${count} RETURNING last_seq AS last`;
    const rows = `${row('last - number')} FROM ends, ${numbers} AS counted (number)`;
    await query(where, `WITH ends AS (${ends}) INSERT INTO audit (${columns}) ${rows}`);
    return;
  }
  const last = '(SELECT last_seq FROM audit_ends)';
  await query(where, `INSERT INTO audit (${columns}) ${row(`${last} + 1 + column1`)} FROM ${numbers}`);
  await query(where, `UPDATE audit_ends SET last_seq = last_seq + ${count}`);
}

/** Registers a person whose account is as large as can be, with a hash that the next login brings up to date. */
async function large({ cost, store, database }: CountedServer, name: string): Promise<Person> {
  const path = name.includes('@') ? '/auth/register' : '/register.json';
  const who = name.includes('@') ? { email: name } : { username: name };
  await cost({ method: 'POST', path, body: { ...who, password } });
  const login = await cost({ method: 'POST', path: '/api/auth/login', body: { username: name, password } });
  const { user: userId, session: id } = JSON.parse(login.text) as { user: string; session: string };
  const { handle = '' } = (await findSession(store.sessions, digest(id))) ?? {};
  const others = Array.from({ length: many }, () => newToken());
  await addRows({ database }, userId, name, others);
  await addEntries({ database }, userId, many);
  const inCookie = (n: number) => Array.from({ length: 4 }, (_, i) => String(n + i).repeat(26)).join('.');
  const cookie = [inCookie(0), inCookie(4)].map((ids) => `__Host-gatehouse_device=${ids}`).join('; ');
  return { name, userId, id, handle, others, cookie };
}

/** Writes passkeys as the store would add them one by one, without codes. */
export async function addPasskeys(where: Server, userId: string, count: number): Promise<void> {
  if (count === 0) return;
  const rows = Array.from(
    { length: count },
    (_, n) => `('${newToken()}', '${userId}', '${newHandle()}', 'Key ${n}', 'none', 0, '', 1, ${n}, NULL)`,
  );
  await query(
    where,
    `INSERT INTO passkeys (credential_id, user_id, handle, name, public_key, counter, transports, is_synced,
       created_at, last_used_at) VALUES ${rows}`,
  );
}

/** Trusts so many browsers as the store would; returns the handle of the last. */
export async function addTrusted(where: Server, userId: string, count: number): Promise<string> {
  const createdAt = Date.now();
  const handles = Array.from({ length: count }, newHandle);
  const details = JSON.stringify({ device: 'Firefox on Linux', network: '192.0.2.1' });
  const rows = handles.map(
    (handle) =>
      `(${bytes(where, digest(newToken()))}, '${userId}', 'trusted_browser', '${handle}', '${details}',
        ${createdAt}, ${createdAt + 86_400_000})`,
  );
  await query(
    where,
    `INSERT INTO browser_tokens (token_hash, user_id, purpose, handle, details, created_at, expires_at) VALUES ${rows}`,
  );
  return handles.at(-1) ?? '';
}

/** A server to measure, and one with older parameters on the same database, where persons register before. */
export async function openWorld(changes: Readonly<Record<string, string>> = {}) {
  const path = freshPath();
  const elsewhere = { GATEHOUSE_PBKDF2_ITERATIONS: '1001', GATEHOUSE_THROTTLE: 'off' };
  const older = await openCounted(path, elsewhere, { remoteAddress: '198.51.100.1' });
  await countWrites(path);
  // Far enough ahead for a use of a session to be written back.
  const environment = { GATEHOUSE_REGISTRATION: 'invite', ...changes };
  const server = await openCounted(path, environment, { aheadMs: 120_000 });
  const anew = (name: string) => large(older, name);
  const invited = async (canonical: string) => {
    const invite = newToken();
    const expiresAt = Date.now() + 86_400_000;
    await older.store.invitations.put(digest(invite), { canonical, userId: `id of ${canonical}`, expiresAt });
    return invite;
  };
  const tokenFor = async ({ userId }: Person, purpose: 'change_email' | 'reset_password', email: string) => {
    const token = newToken();
    await older.store.tokens.insert(digest(token), {
      userId,
      purpose,
      email,
      expiresAt: Date.now() + 600_000,
    });
    return token;
  };
  return { server, preparing: older, anew, invited, tokenFor };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

const signedIn =
  (method: string, path: string, more: (who: Person) => Partial<Asked> = () => ({})) =>
  async ({ anew }: World): Promise<Asked> => {
    const who = await anew(`${newToken()}@example.com`);
    return {
      method,
      path: path.replace(':handle', who.handle),
      id: who.id,
      headers: { cookie: who.cookie },
      ...more(who),
    };
  };

const tokens = new ForwardTokens(Buffer.from(secretKey.GATEHOUSE_SECRET_KEY, 'base64'));

/** The cookie of forward authentication (ruling W8), and as many of sessions as are read beside it. */
const forwardCookie = (id: string) => `__Secure-gatehouse_forward=${tokens.make(digest(id))}`;
const strangeSessions = () => Array.from({ length: 7 }, () => `session_id=${newToken()}`);

const plain = (method: string, path: string) => async (): Promise<Asked> => ({ method, path });

/** The worst request of each route; those that have to do with second factors are in a file of their own. */
export const requests: Readonly<Record<string, (world: World) => Promise<Asked>>> = {
  'POST /api/auth/logout': async ({ anew }) => {
    const { id } = await anew('ada');
    return { method: 'POST', path: '/api/auth/logout', body: { session: id } };
  },
  'GET /auth/session': signedIn('GET', '/auth/session'),
  'GET /auth/forward': signedIn('PUT', '/auth/forward?style=redirect', ({ id, cookie }) => ({
    id: undefined,
    headers: { cookie: [cookie, forwardCookie(id), ...strangeSessions()].join('; ') },
  })),
  'GET /auth/sessions': signedIn('GET', '/auth/sessions'),
  'DELETE /auth/sessions': signedIn('DELETE', '/auth/sessions?all=true'),
  'DELETE /auth/sessions/:handle': signedIn('DELETE', '/auth/sessions/:handle'),
  'GET /auth/account/activity': signedIn('GET', '/auth/account/activity'),
  'POST /auth/email/verify/request': signedIn('POST', '/auth/email/verify/request'),
  'POST /auth/email/verify': async ({ anew, tokenFor }) => {
    const who = await anew(`${newToken()}@example.com`);
    const token = await tokenFor(who, 'change_email', `${newToken()}@example.org`);
    return { method: 'POST', path: '/auth/email/verify', body: { token } };
  },
  'POST /auth/email': signedIn('POST', '/auth/email', () => ({
    body: { email: `${newToken()}@example.org`, password },
  })),
  'POST /auth/password/forgot': async ({ anew }) => {
    const { name: identifier } = await anew(`${newToken()}@example.com`);
    return { method: 'POST', path: '/auth/password/forgot', body: { identifier } };
  },
  'POST /auth/password/reset': async ({ anew, tokenFor }) => {
    const who = await anew(`${newToken()}@example.com`);
    const token = await tokenFor(who, 'reset_password', who.name);
    return {
      method: 'POST',
      path: '/auth/password/reset',
      body: { token, password: 'correct battery horse' },
    };
  },
  'POST /auth/register': async ({ invited }) => {
    const email = `${newToken()}@example.com`;
    return {
      method: 'POST',
      path: '/auth/register',
      body: { email, password, invite: await invited(email) },
    };
  },
  'POST /auth/logout': async ({ anew }) => {
    const { others } = await anew(`${newToken()}@example.com`);
    const cookie = others.slice(4, 8).map((id) => `session_id=${id}`);
    return {
      method: 'POST',
      path: '/auth/logout',
      headers: { 'x-session-id': others.slice(0, 4).join(), cookie: cookie.join('; ') },
    };
  },
  'POST /register.json': async ({ invited }) => ({
    method: 'POST',
    path: '/register.json',
    body: { username: 'bob', password, invite: await invited('bob') },
  }),
  'POST /logout.json': async ({ anew }) => {
    const { id } = await anew('cyd');
    return { method: 'POST', path: `/logout.json?s=${id}` };
  },
  'GET /healthz': plain('GET', '/healthz'),
  'GET /readyz': plain('GET', '/readyz'),
  'GET /openapi.json': plain('GET', '/openapi.json'),
};
