/** The real handler of requests over a real store that counts: which calls a request makes, and which rows they change. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { onTestFinished } from 'vitest';
import { fetchListener } from '../../src/http/fetch-adapter.ts';
import { forwardCookieOf } from '../../src/http/forward/open-forward-cookie.ts';
import { Handler } from '../../src/http/handler.ts';
import { ResponseCounters } from '../../src/http/response-counters.ts';
import { site } from '../../src/http/routes/health.ts';
import { RequestCheck } from '../../src/http/routes/session-check.ts';
import { servedContracts, sharedParts } from '../../src/http/served-contracts.ts';
import { createServices, openStore } from '../../src/open-services.ts';
import { pages } from '../../src/pages/pages.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import type { Store } from '../../src/storage/port/port.ts';
import { secretKey } from './codes.ts';
import { query, setTrap } from './database.ts';
import { onPostgres, settingsFor } from './engine-settings.ts';
import { countedStore, type StoreCall } from './store-calls.ts';

/** A request, in the session of an id if there is one. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly id?: string | undefined;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The fields of a form, in place of a body. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a request cost. */
export interface Cost {
  readonly status: number;
  readonly text: string;
  /** The cookies that it set, as the next request sends them. */
  readonly cookie: string;
  /** Its calls to the store, in order, also those that it leaves to be done later. */
  readonly calls: readonly StoreCall[];
  /** The most rows of one table that it inserted, updated or deleted, all its calls together. */
  readonly writes: number;
  /** The most that one of its steps did; on PostgreSQL only, which can separate transactions. */
  readonly writesInStep: number;
}

export interface CountedServer {
  /** The address of the database. */
  readonly database: string;
  readonly store: Store;
  /** Every route there is, as `POST /auth/login`. */
  readonly routes: readonly string[];
  cost(asked: Asked): Promise<Cost>;
}

/** Everything that is written on behalf of a request itself, and not a moment later by a batch of many. */
const written: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      ...['users', 'auth', 'ended', 'throttle', 'tokens', 'invitations', 'devices', 'mails'],
      ...['browser_tokens', 'second_factors', 'recovery_codes', 'passkeys'],
    ].map((table) => [table, ['INSERT', 'UPDATE', 'DELETE']]),
  ),
  sessions: ['INSERT', 'DELETE'],
  // On PostgreSQL entries wait in a table of their own until they are linked.
  [onPostgres ? 'audit_waiting' : 'audit']: ['INSERT'],
};

const base = {
  GATEHOUSE_PBKDF2_ITERATIONS: '1000',
  GATEHOUSE_SMTP_URL: 'smtp://127.0.0.1:25',
  GATEHOUSE_PUBLIC_URL: 'https://app.example.com',
  GATEHOUSE_COOKIE_DOMAIN: 'example.com',
  GATEHOUSE_MAIL_FROM: 'Example <login@example.com>',
  ...secretKey,
};

const silent = { info: () => {}, error: () => {} };

/**
 * Opens a server on the database that stands for a path, with a clock that is ahead of the real one. Its clients come
 * from one address. What it wants to mail stays in the queue.
 */
export async function openCounted(
  path: string,
  changes: Readonly<Record<string, string>>,
  { aheadMs = 0, remoteAddress = '203.0.113.9' } = {},
): Promise<CountedServer> {
  const given = await settingsFor(path, onTestFinished);
  const settings = readSettings({ ...base, ...given, ...changes });
  const { store: real } = await openStore(settings, silent);
  const request = new AsyncLocalStorage<StoreCall[]>();
  const store = countedStore(real, { push: (call) => void request.getStore()?.push(call) });
  const services = createServices(settings, store, silent);
  onTestFinished(async () => {
    await services.mails.settled();
    await services.hashing.close();
    await real.close();
  });
  const shared = sharedParts(settings, await forwardCookieOf(settings));
  const served = servedContracts(settings, services, new RequestCheck(services), shared);
  const ready = () => store.ping();
  const ownPages = pages({ settings, services, ready, ...shared });
  const contracts = [...served, ...ownPages, site(ready, '', settings.contracts)];
  const handler = new Handler({
    services,
    contracts,
    basePath: '',
    allowedOrigins: [],
    trustedProxies: [],
    forwardedHeader: 'x-forwarded-for',
    secure: true,
    language: 'en',
    hsts: 'off',
    clock: () => Date.now() + aheadMs,
    responseCounters: new ResponseCounters(contracts.map(({ name }) => name)),
    onError: (error) => {
      throw error;
    },
    onCrossSite: () => {},
  });
  const where = { database: given.DATABASE_URL };

  async function cost({ method, path, id, body, form, headers = {} }: Asked): Promise<Cost> {
    const calls: StoreCall[] = [];
    await query(where, 'DELETE FROM counted_writes');
    const [status, text, cookie] = await request.run(calls, async () => {
      const sent = new Request(`http://app.example${path}`, {
        method,
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
          ...(id !== undefined && { 'x-session-id': id }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
        ...(form && { body: new URLSearchParams(form).toString() }),
      });
      const response = await fetchListener(handler)(sent, { remoteAddress });
      const cookies = response.headers.getSetCookie().map((line) => line.split(';')[0]);
      const said = [response.status, await response.text(), cookies.join('; ')] as const;
      await services.mails.settled();
      return said;
    });
    return {
      status,
      text,
      cookie,
      calls,
      writes: await maxWrites(where, 'name'),
      writesInStep: onPostgres ? await maxWrites(where, 'name, step') : 0,
    };
  }

  const routes = contracts.flatMap((one) => one.routes.map(({ method, path }) => `${method} ${path}`));
  return { ...where, store, routes, cost };
}

/** Has the database count every row that is written from now on. */
export async function countWrites(path: string): Promise<void> {
  const { DATABASE_URL: database } = await settingsFor(path, onTestFinished);
  await query({ database }, 'CREATE TABLE counted_writes (name text, step bigint)');
  const step = onPostgres ? 'txid_current()' : '0';
  for (const [table, deeds] of Object.entries(written))
    for (const deed of deeds)
      await setTrap({ database }, `count_${deed}_${table}`, {
        at: `AFTER ${deed} ON ${table}`,
        does: `INSERT INTO counted_writes VALUES ('${table}', ${step})`,
      });
}

/** The most writes that have these columns in common. */
async function maxWrites(where: { readonly database: string }, columns: string): Promise<number> {
  const rows = await query(where, `SELECT count(*) AS writes FROM counted_writes GROUP BY ${columns}`);
  return Math.max(0, ...rows.map(({ writes }) => Number(writes)));
}
