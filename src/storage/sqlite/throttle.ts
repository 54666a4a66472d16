/** Throttle windows in SQLite: one counter per key, which survives a restart. */

import type { DatabaseSync } from 'node:sqlite';
import { type Counted, clockSlackMs, lastEnd, type Quota, type ThrottleStore } from '../port/port.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';

interface Window {
  readonly count: number;
  readonly windowEndsAt: number;
}

export function throttleIn(db: DatabaseSync, reader: Reader, writer: Writer): ThrottleStore {
  const select = db.prepare(
    'SELECT count, window_ends_at AS windowEndsAt FROM throttle WHERE key = unhex(?)',
  );
  const upsert = db.prepare(
    `INSERT INTO throttle (key, count, window_ends_at) VALUES (unhex(?), ?, ?)
     ON CONFLICT (key) DO UPDATE SET count = excluded.count, window_ends_at = excluded.window_ends_at`,
  );
  const decrement = db.prepare(
    'UPDATE throttle SET count = count - 1 WHERE key = unhex(?) AND window_ends_at = ? AND count > 0',
  );
  const remove = db.prepare('DELETE FROM throttle WHERE key = unhex(?)');
  const sweep = db.prepare(
    `DELETE FROM throttle WHERE key IN
     (SELECT key FROM throttle WHERE window_ends_at <= ? ORDER BY window_ends_at LIMIT ?)`,
  );

  function currentWindow({ key, windowMs }: Quota, now: number): Window {
    const row = select.get(key) as Window | undefined;
    const current = row && row.windowEndsAt > now && row.windowEndsAt <= now + windowMs + clockSlackMs;
    return current ? row : { count: 0, windowEndsAt: now + windowMs };
  }

  function refusal(quotas: readonly Quota[], now: number): Counted | undefined {
    const windows = quotas.map((quota) => ({ ...currentWindow(quota, now), limit: quota.limit }));
    const freeAt = lastEnd(windows.filter(({ count, limit }) => count >= limit));
    return freeAt === undefined ? undefined : { allowed: false, freeAt };
  }

  function count(quotas: readonly Quota[], now: number): Counted {
    const refused = refusal(quotas, now);
    if (refused) return refused;
    const windowEndsAt = quotas.map((quota) => {
      const window = currentWindow(quota, now);
      upsert.run(quota.key, window.count + 1, window.windowEndsAt);
      return window.windowEndsAt;
    });
    return { allowed: true, windowEndsAt };
  }

  return {
    async take(quotas, now) {
      // An attempt that is refused anyway is refused by a read: a flood of refusals costs no commit.
      const refused = reader.read(() => refusal(quotas, now));
      return refused ?? writer.write(() => count(quotas, now));
    },

    refund: (windows) =>
      writer.write(() => {
        for (const { key, windowEndsAt } of windows) decrement.run(key, windowEndsAt);
      }),

    look: async (keys) =>
      reader.read(() =>
        keys.flatMap((key) => {
          const row = select.get(key) as unknown as Window | undefined;
          return row ? [{ ...row, key }] : [];
        }),
      ),

    clear: (keys) =>
      writer.write(() => keys.reduce((removed, key) => removed + Number(remove.run(key).changes), 0)),

    sweep: (now, limit) => writer.write(() => Number(sweep.run(now, limit).changes)),
  };
}
