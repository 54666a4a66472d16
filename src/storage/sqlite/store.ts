/** The SQLite store: one file, one writer, every acknowledged step durable. */

import { resolve } from 'node:path';
import { type Store, StoreUnavailable } from '../port/port.ts';
import type { Digest } from '../shared/audit-chain.ts';
import { loadOnce } from '../shared/factors/load-once.ts';
import { SqliteAccounts } from './accounts.ts';
import { SqliteAudit } from './audit/audit.ts';
import { AuditChain } from './audit/audit-chain.ts';
import { openDatabase } from './connection/open-database.ts';
import { Reader } from './connection/reader.ts';
import { Writer } from './connection/writer.ts';
import { SqliteDevices } from './devices.ts';
import { SqliteBrowserTokens } from './factors/browser-tokens.ts';
import { SqliteInvitations } from './invitations.ts';
import { SqliteMails } from './mails.ts';
import { storeMetrics } from './metrics.ts';
import { SqliteRevocations } from './revocations.ts';
import { everyTable, migrations } from './schema.ts';
import { SqliteSessions } from './sessions/sessions.ts';
import { SqliteThrottle } from './throttle.ts';
import { SqliteTokens } from './tokens.ts';
import { Users } from './users.ts';

/**
 * Opens the store in the file at `path`, creating file and folder if missing. `digest` links the audit entries: it must be
 * the same at every opening.
 *
 * @throws {StoreUnusable} if the file cannot be used.
 */
export function openSqliteStore(path: string, digest: Digest): Store {
  const db = openDatabase(path);
  const reader = new Reader(db);
  const writer = new Writer(db, resolve(path), reader);
  const chain = new AuditChain(db, digest);
  const users = new Users(db, reader);
  const sessions = new SqliteSessions({ db, reader, writer, chain });
  const schemaVersion = db.prepare('PRAGMA user_version');
  const tables = db.prepare(everyTable);
  const selectKey = db.prepare(
    'SELECT lower(hex(key)) AS key FROM import_key WHERE EXISTS (SELECT 1 FROM imported_accounts)',
  );

  return {
    accounts: new SqliteAccounts({ db, reader, writer, chain, users, sessions: sessions.removal }),
    sessions,
    revocations: new SqliteRevocations(db, reader, writer),
    throttle: new SqliteThrottle(db, reader, writer),
    audit: new SqliteAudit(db, reader, writer, chain),
    tokens: new SqliteTokens(db, reader, writer),
    invitations: new SqliteInvitations(db, reader, writer, chain),
    mails: new SqliteMails(db, reader, writer),
    devices: new SqliteDevices(db, reader, writer),
    browserTokens: new SqliteBrowserTokens(db, reader, writer, chain),
    factors: loadOnce(async () =>
      (await import('./factors/factors.ts')).factorStores({ db, reader, writer, chain }),
    ),

    imports: loadOnce(async () => {
      const { importStore } = await import('./imports/imports.ts');
      return importStore({ db, reader, writer, chain, removal: sessions.removal });
    }),
    importKey: async () => reader.read(() => selectKey.get()?.['key'] as string | undefined),

    async ping() {
      reader.read(() => tables.all());
      if (reader.read(() => schemaVersion.get()?.['user_version']) !== migrations.length) {
        throw new StoreUnavailable('The schema of the database changed while in use. Restart.');
      }
      writer.assertFileInPlace();
    },

    metrics: () => storeMetrics(writer),

    async close() {
      try {
        await sessions.flushTouches();
        // The writer runs steps in order: when this one resolves, none waits any more.
        await writer.write(() => {});
      } finally {
        reader.end();
        db.close();
      }
    },
  };
}
