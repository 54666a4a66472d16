/** Throttle windows in PostgreSQL: one counter per key, counted by all nodes. */

import {
  type Counted,
  type CountWindow,
  clockSlackMs,
  lastEnd,
  type Quota,
  type ThrottleStore,
} from '../port/port.ts';
import type { Database, Run } from './connection/transaction.ts';

interface Window {
  readonly count: number;
  readonly windowEndsAt: number;
}

interface Filled extends Window {
  readonly quota: Quota;
}

/** Takes a whole step back because some quotas are full. */
class Full extends Error {
  readonly freeAt: number;

  constructor(freeAt: number) {
    super('a quota is full');
    this.freeAt = freeAt;
  }
}

const select = `SELECT count, window_ends_at AS "windowEndsAt" FROM throttle WHERE key = decode($1, 'hex')`;

/** Counts in the window that is kept, or in a new one. `$3` is where a new one ends, `$4` where none ends later. */
const isCurrent = 'kept.window_ends_at > $2 AND kept.window_ends_at <= $4';
const upsert = `INSERT INTO throttle AS kept (key, count, window_ends_at) VALUES (decode($1, 'hex'), 1, $3)
  ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN ${isCurrent} THEN kept.count + 1 ELSE 1 END,
    window_ends_at = CASE WHEN ${isCurrent} THEN kept.window_ends_at ELSE excluded.window_ends_at END
  RETURNING count, window_ends_at AS "windowEndsAt"`;

const decrement = `UPDATE throttle SET count = count - 1
  WHERE key = decode($1, 'hex') AND window_ends_at = $2 AND count > 0`;

export function throttleIn(db: Database): ThrottleStore {
  async function currentWindow({ key, windowMs }: Quota, now: number): Promise<Window> {
    const { rows } = await db.read<Window>(select, [key]);
    const row = rows[0];
    const current = row && row.windowEndsAt > now && row.windowEndsAt <= now + windowMs + clockSlackMs;
    return current ? row : { count: 0, windowEndsAt: now + windowMs };
  }

  /** Until when an attempt would be refused, as far as a look can tell. */
  async function fullUntil(quotas: readonly Quota[], now: number): Promise<number | undefined> {
    const windows = await Promise.all(
      quotas.map(async (quota) => ({ quota, ...(await currentWindow(quota, now)) })),
    );
    return lastEnd(windows.filter(({ count, quota }) => count >= quota.limit));
  }

  return {
    async take(quotas, now) {
      // An attempt that is refused anyway is refused by a read: a flood of refusals costs no commit.
      const freeAt = await fullUntil(quotas, now);
      if (freeAt !== undefined) return { allowed: false, freeAt };
      try {
        const filled = await db.step((run) => count(run, quotas, now));
        const ends = new Map(filled.map(({ quota, windowEndsAt }) => [quota, windowEndsAt]));
        return { allowed: true, windowEndsAt: quotas.map((quota) => ends.get(quota) as number) };
      } catch (error) {
        if (error instanceof Full) return { allowed: false, freeAt: error.freeAt } satisfies Counted;
        throw error;
      }
    },

    refund: (windows) =>
      db.step(async (run) => {
        for (const { key, windowEndsAt } of inOrder(windows)) await run(decrement, [key, windowEndsAt]);
      }),

    async look(keys) {
      const { rows } = await db.read<CountWindow>(
        `SELECT encode(key, 'hex') AS key, count, window_ends_at AS "windowEndsAt" FROM throttle
         WHERE key IN (SELECT decode(written, 'hex') FROM unnest($1::text[]) AS written)`,
        [keys],
      );
      return rows;
    },

    // Held in the order of their keys, like those of an attempt.
    clear: (keys) =>
      db.step(async (run) => {
        const { count } = await run(
          `WITH held AS (
             SELECT key FROM throttle
             WHERE key IN (SELECT decode(written, 'hex') FROM unnest($1::text[]) AS written) ORDER BY key FOR UPDATE
           ) DELETE FROM throttle USING held WHERE throttle.key = held.key`,
          [keys],
        );
        return count;
      }),

    // A window that is being counted in just now is not over: it is left alone.
    sweep: (now, limit) =>
      db.step(async (run) => {
        const { count } = await run(
          `WITH over AS (
             SELECT key FROM throttle WHERE window_ends_at <= $1 ORDER BY window_ends_at LIMIT $2
             FOR UPDATE SKIP LOCKED
           ) DELETE FROM throttle USING over WHERE throttle.key = over.key`,
          [now, limit],
        );
        return count;
      }, 'long'),
  };
}

/** Every step holds counters in the order of their keys: so no two steps wait for each other. */
function inOrder<Counter extends { readonly key: string }>(counters: readonly Counter[]): Counter[] {
  return counters.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Counts under all quotas, each held from then on. */
async function count(run: Run, quotas: readonly Quota[], now: number): Promise<Filled[]> {
  const filled: Filled[] = [];
  for (const quota of inOrder(quotas)) {
    const end = now + quota.windowMs;
    const { rows } = await run<Window>(upsert, [quota.key, now, end, end + clockSlackMs]);
    filled.push({ quota, ...(rows[0] as Window) });
  }
  const freeAt = lastEnd(filled.filter(({ count, quota }) => count > quota.limit));
  if (freeAt !== undefined) throw new Full(freeAt);
  return filled;
}
