/** Single-use tokens in PostgreSQL: one row each under its user and its hash, removed by its first use. */

import { clockSlackMs, type Token, type TokenStore } from '../port/port.ts';
import { disown, type Owners, own } from './cluster/owners.ts';
import type { Database, Run } from './connection/transaction.ts';
import { lockUserExclusive, lockUserShared } from './user-lock.ts';

const columns = 'user_id AS "userId", purpose, email, expires_at AS "expiresAt"';
const oneToken = `tokens WHERE user_id = $1 AND token_hash = decode($2, 'hex') AND purpose = $3`;

/** A token with the hash it was kept under. */
interface Removed {
  readonly tokenHash: string;
}

/**
 * What the owner of a token is kept under in `owners`: the complement of its hash, so that a token and a session never
 * share a row there.
 */
export function tokenKey(tokenHash: string): string {
  return tokenHash.replace(/[\da-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));
}

export function tokensIn(db: Database, owners: Owners): TokenStore {
  return {
    insert: (tokenHash, { userId, purpose, email, expiresAt }, limit) =>
      db.step(async (run) => {
        const hold = limit === undefined ? lockUserShared : lockUserExclusive;
        if (!(await hold(run, userId))) return;
        await run(
          `INSERT INTO tokens (user_id, token_hash, purpose, email, expires_at)
           VALUES ($1, decode($2, 'hex'), $3, $4, $5)`,
          [userId, tokenHash, purpose, email, expiresAt],
        );
        await own(run, tokenKey(tokenHash), userId);
        if (limit === undefined) return;
        await dropTokens(
          run,
          `user_id = $1 AND token_hash IN (
             SELECT token_hash FROM tokens WHERE user_id = $1 AND purpose = $2 AND email = $3
             ORDER BY expires_at > $4, expires_at DESC OFFSET $5
           )`,
          [userId, purpose, email, expiresAt + clockSlackMs, limit],
        );
      }),

    async find(tokenHash, purpose) {
      const userId = await owners.of(db, tokenKey(tokenHash));
      if (userId === undefined) return undefined;
      const { rows } = await db.read<Token>(`SELECT ${columns} FROM ${oneToken}`, [
        userId,
        tokenHash,
        purpose,
      ]);
      return rows[0];
    },

    async take(tokenHash, purpose) {
      const userId = await owners.of(db, tokenKey(tokenHash));
      if (userId === undefined) return undefined;
      return db.step(async (run) => {
        await lockUserExclusive(run, userId);
        const token = [userId, tokenHash, purpose];
        const { rows } = await run<Token>(`DELETE FROM ${oneToken} RETURNING ${columns}`, token);
        if (rows[0]) await disown(run, [tokenKey(tokenHash)]);
        return rows[0];
      });
    },

    removeOfUser: (userId, purpose) =>
      db.step(async (run) => {
        await lockUserExclusive(run, userId);
        await dropTokens(run, 'user_id = $1 AND purpose = $2', [userId, purpose]);
      }),

    sweep: (now, latest, limit) =>
      db.step(
        (run) =>
          dropTokens(
            run,
            `(user_id, token_hash) IN (
               SELECT user_id, token_hash FROM tokens WHERE expires_at <= $1 OR expires_at > $2
               ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED
             )`,
            [now, latest, limit],
          ),
        'long',
      ),
  };
}

/** Removes all tokens of a user inside a step; returns how many. */
export function dropTokensOf(run: Run, userId: string): Promise<number> {
  return dropTokens(run, 'user_id = $1', [userId]);
}

async function dropTokens(run: Run, condition: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await run<Removed>(
    `DELETE FROM tokens WHERE ${condition} RETURNING encode(token_hash, 'hex') AS "tokenHash"`,
    values,
  );
  await disown(
    run,
    rows.map(({ tokenHash }) => tokenKey(tokenHash)),
  );
  return rows.length;
}
