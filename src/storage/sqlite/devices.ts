/** Known devices in SQLite: one row for each device of a user, with its last sign-in. */

import type { DatabaseSync } from 'node:sqlite';
import type { DeviceStore } from '../port/port.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';

/** Devices in one lookup. */
const maxLookedUp = 8;

/** Devices removed in one step. */
const maxForgotten = 200;

export class SqliteDevices implements DeviceStore {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(db: DatabaseSync, reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
    this.#statements = prepareAll(db);
  }

  remember(deviceHash: string, userId: string, at: number, limit?: number): Promise<'known' | 'new'> {
    const { update, insert, forget } = this.#statements;
    return this.#writer.write(() => {
      if (update.run(at, userId, deviceHash).changes > 0) return 'known';
      // Nothing is written for a user who does not exist, so the device is not reported as new.
      if (insert.run(deviceHash, at, userId).changes === 0) return 'known';
      if (limit !== undefined) forget.run(userId, deviceHash, limit - 1);
      return 'new';
    });
  }

  async findKnown(
    canonical: string,
    deviceHashes: readonly string[],
    since: number,
  ): Promise<string | undefined> {
    const places = Array.from({ length: maxLookedUp }, (_, place) => deviceHashes[place] ?? '');
    const { findKnown } = this.#statements;
    const rows = this.#reader.read(() => findKnown.all(canonical, since, JSON.stringify(places)));
    const known = new Set(rows.map(({ deviceHash }) => deviceHash));
    return deviceHashes.find((deviceHash) => known.has(deviceHash));
  }

  async any(userId: string): Promise<boolean> {
    return this.#reader.read(() => this.#statements.any.get(userId)) !== undefined;
  }

  async ofUser(userId: string, after: string, limit: number): Promise<string[]> {
    const rows = this.#reader.read(() => this.#statements.selectOfUser.all(userId, after, limit));
    return rows.map(({ hash }) => String(hash));
  }

  sweep(before: number, limit: number): Promise<number> {
    return this.#writer.write(() => Number(this.#statements.sweep.run(before, limit).changes));
  }
}

function prepareAll(db: DatabaseSync) {
  return {
    update: db.prepare(
      'UPDATE devices SET last_used_at = max(last_used_at, ?) WHERE user_id = ? AND device_hash = unhex(?)',
    ),
    insert: db.prepare(
      `INSERT INTO devices (user_id, device_hash, last_used_at)
       SELECT id, unhex(?), ? FROM users WHERE id = ?`,
    ),
    forget: db.prepare(
      `DELETE FROM devices WHERE user_id = ?1 AND device_hash IN
       (SELECT device_hash FROM devices WHERE user_id = ?1 AND device_hash <> unhex(?2)
        ORDER BY last_used_at DESC LIMIT ${maxForgotten} OFFSET ?3)`,
    ),
    // Eight parameters, so that one statement serves any number of devices. An unknown name is looked up under an id of no
    // user, device by device like any other.
    findKnown: db.prepare(
      `SELECT lower(hex(device_hash)) AS deviceHash FROM devices
       WHERE user_id = coalesce((SELECT user_id FROM auth WHERE canonical = ?), '') AND last_used_at >= ?
         AND device_hash IN (SELECT unhex(value) FROM json_each(?))`,
    ),
    any: db.prepare('SELECT 1 FROM devices WHERE user_id = ? LIMIT 1'),
    selectOfUser: db.prepare(
      `SELECT lower(hex(device_hash)) AS hash FROM devices WHERE user_id = ? AND device_hash > unhex(?)
       ORDER BY device_hash LIMIT ?`,
    ),
    sweep: db.prepare(
      `DELETE FROM devices WHERE (user_id, device_hash) IN
       (SELECT user_id, device_hash FROM devices WHERE last_used_at < ? ORDER BY last_used_at LIMIT ?)`,
    ),
  };
}
