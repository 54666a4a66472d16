/** Known devices in SQLite: one row for each device a user signed in on, with the last time they did. */

import type { DatabaseSync } from 'node:sqlite';
import type { DeviceStore } from '../port/port.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';

/** The most devices that are looked up in one step. */
const maxLookedUp = 8;

/** Devices that are forgotten in one step. */
const maxForgotten = 200;

export function devicesIn(db: DatabaseSync, reader: Reader, writer: Writer): DeviceStore {
  const update = db.prepare(
    'UPDATE devices SET last_used_at = max(last_used_at, ?) WHERE user_id = ? AND device_hash = unhex(?)',
  );
  const insert = db.prepare(
    `INSERT INTO devices (user_id, device_hash, last_used_at)
     SELECT id, unhex(?), ? FROM users WHERE id = ?`,
  );
  const forget = db.prepare(
    `DELETE FROM devices WHERE user_id = ?1 AND device_hash IN
     (SELECT device_hash FROM devices WHERE user_id = ?1 AND device_hash <> unhex(?2)
      ORDER BY last_used_at DESC LIMIT ${maxForgotten} OFFSET ?3)`,
  );
  // Eight places, so that one statement serves any number of devices. A name without an owner is looked up under an id
  // that no user has, device by device like any other.
  const findKnown = db.prepare(
    `SELECT lower(hex(device_hash)) AS deviceHash FROM devices
     WHERE user_id = coalesce((SELECT user_id FROM auth WHERE canonical = ?), '') AND last_used_at >= ?
       AND device_hash IN (SELECT unhex(value) FROM json_each(?))`,
  );
  const any = db.prepare('SELECT 1 FROM devices WHERE user_id = ? LIMIT 1');
  const selectOfUser = db.prepare(
    `SELECT lower(hex(device_hash)) AS hash FROM devices WHERE user_id = ? AND device_hash > unhex(?)
     ORDER BY device_hash LIMIT ?`,
  );
  const sweep = db.prepare(
    `DELETE FROM devices WHERE (user_id, device_hash) IN
     (SELECT user_id, device_hash FROM devices WHERE last_used_at < ? ORDER BY last_used_at LIMIT ?)`,
  );

  return {
    remember: (deviceHash, userId, at, limit) =>
      writer.write(() => {
        if (update.run(at, userId, deviceHash).changes > 0) return 'known';
        // Of a user who is not there nothing is noted, so there is no news to tell anybody.
        if (insert.run(deviceHash, at, userId).changes === 0) return 'known';
        if (limit !== undefined) forget.run(userId, deviceHash, limit - 1);
        return 'new';
      }),

    async findKnown(canonical, deviceHashes, since) {
      const places = Array.from({ length: maxLookedUp }, (_, place) => deviceHashes[place] ?? '');
      const rows = reader.read(() => findKnown.all(canonical, since, JSON.stringify(places)));
      const known = new Set(rows.map(({ deviceHash }) => deviceHash));
      return deviceHashes.find((deviceHash) => known.has(deviceHash));
    },

    any: async (userId) => reader.read(() => any.get(userId)) !== undefined,

    ofUser: async (userId, after, limit) =>
      reader.read(() => selectOfUser.all(userId, after, limit)).map((row) => String(row['hash'])),

    sweep: (before, limit) => writer.write(() => Number(sweep.run(before, limit).changes)),
  };
}
