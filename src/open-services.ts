/** Opens the store and composes the concepts, for the server and the command line. */

import { getHeapStatistics } from 'node:v8';
import { Accounts } from './concepts/accounts.ts';
import { Audit } from './concepts/audit.ts';
import { BrowserTokens } from './concepts/browser-tokens.ts';
import { Devices } from './concepts/devices.ts';
import { Invitations } from './concepts/invitations.ts';
import { Mails } from './concepts/mails.ts';
import { Passwords } from './concepts/passwords/passwords.ts';
import { StandIns } from './concepts/passwords/stand-ins.ts';
import { Sessions } from './concepts/sessions/sessions.ts';
import { Throttle } from './concepts/throttle.ts';
import { Tokens, tokenLifeMs } from './concepts/tokens.ts';
import { HashingQueue } from './crypto/hashing-queue.ts';
import { chance, digest, newHandle } from './crypto/ids.ts';
import type { Log } from './library/options.ts';
import { databaseFile, isFile, partOf, type Settings, type Share, whole } from './settings/settings.ts';
import type { SessionEndListener, Store, User } from './storage/port/port.ts';
import { FallbackThrottle } from './storage/shared/fallback-throttle.ts';
import { SessionCache } from './storage/shared/session-cache.ts';
import { openSqliteStore } from './storage/sqlite/store.ts';
import { FactorLoader } from './usecases/factor-loader.ts';
import { Pacer } from './usecases/pacer.ts';
import type { Services } from './usecases/services.ts';

export type { Log };

/** What the concepts tell of, in this process; nothing by default. Callbacks must not throw. */
export interface ServiceListeners {
  /** A mail was queued. */
  readonly onMail?: () => void;
  /** An account was made. */
  readonly onCreated?: (user: User) => void;
  readonly onEnded?: SessionEndListener;
}

/** The concepts over an open store. */
export interface Opened {
  readonly services: Services;
  readonly store: Store;
  /** Warnings about the store. */
  readonly warnings: readonly string[];
  /** Ends hashing, writes what is buffered and closes the store. */
  close(): Promise<void>;
}

/**
 * Opens the store of the settings, creating it if missing. `share` is this process's part of the node's threads, places,
 * connections and memory.
 *
 * @throws {StoreUnusable} if the database cannot be opened; the message gives advice.
 */
export async function openServices(
  settings: Settings,
  log: Log,
  listeners: ServiceListeners = {},
  share: Share = whole,
): Promise<Opened> {
  const { store, warnings } = await openStore(settings, log, share);
  const services = createServices(settings, store, log, listeners, share);
  return {
    services,
    store,
    warnings,
    async close() {
      await services.mails.settled();
      await services.hashing.close();
      await store.close();
    },
  };
}

/** Enough for 800,000 sessions. */
const usualCheckMemoryBytes = 512 * 1_048_576;

/**
 * Opens the store of the settings, creating it if missing.
 *
 * @throws {StoreUnusable} if the database cannot be used; the message gives advice.
 */
export async function openStore(
  settings: Settings,
  log: Log,
  share: Share = whole,
): Promise<Pick<Opened, 'store' | 'warnings'>> {
  if (isFile(settings)) return { store: openSqliteStore(databaseFile(settings), digest), warnings: [] };
  // The driver is loaded only for PostgreSQL.
  const { openPostgresStore } = await import('./storage/postgres/store.ts');
  const { store, warnings } = await openPostgresStore({
    url: settings.databaseUrl,
    listenUrl: settings.databaseListenUrl,
    maxConnections: partOf(settings.databaseConnections, share),
    trustMs: settings.checkTrustMs,
    node: newHandle(),
    digest,
    chance,
    onFeed: (error) =>
      error
        ? log.error({ err: error }, 'revocations cannot be read: every session check asks the database')
        : log.info({}, 'revocations are read again'),
    onListener: (error) =>
      error
        ? log.error(
            { err: error },
            'the listening connection was lost: every session check asks the database',
          )
        : log.info({}, 'the listening connection is back'),
  });
  const throttle = new FallbackThrottle(store.throttle, (cause) =>
    cause
      ? log.error({ err: cause }, 'throttle failed: this node counts by itself')
      : log.info({}, 'throttle works again'),
  );
  const metrics = () => [...(store.metrics?.() ?? []), throttle.metric()];
  return { store: { ...store, throttle, metrics }, warnings };
}

/** The size of the cache for checks: that of the settings, otherwise one that leaves enough memory for the rest. */
function checkMemoryBytes({ checkTrustMs, checkMemoryMegabytes }: Settings): number {
  if (checkTrustMs === 0) return 0;
  if (checkMemoryMegabytes !== null) return checkMemoryMegabytes * 1_048_576;
  return Math.min(usualCheckMemoryBytes, getHeapStatistics().heap_size_limit / 4);
}

/** Composes the concepts over an open store. */
export function createServices(
  settings: Settings,
  store: Store,
  log: Log,
  { onMail = () => {}, onCreated, onEnded }: ServiceListeners = {},
  share: Share = whole,
): Services {
  if (onEnded) store.sessions.listen(onEnded);
  const pacer = new Pacer();
  return {
    accounts: new Accounts(store.accounts, onCreated),
    passwords: new Passwords({
      minLength: settings.passwordMinLength,
      iterations: settings.pbkdf2Iterations,
      host: settings.publicUrl === '' ? '' : new URL(settings.publicUrl).hostname,
    }),
    standIns: new StandIns(store),
    sessions: new Sessions(
      store.sessions,
      {
        idleSeconds: settings.sessionIdleSeconds,
        lifetimeSeconds: settings.sessionLifetimeSeconds,
        browserSeconds: settings.sessionBrowserSeconds,
        maxPerUser: settings.sessionsPerUser,
      },
      () => pacer.begin(),
    ),
    throttle: new Throttle(store.throttle, {
      on: settings.throttle,
      account: settings.throttleAccount,
      client: settings.throttleClient,
    }),
    devices: new Devices(store.devices),
    tokens: new Tokens(store.tokens),
    invitations: new Invitations(store.invitations, settings.registration),
    mails: new Mails(store.mails, {
      resetLinkMs: tokenLifeMs.reset_password,
      isConfigured: settings.smtpUrl !== '',
      onQueued: onMail,
      onError: (error) => log.error({ err: error }, 'mail not queued'),
    }),
    browserTokens: new BrowserTokens(store.browserTokens),
    factors: new FactorLoader(
      settings.secondFactor === 'required',
      async () => {
        const { openFactors } = await import('./open-factors.ts');
        return openFactors(settings, store, log);
      },
      settings.previousSecretKey !== '',
    ),
    audit: new Audit(store.audit, log, settings.auditDays),
    hashing: new HashingQueue({ share }),
    pacer,
    cache: new SessionCache(store.revocations, partOf(checkMemoryBytes(settings), share), (reason) =>
      log.info({ reason }, 'the cache of session checks was emptied'),
    ),
    store,
  };
}
