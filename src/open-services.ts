/** Opens the store and puts the concepts together: what the server and the command line have in common. */

import { getHeapStatistics } from 'node:v8';
import { Accounts } from './concepts/accounts.ts';
import { Audit } from './concepts/audit.ts';
import { Devices } from './concepts/devices.ts';
import { Invitations } from './concepts/invitations.ts';
import { Mails } from './concepts/mails.ts';
import { Passwords } from './concepts/passwords/passwords.ts';
import { Sessions } from './concepts/sessions/sessions.ts';
import { Throttle } from './concepts/throttle.ts';
import { Tokens, tokenLifeMs } from './concepts/tokens.ts';
import { HashingQueue } from './crypto/hashing-queue.ts';
import { chance, digest, newHandle } from './crypto/ids.ts';
import { partOf, type Settings, type Share, whole } from './settings/settings.ts';
import type { Store } from './storage/port/port.ts';
import { FallbackThrottle } from './storage/shared/fallback-throttle.ts';
import { openSqliteStore } from './storage/sqlite/store.ts';
import { Pacer } from './usecases/pacer.ts';
import type { Services } from './usecases/services.ts';

/** Where Gatehouse reports to; a pino logger is one. */
export interface Log {
  info(entry: object, message: string): void;
  error(entry: object, message: string): void;
}

/** The concepts over an open store. */
export interface Opened {
  readonly services: Services;
  readonly store: Store;
  /** What is worth a warning about how the store was found. */
  readonly warnings: readonly string[];
  /** Ends the hashing, writes what is waiting and closes the store. */
  close(): Promise<void>;
}

/**
 * Opens the store the settings name, creating it where there is none. `onMail` is told when a mail was queued; `share`
 * says how much of the node's threads, places, connections and memory is for this process.
 *
 * @throws {StoreUnusable} if the database cannot be opened; the message says what to do.
 */
export async function openServices(
  settings: Settings,
  log: Log,
  onMail: () => void = () => {},
  share: Share = whole,
): Promise<Opened> {
  const { store, warnings } = await openStore(settings, log, share);
  const services = createServices(settings, store, log, onMail, share);
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

/** Enough for 150,000 sessions that are asked for again and again. */
const usualCheckMemoryBytes = 512 * 1_048_576;

/** Whether the settings name a SQLite file; a PostgreSQL database otherwise. */
export function isFile({ databaseUrl }: Pick<Settings, 'databaseUrl'>): boolean {
  return databaseUrl.startsWith('file:');
}

/** The path of the SQLite file, as it was written. */
export function databaseFile({ databaseUrl }: Pick<Settings, 'databaseUrl'>): string {
  return databaseUrl.replace(/^file:(?:\/\/(?=\/))?/, '');
}

/**
 * Opens the store the settings name, creating it where there is none.
 *
 * @throws {StoreUnusable} if the database cannot be used; the message says what to do.
 */
export async function openStore(
  settings: Settings,
  log: Log,
  share: Share = whole,
): Promise<Pick<Opened, 'store' | 'warnings'>> {
  const memoryBytes = partOf(checkMemoryBytes(settings), share);
  if (isFile(settings))
    return { store: openSqliteStore(databaseFile(settings), digest, memoryBytes), warnings: [] };
  // A file needs no driver in memory.
  const { openPostgresStore } = await import('./storage/postgres/store.ts');
  const { store, warnings } = await openPostgresStore({
    url: settings.databaseUrl,
    listenUrl: settings.databaseListenUrl,
    maxConnections: partOf(settings.databaseConnections, share),
    trustMs: settings.checkTrustMs,
    memoryBytes,
    node: newHandle(),
    digest,
    chance,
  });
  const throttle = new FallbackThrottle(store.throttle, (cause) =>
    cause
      ? log.error({ err: cause }, 'throttle failed: this node counts by itself')
      : log.info({}, 'throttle works again'),
  );
  const metrics = () => [...(store.metrics?.() ?? []), throttle.metric()];
  return { store: { ...store, throttle, metrics }, warnings };
}

/** What checks may remember: as much as the settings say, else as much as does no harm to the rest. */
function checkMemoryBytes({ checkMemoryMegabytes }: Settings): number {
  if (checkMemoryMegabytes !== null) return checkMemoryMegabytes * 1_048_576;
  return Math.min(usualCheckMemoryBytes, getHeapStatistics().heap_size_limit / 4);
}

/** Puts the concepts together over an open store. `onMail` is told when a mail was queued. */
export function createServices(
  settings: Settings,
  store: Store,
  log: Log,
  onMail: () => void = () => {},
  share: Share = whole,
): Services {
  const pacer = new Pacer();
  return {
    accounts: new Accounts(store.accounts),
    passwords: new Passwords({
      minLength: settings.passwordMinLength,
      iterations: settings.pbkdf2Iterations,
      host: settings.publicUrl === '' ? '' : new URL(settings.publicUrl).hostname,
    }),
    sessions: new Sessions(
      store.sessions,
      {
        idleSeconds: settings.sessionIdleSeconds,
        lifetimeSeconds: settings.sessionLifetimeSeconds,
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
    audit: new Audit(store.audit, log, settings.auditDays),
    hashing: new HashingQueue({ share }),
    pacer,
    store,
  };
}
