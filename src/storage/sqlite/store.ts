/** The SQLite store: one file, one writer, every acknowledged step durable. */

import { resolve } from 'node:path';
import { type Store, StoreUnavailable } from '../port.ts';
import { accountsIn } from './accounts.ts';
import { openDatabase } from './open.ts';
import { Reader } from './reader.ts';
import { everyTable, migrations } from './schema.ts';
import { sessionsIn } from './sessions.ts';
import { throttleIn } from './throttle.ts';
import { Writer } from './writer.ts';

/**
 * Opens the store in the file at `path`, creating file and folder where they are missing.
 *
 * @throws {StoreUnusable} if the file cannot be used.
 */
export function openSqliteStore(path: string): Store {
  const db = openDatabase(path);
  const reader = new Reader(db);
  const writer = new Writer(db, resolve(path), reader);
  const sessions = sessionsIn(db, reader, writer);
  const schemaVersion = db.prepare('PRAGMA user_version');
  const tables = db.prepare(everyTable);

  return {
    accounts: accountsIn(db, reader, writer),
    sessions,
    throttle: throttleIn(db, reader, writer),

    async ping() {
      reader.read(() => tables.all());
      if (reader.read(() => schemaVersion.get()?.['user_version']) !== migrations.length) {
        throw new StoreUnavailable('The schema of the database changed while in use. Restart.');
      }
      writer.assertFileInPlace();
    },

    async close() {
      try {
        await sessions.writeBack();
        // The writer answers in order: when it answers this, nothing waits any more.
        await writer.write(() => {});
      } finally {
        reader.end();
        db.close();
      }
    },
  };
}
