/** A SQLite file as another program sees it: over a second connection, foreign keys off. */

import { existsSync, readFileSync, renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Behind, Row, Trap, Value } from './behind.ts';

export function sqliteAt(file: string): Behind {
  function query(sql: string, values: readonly Value[] = []): Row[] {
    const db = open(file);
    try {
      return db.prepare(sql).all(...values);
    } finally {
      db.close();
    }
  }

  return {
    async query(sql, values) {
      const rows = query(sql, values);
      // What another program wrote is seen from the next turn of the event loop on, in which a store reads anew.
      await nextTurn();
      return rows.map(legible);
    },

    settled: async () => {},

    async lock() {
      const db = open(file);
      db.exec('BEGIN IMMEDIATE');
      const unlock = async () => {
        if (db.isOpen) db.close();
      };
      onTestFinished(unlock);
      return unlock;
    },

    async setTrap(name, { at, when, does }: Trap) {
      const condition = when === undefined ? '' : `WHEN (${when})`;
      query(
        `CREATE TRIGGER ${name} ${at} ${condition} BEGIN ${does ?? `SELECT RAISE(ABORT, '${name}')`}; END`,
      );
      return async () => void query(`DROP TRIGGER ${name}`);
    },

    bytes: (hex) => `x'${hex}'`,

    async bytesOnDisk() {
      const files = [file, `${file}-wal`].filter((name) => existsSync(name));
      return Buffer.concat(files.map((name) => readFileSync(name)));
    },

    async moveAway() {
      renameSync(file, `${file}.moved`);
      return async () => renameSync(`${file}.moved`, file);
    },

    async pretendNewer() {
      const [version] = query('PRAGMA user_version');
      query('PRAGMA user_version = 999');
      return async () => void query(`PRAGMA user_version = ${Number(version?.['user_version'])}`);
    },
  };
}

function open(file: string): DatabaseSync {
  return new DatabaseSync(file, { enableForeignKeyConstraints: false, timeout: 2_000 });
}

function legible(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ]),
  );
}
