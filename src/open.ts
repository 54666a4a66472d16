/** Opens the store and puts the concepts together: what the server and the command line have in common. */

import { Accounts } from './concepts/accounts.ts';
import { Audit } from './concepts/audit.ts';
import { Devices } from './concepts/devices.ts';
import { Mails } from './concepts/mails.ts';
import { Passwords } from './concepts/passwords/passwords.ts';
import { Sessions } from './concepts/sessions.ts';
import { Throttle } from './concepts/throttle.ts';
import { Tokens } from './concepts/tokens.ts';
import { digest } from './crypto/ids.ts';
import { HashingQueue } from './crypto/queue.ts';
import type { Settings } from './settings.ts';
import type { Store } from './storage/port.ts';
import { openSqliteStore } from './storage/sqlite/store.ts';
import type { Gate } from './usecases/gate.ts';

/** Where Gatehouse reports to; a pino logger is one. */
export interface Log {
  info(entry: object, message: string): void;
  error(entry: object, message: string): void;
}

/** The concepts over an open store. */
export interface Opened {
  readonly gate: Gate;
  readonly store: Store;
  /** Ends the hashing, writes what is waiting and closes the store. */
  close(): Promise<void>;
}

/**
 * Opens the store the settings name, creating it where there is none. `onMail` is told when a mail was queued.
 *
 * @throws {StoreUnusable} if the database cannot be opened; the message says what to do.
 */
export function openGate(settings: Settings, log: Log, onMail: () => void = () => {}): Opened {
  const store = openSqliteStore(databaseFile(settings), digest);
  const gate = createGate(settings, store, log, onMail);
  return {
    gate,
    store,
    async close() {
      await gate.hashing.close();
      await store.close();
    },
  };
}

/** The path of the SQLite file, as it was written. */
export function databaseFile({ databaseUrl }: Settings): string {
  return databaseUrl.replace(/^file:(?:\/\/(?=\/))?/, '');
}

function createGate(settings: Settings, store: Store, log: Log, onMail: () => void): Gate {
  return {
    accounts: new Accounts(store.accounts),
    passwords: new Passwords({
      minLength: settings.passwordMinLength,
      iterations: settings.pbkdf2Iterations,
    }),
    sessions: new Sessions(store.sessions, {
      idleSeconds: settings.sessionIdleSeconds,
      lifetimeSeconds: settings.sessionLifetimeSeconds,
      mostPerUser: settings.sessionsPerUser,
    }),
    throttle: new Throttle(store.throttle, {
      on: settings.throttle,
      account: settings.throttleAccount,
      client: settings.throttleClient,
    }),
    devices: new Devices(store.devices),
    tokens: new Tokens(store.tokens),
    mails: new Mails(store.mails, onMail),
    audit: new Audit(store.audit, (entry) => log.info({ audit: entry }, entry.event), settings.auditDays),
    hashing: new HashingQueue(),
  };
}
