/** Whose a session or a token is, by its hash: rows that are written once, so that what was read stays true. */

import { RecentRows } from '../../shared/session-cache.ts';
import type { Database, Run } from '../connection/transaction.ts';

/** Owners remembered: at most twice as many, of about 200 bytes each. */
const maxRemembered = 50_000;

/** A list of hashes as PostgreSQL reads an array of `bytea`. */
export function hashes(keys: readonly string[]): string {
  return `{${keys.map((key) => `"\\\\x${key}"`).join()}}`;
}

/**
 * Remembers owners that were found. A session that ended has an owner still, so knowing one says nothing about whether
 * what it owns is alive; of a hash that has none nothing is remembered.
 */
export class Owners {
  readonly #recent = new RecentRows<string>(maxRemembered);

  /** Finds the owners of hashes, those that have one. */
  async find(db: Pick<Database, 'read'>, keys: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const unknown: string[] = [];
    for (const key of keys) {
      const known = this.#recent.get(key);
      if (known === undefined) unknown.push(key);
      else found.set(key, known);
    }
    if (unknown.length === 0) return found;
    const { rows } = await db.read<{ key: string; userId: string }>(
      `SELECT encode(key, 'hex') AS key, user_id AS "userId" FROM owners WHERE key = ANY ($1::bytea[])`,
      [hashes(unknown)],
      'owners',
    );
    for (const { key, userId } of rows) {
      found.set(key, userId);
      this.#recent.set(key, userId);
    }
    return found;
  }

  /** Finds the owner of one hash. */
  async of(db: Pick<Database, 'read'>, key: string): Promise<string | undefined> {
    return (await this.find(db, [key])).get(key);
  }
}

/** Notes whose a new hash is; rejects if it has an owner already. */
export async function own(run: Run, key: string, userId: string): Promise<void> {
  await run(`INSERT INTO owners (key, user_id) VALUES (decode($1, 'hex'), $2)`, [key, userId]);
}

/** Forgets whose hashes are of which nothing is left. */
export async function disown(run: Run, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await run('DELETE FROM owners WHERE key = ANY ($1::bytea[])', [hashes(keys)]);
}
