/** What an import keeps on the disk while it runs, in a temporary database of SQLite. */

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { CannotWrite, sentencesOf } from '../../../disk-errors.ts';
import type { ImportSpool, SpooledAccount, SpooledSession, SpoolPlace } from '../../port/imports.ts';
import { isFull } from '../connection/errors.ts';
import { openTemporary } from './temporary-database.ts';

/** Pages in memory, in KiB; the rest is on the disk. */
const cacheKiB = 4_096;

const tables = `
  CREATE TABLE accounts (
    number        INTEGER PRIMARY KEY,
    user_id       TEXT NOT NULL UNIQUE,
    identifier    TEXT NOT NULL,
    file          INTEGER NOT NULL,
    line          INTEGER NOT NULL,
    password_hash TEXT,
    is_coming     INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE TABLE names (canonical TEXT PRIMARY KEY, user_id TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE sessions (
    number  INTEGER PRIMARY KEY,
    id_hash BLOB NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    file    INTEGER NOT NULL,
    line    INTEGER NOT NULL,
    rest    TEXT NOT NULL
  ) STRICT;
`;

export function openSpool(): ImportSpool {
  return new SqliteSpool();
}

/** By the names of the parameters. */
type Values = Record<string, SQLInputValue>;

class SqliteSpool implements ImportSpool {
  readonly #db: DatabaseSync = openTemporary(tables, cacheKiB);
  readonly #statements = new Map<string, StatementSync>();

  addAccount({ userId, identifier, place, passwordHash }: SpooledAccount): SpoolPlace | undefined {
    const changed = this.#run(
      `INSERT INTO accounts (user_id, identifier, file, line, password_hash)
       VALUES ($userId, $identifier, $file, $line, $passwordHash) ON CONFLICT DO NOTHING`,
      { userId, identifier, ...place, passwordHash },
    );
    return changed ? undefined : this.placeOf(userId);
  }

  placeOf(userId: string): SpoolPlace | undefined {
    return this.#get<SpoolPlace>('SELECT file, line FROM accounts WHERE user_id = $userId', { userId });
  }

  leaveOut(userId: string): void {
    this.#run('UPDATE accounts SET is_coming = 0 WHERE user_id = $userId', { userId });
  }

  isComing(userId: string): boolean {
    return (
      this.#get('SELECT 1 FROM accounts WHERE user_id = $userId AND is_coming = 1', { userId }) !== undefined
    );
  }

  claimName(canonical: string, userId: string): string {
    this.#run('INSERT INTO names VALUES ($canonical, $userId) ON CONFLICT DO NOTHING', { canonical, userId });
    const row = this.#get<{ holder: string }>(
      'SELECT user_id AS holder FROM names WHERE canonical = $canonical',
      { canonical },
    );
    return row?.holder ?? userId;
  }

  addSession({ idHash, userId, place, rest }: SpooledSession): ReturnType<ImportSpool['addSession']> {
    const changed = this.#run(
      'INSERT INTO sessions (id_hash, user_id, file, line, rest) VALUES (unhex($idHash), $userId, $file, $line, $rest) ON CONFLICT DO NOTHING',
      { idHash, userId, ...place, rest },
    );
    if (changed) return undefined;
    return this.#get('SELECT file, line, user_id AS userId FROM sessions WHERE id_hash = unhex($idHash)', {
      idHash,
    });
  }

  hasSession(idHash: string): boolean {
    return this.#get('SELECT 1 FROM sessions WHERE id_hash = unhex($idHash)', { idHash }) !== undefined;
  }

  sessions(after: number, limit: number): readonly (SpooledSession & { readonly number: number })[] {
    const rows = this.#all(
      `SELECT number, lower(hex(id_hash)) AS idHash, user_id AS userId, file, line, rest FROM sessions
       WHERE number > $after ORDER BY number LIMIT $limit`,
      { after, limit },
    );
    return rows.map(({ file, line, ...rest }) => ({ ...rest, place: { file, line } })) as never;
  }

  credentials(after: number, limit: number): readonly (SpooledAccount & { readonly number: number })[] {
    const rows = this.#all(
      `SELECT number, user_id AS userId, identifier, file, line, password_hash AS passwordHash FROM accounts
       WHERE number > $after AND password_hash IS NOT NULL ORDER BY number LIMIT $limit`,
      { after, limit },
    );
    return rows.map(({ file, line, ...rest }) => ({ ...rest, place: { file, line } })) as never;
  }

  get sessionCount(): number {
    return this.#get<{ all: number }>('SELECT count(*) AS "all" FROM sessions', {})?.all ?? 0;
  }

  get credentialCount(): number {
    const counted = 'SELECT count(password_hash) AS "all" FROM accounts';
    return this.#get<{ all: number }>(counted, {})?.all ?? 0;
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  #run(sql: string, values: Values): boolean {
    try {
      return Number(this.#statement(sql).run(values).changes) > 0;
    } catch (error) {
      throw explainedSpool(error);
    }
  }

  #get<Row>(sql: string, values: Values): Row | undefined {
    return this.#statement(sql).get(values) as Row | undefined;
  }

  #all(sql: string, values: Values): Record<string, unknown>[] {
    return this.#statement(sql).all(values);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }
}

/** Says what to do about a full disk. */
export function explainedSpool(error: unknown): unknown {
  if (!isFull(error)) return error;
  const said = sentencesOf('ENOSPC', 'set TMPDIR to a folder on another disk');
  return new CannotWrite('ENOSPC', `Cannot write the temporary file of the import: ${said}`, error);
}
