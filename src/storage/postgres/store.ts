/** The PostgreSQL store: any number of nodes on one database, with a feed of revocations between them. */

import { type Store, StoreUnavailable } from '../port/port.ts';
import { loadOnce } from '../shared/factors/load-once.ts';
import { PostgresAccounts } from './accounts.ts';
import { PostgresAudit } from './audit/audit.ts';
import { AuditOutbox } from './audit/audit-outbox.ts';
import { ClusterListener } from './cluster/cluster-listener.ts';
import { RevocationNotifier } from './cluster/revocation-notifier.ts';
import { RevocationReader } from './cluster/revocation-reader.ts';
import { PostgresRevocations } from './cluster/revocations.ts';
import { SessionLookup } from './cluster/session-lookup.ts';
import { CircuitBreaker } from './connection/circuit-breaker.ts';
import { DatabaseClock } from './connection/clock.ts';
import { Connections } from './connection/connections.ts';
import { thrown } from './connection/errors.ts';
import { assertSound, prepareTables } from './connection/migrations.ts';
import { Login } from './connection/session-setup.ts';
import { inTime } from './connection/time-limit.ts';
import { warningsAbout } from './connection/warnings.ts';
import { PostgresDevices } from './devices.ts';
import { PostgresBrowserTokens } from './factors/browser-tokens.ts';
import { PostgresInvitations } from './invitations.ts';
import { PostgresMails } from './mails.ts';
import { delays, storeMetrics } from './metrics.ts';
import { SessionRemoval } from './sessions/session-removal.ts';
import { PostgresSessions } from './sessions/sessions.ts';
import { touchBufferIn } from './sessions/write-touches.ts';
import { PostgresThrottle } from './throttle.ts';
import { PostgresTokens } from './tokens.ts';

/** The time limit of `ping`, in milliseconds: ruling B2 requires an answer within two seconds. */
const pingMs = 1_700;

/** Connections that serve only session checks, so that nothing else keeps a check waiting. */
const checkConnections = 2;

export interface PostgresOptions {
  /** The address of the database: `postgres://…`. */
  readonly url: string;
  /** The address for notifications, if `url` leads through a pooler; otherwise empty. */
  readonly listenUrl: string;
  /** The maximum of connections of this node, at least 4: one listens, two serve session checks. */
  readonly maxConnections: number;
  /** How long the feed of revocations counts as fresh after a read of it, in milliseconds; 0 never. */
  readonly trustMs: number;
  /** The name of this node, unique among all nodes. */
  readonly node: string;
  /** Links the audit entries: it must be the same at every opening. */
  readonly digest: (text: string) => string;
  /** A random number, at least 0 and less than 1, to spread retries. */
  readonly chance: () => number;
  /** Called when the feed of revocations cannot be read, with the error, and when it can be read again. */
  readonly onFeed: (error?: unknown) => void;
  /** Called when the listening connection is lost, with the error, and when there is a new one. */
  readonly onListener?: ((error?: unknown) => void) | undefined;
}

/** A store, and warnings about its database. */
export interface OpenedStore {
  readonly store: Store;
  readonly warnings: readonly string[];
}

/**
 * Opens the store in a database, and migrates its tables.
 *
 * @throws {StoreUnusable} if the database cannot be used; the message gives advice.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<OpenedStore> {
  const { url, listenUrl, maxConnections, trustMs, node, digest, chance, onFeed, onListener } = options;
  const login = await Login.at(url);
  const listening = listenUrl === '' ? login : await Login.at(listenUrl, 'GATEHOUSE_DATABASE_LISTEN_URL');
  const breaker = new CircuitBreaker();
  const clock = new DatabaseClock();
  const pool = (limit: number) => new Connections({ login, limit, breaker, chance });
  const connections = { checks: pool(checkConnections), steps: pool(maxConnections - checkConnections - 1) };
  const db = connections.steps;
  const lookup = new SessionLookup(connections.checks);
  const notifier = new RevocationNotifier(db, node, () => clock.now());
  const measured = delays();
  const reader = new RevocationReader({
    trustMs,
    isReadOnly: (client) => listening.isReadOnly(client),
    onChange: onFeed,
    onRead(notifiedAt) {
      for (const at of notifiedAt) measured.observe(Math.max(0, clock.now() - at) / 1_000);
    },
  });
  const watch = new ClusterListener({
    login: listening,
    node,
    clock,
    breaker: listenUrl === '' ? breaker : undefined,
    chance,
    onFound(client) {
      for (const pool of Object.values(connections)) pool.renew();
      reader.start(client);
    },
    onLost: () => reader.stop(),
    onChange: (error) => onListener?.(error),
    onNotification: (at) => reader.notify(at),
  });
  try {
    await login.explaining(() => prepareTables(login));
    await listening.explaining(() => watch.start());
  } catch (error) {
    await watch.close();
    throw error;
  }

  const outbox = new AuditOutbox();
  const touchBuffer = touchBufferIn(db);
  const removal = new SessionRemoval(notifier, outbox);
  const audit = new PostgresAudit(db, outbox, digest);

  const store: Store = {
    accounts: new PostgresAccounts({ db, outbox, sessions: removal, notifier, digest }),
    sessions: new PostgresSessions({ db, lookup, notifier, removal, touchBuffer, outbox }),
    revocations: new PostgresRevocations(db, reader, notifier),
    throttle: new PostgresThrottle(db),
    audit,
    tokens: new PostgresTokens(db),
    invitations: new PostgresInvitations(db, outbox),
    mails: new PostgresMails(db),
    devices: new PostgresDevices(db),
    browserTokens: new PostgresBrowserTokens(db, outbox),
    factors: loadOnce(async () => (await import('./factors/factors.ts')).factorStores({ db, outbox })),

    imports: loadOnce(async () => {
      const { importStore } = await import('./imports/imports.ts');
      return importStore({ db, outbox, notifier, removal, digest });
    }),
    async importKey() {
      const { rows } = await db.read<{ key: string }>(
        `SELECT encode(key, 'hex') AS key FROM import_key WHERE EXISTS (SELECT FROM imported_accounts)`,
      );
      return rows[0]?.key;
    },

    clock: () => clock.now(),

    metrics: () => storeMetrics({ watch, reader, connections, delays: measured }),

    ping: () => inTime(pingMs, assertSound(db.read)).catch(thrown),

    async close() {
      try {
        await touchBuffer.flush();
        await audit.link();
        await notifier.settled();
      } catch (error) {
        // Nothing here was acknowledged: uses may be lost, and the next process links the entries.
        if (!(error instanceof StoreUnavailable)) throw error;
      } finally {
        await watch.close();
        await Promise.all(Object.values(connections).map((pool) => pool.close()));
      }
    },
  };
  return { store, warnings: warningsAbout(options, login, listening) };
}
