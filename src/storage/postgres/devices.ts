/** Known devices in PostgreSQL: one row for each device of a user, with its last sign-in. */

import type { DeviceStore } from '../port/port.ts';
import { byteaArray, storable } from './connection/text.ts';
import type { Database } from './connection/transaction.ts';
import { lockUserShared } from './user-lock.ts';

const insert = `INSERT INTO devices (user_id, device_hash, last_used_at) VALUES ($1, decode($2, 'hex'), $3)
  ON CONFLICT (user_id, device_hash) DO NOTHING`;
const update = `UPDATE devices SET last_used_at = greatest(last_used_at, $3)
  WHERE user_id = $1 AND device_hash = decode($2, 'hex')`;

/** Rows that another login has locked are removed later, so that no two logins of one user wait for each other. */
const forget = `WITH least AS (
    SELECT device_hash FROM devices WHERE user_id = $1 AND device_hash <> decode($2, 'hex')
    ORDER BY last_used_at DESC OFFSET $3 LIMIT 200 FOR UPDATE SKIP LOCKED
  ) DELETE FROM devices USING least
  WHERE devices.user_id = $1 AND devices.device_hash = least.device_hash`;

/** An unknown name costs the same lookup, under an id of no user. */
const findKnown = `SELECT encode(device_hash, 'hex') AS "deviceHash" FROM devices
  WHERE user_id = coalesce((SELECT user_id FROM auth WHERE canonical = $1), '')
    AND device_hash = ANY ($2::bytea[]) AND last_used_at >= $3`;

export class PostgresDevices implements DeviceStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  remember(deviceHash: string, userId: string, at: number, limit?: number): Promise<'known' | 'new'> {
    return this.#db.step(async (run) => {
      // Nothing is written for a user who does not exist, so the device is not reported as new.
      if (!(await lockUserShared(run, userId))) return 'known';
      const device = [userId, deviceHash, at];
      if ((await run(insert, device)).count === 0) {
        await run(update, device);
        return 'known';
      }
      if (limit !== undefined) await run(forget, [userId, deviceHash, limit - 1]);
      return 'new';
    });
  }

  async findKnown(
    canonical: string,
    deviceHashes: readonly string[],
    since: number,
  ): Promise<string | undefined> {
    // A name that cannot be stored is looked up as another one that no account can have.
    const { rows } = await this.#db.read<{ deviceHash: string }>(findKnown, [
      storable(canonical),
      byteaArray(deviceHashes),
      since,
    ]);
    const known = new Set(rows.map(({ deviceHash }) => deviceHash));
    return deviceHashes.find((deviceHash) => known.has(deviceHash));
  }

  async any(userId: string): Promise<boolean> {
    const { rows } = await this.#db.read(
      'SELECT 1 FROM devices WHERE user_id = $1 ORDER BY device_hash LIMIT 1',
      [userId],
    );
    return rows.length > 0;
  }

  async ofUser(userId: string, after: string, limit: number): Promise<string[]> {
    const { rows } = await this.#db.read<{ hash: string }>(
      `SELECT encode(device_hash, 'hex') AS hash FROM devices
       WHERE user_id = $1 AND device_hash > decode($2, 'hex') ORDER BY device_hash LIMIT $3`,
      [userId, after, limit],
    );
    return rows.map(({ hash }) => hash);
  }

  sweep(before: number, limit: number): Promise<number> {
    return this.#db.step(async (run) => {
      const { count } = await run(
        `WITH unused AS (
           SELECT user_id, device_hash FROM devices WHERE last_used_at < $1 ORDER BY last_used_at LIMIT $2
           FOR UPDATE SKIP LOCKED
         ) DELETE FROM devices USING unused
         WHERE devices.user_id = unused.user_id AND devices.device_hash = unused.device_hash`,
        [before, limit],
      );
      return count;
    }, 'long');
  }
}
