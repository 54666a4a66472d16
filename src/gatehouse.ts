/** The composition root: settings in, one `Request → Response` handler out. */

import { setImmediate as pause } from 'node:timers/promises';
import { Accounts } from './concepts/accounts.ts';
import { Audit, type AuditEntry } from './concepts/audit.ts';
import { Passwords } from './concepts/passwords/passwords.ts';
import { Sessions } from './concepts/sessions.ts';
import { Throttle } from './concepts/throttle.ts';
import { HashingQueue } from './crypto/queue.ts';
import { readSettings, type Settings } from './settings.ts';
import type { Store } from './storage/port.ts';
import { openSqliteStore } from './storage/sqlite/store.ts';
import type { Gate } from './usecases/gate.ts';
import { sweep } from './usecases/sweep.ts';
import { createApp } from './wire/app.ts';
import type { Connection } from './wire/call.ts';
import { sessionCookie } from './wire/carrier.ts';
import { dotjson } from './wire/dotjson.ts';
import { envelope } from './wire/envelope.ts';
import { rest } from './wire/rest.ts';
import { sessionCheck } from './wire/session.ts';
import { site } from './wire/site.ts';

/** Where Gatehouse reports to; a pino logger is one. */
export interface Log {
  info(entry: object, message: string): void;
  error(entry: object, message: string): void;
}

export interface GatehouseOptions {
  /** Options by their name in `docs/settings.md`; what is missing takes its default. Nothing is read from the environment. */
  readonly settings?: Partial<Settings>;
  /** Receives one audit entry per event and one entry per error. Default: nothing is reported. */
  readonly log?: Log;
  /** Epoch milliseconds. Default: the system clock. */
  readonly clock?: () => number;
}

/** A running Gatehouse. */
export interface Gatehouse {
  /**
   * Answers a request in the shape of the contract that owns its path; never rejects. Give it the peer's address,
   * or all clients are throttled as one.
   */
  fetch(request: Request, connection?: Connection): Response | Promise<Response>;
  /** Stops the sweep, writes what is waiting and closes the store. Call it once no request is under way. */
  close(): Promise<void>;
}

const silent: Log = { info: () => {}, error: () => {} };

/**
 * Opens the store and puts Gatehouse together.
 *
 * @throws {StoreUnusable} if the database cannot be opened; the message says what to do.
 */
export async function createGatehouse(options: GatehouseOptions = {}): Promise<Gatehouse> {
  const { log = silent, clock = Date.now } = options;
  const settings: Settings = { ...readSettings({}), ...options.settings };
  const store = openStore(settings);
  const gate = createGate(settings, store, log);
  const handle = createApp({
    gate,
    contracts: createContracts(settings, gate, store),
    allowedOrigins: settings.allowedOrigins,
    trustedProxies: settings.trustedProxies,
    secure: !settings.debug,
    clock,
    onError: (error, about) => log.error({ err: error, ...about }, 'request failed'),
  });
  const sweeping = setInterval(
    () => sweep(gate, clock(), pause).catch((error) => log.error({ err: error }, 'sweep failed')),
    settings.sweepSeconds * 1_000,
  ).unref();

  return {
    fetch: handle,
    async close() {
      clearInterval(sweeping);
      await gate.hashing.close();
      await store.close();
    },
  };
}

function openStore({ databaseUrl }: Settings): Store {
  return openSqliteStore(databaseUrl.replace(/^file:(?:\/\/(?=\/))?/, ''));
}

function createGate(settings: Settings, store: Store, log: Log): Gate {
  return {
    accounts: new Accounts(store.accounts),
    passwords: new Passwords({
      minLength: settings.passwordMinLength,
      iterations: settings.pbkdf2Iterations,
    }),
    sessions: new Sessions(store.sessions, {
      idleSeconds: settings.sessionIdleSeconds,
      lifetimeSeconds: settings.sessionLifetimeSeconds,
    }),
    throttle: new Throttle(store.throttle, {
      on: settings.throttle,
      account: settings.throttleAccount,
      client: settings.throttleClient,
    }),
    audit: new Audit((entry: AuditEntry) => log.info({ audit: entry }, entry.event)),
    hashing: new HashingQueue(),
  };
}

function createContracts(settings: Settings, gate: Gate, store: Store) {
  const cookie = sessionCookie(!settings.debug, settings.sessionLifetimeSeconds);
  return [
    envelope(gate, settings.envelopeStatus),
    sessionCheck(gate),
    rest(gate, cookie),
    dotjson(gate, cookie, {
      statusMode: settings.dotjsonStatus,
      enumeration: settings.enumeration,
      timeZone: settings.timeZone,
    }),
    site(() => store.ping()),
  ];
}
