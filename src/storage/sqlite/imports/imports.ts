/** The store of imports in SQLite, which is loaded when the first import, or the first look at what was imported, needs it. */

import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AccountOutcome,
  AccountToImport,
  AuditContext,
  HashKinds,
  HashToWrap,
  ImportRun,
  ImportStore,
  SessionOutcome,
  SessionToImport,
} from '../../port/port.ts';
import { assertAccounts, assertBatch } from '../../shared/imports/assert-batch.ts';
import {
  hashKindsOf,
  type KindSample,
  maxCounted,
  maxKinds,
  maxOwnRead,
  type ReadCredential,
} from '../../shared/imports/hash-kinds.ts';
import type { AuditChain } from '../audit/audit-chain.ts';
import type { Reader } from '../connection/reader.ts';
import type { Writer } from '../connection/writer.ts';
import type { SessionRemoval } from '../sessions/session-removal.ts';
import { ImportedAccounts } from './imported-accounts.ts';
import { ImportedSessions } from './imported-sessions.ts';

/**
 * The cache of a process that imports, in KiB. The rows of a batch go to pages all over the file: with the usual cache most
 * of them would be written and read again within a batch.
 */
const cacheKiB = 65_536;

/** Attempts to write the log of a batch into the file, with a pause in milliseconds between two of them. */
const maxCheckpoints = 5;
const checkpointPauseMs = 1;

export interface ImportParts {
  readonly db: DatabaseSync;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly chain: AuditChain;
  /** Ends sessions inside a step. */
  readonly removal: SessionRemoval;
}

export function importStore(parts: ImportParts): ImportStore {
  // Statements of a closed database cannot be prepared.
  return parts.reader.read(() => new SqliteImports(parts));
}

class SqliteImports implements ImportStore {
  readonly #parts: ImportParts;
  readonly #accounts: ImportedAccounts;
  readonly #sessions: ImportedSessions;
  readonly #statements: ReturnType<typeof prepareAll>;
  #isCacheLarge = false;

  constructor(parts: ImportParts) {
    this.#parts = parts;
    this.#accounts = new ImportedAccounts(parts.db, parts.chain, parts.removal);
    this.#sessions = new ImportedSessions(parts.db, parts.chain.digest);
    this.#statements = prepareAll(parts.db);
  }

  async writeAccounts(
    accounts: readonly AccountToImport[],
    run: ImportRun,
    context: AuditContext,
  ): Promise<readonly AccountOutcome[]> {
    assertAccounts(accounts);
    return this.#step(run, () => this.#accounts.write(accounts, run, context));
  }

  async writeSessions(
    sessions: readonly SessionToImport[],
    run: ImportRun,
  ): Promise<readonly SessionOutcome[]> {
    assertBatch(sessions);
    return this.#step(run, () => this.#sessions.write(sessions, run));
  }

  async liveFrom(source: string, at: number, after: string, limit: number): Promise<readonly string[]> {
    const rows = this.#parts.reader.read(() => this.#statements.live.all(after, source, at, limit));
    return rows.map(({ idHash }) => String(idHash));
  }

  prune(source: string, idHashes: readonly string[], context: AuditContext): Promise<number> {
    const { isFrom } = this.#statements;
    return this.#parts.writer.write(() => {
      const imported = idHashes.filter((idHash) => isFrom.get(idHash, source));
      return this.#parts.removal.endEach(imported, context, undefined).size;
    });
  }

  wrapHash({ userId, expected, passwordHash, hashKind }: HashToWrap, context?: AuditContext) {
    const { wrap, setKind } = this.#statements;
    return this.#parts.writer.write(() => {
      if (wrap.run(passwordHash, userId, expected).changes === 0) return false;
      // The trigger has taken it for a hash of another password.
      setKind.run(hashKind, userId);
      this.#parts.chain.append(context, { userId });
      return true;
    });
  }

  async credentialsWith(prefixes: readonly string[], after: string, limit: number) {
    const { db, reader } = this.#parts;
    const select = `SELECT auth.user_id AS userId, password_hash AS passwordHash ${credentials} AND ${isPrefixed(prefixes)}
      AND imported_accounts.user_id > $after ORDER BY imported_accounts.user_id LIMIT $limit`;
    const rows = reader.read(() => db.prepare(select).all({ ...named(prefixes), after, limit }));
    return rows as unknown as { userId: string; passwordHash: string }[];
  }

  async countWith(prefixes: readonly string[]): Promise<number> {
    const { db, reader } = this.#parts;
    const count = `SELECT count(*) AS count ${credentials} AND ${isPrefixed(prefixes)}`;
    return Number(reader.read(() => db.prepare(count).get(named(prefixes)))?.['count']);
  }

  async hashKinds(): Promise<readonly HashKinds[]> {
    const { nextForm, nextKind, sample, own } = this.#statements;
    return this.#parts.reader.read(() => {
      const kinds: KindSample[] = [];
      let next = nextForm.get('') as Kind | undefined;
      while (next && kinds.length < maxKinds) {
        const { form, kind } = next;
        kinds.push({ form, kind, ...sample.get({ form, kind, limit: maxCounted }) } as unknown as KindSample);
        next = (nextKind.get(form, kind) ?? nextForm.get(form)) as Kind | undefined;
      }
      if (kinds.length === 0) return [];
      return hashKindsOf(kinds, own.all(maxOwnRead) as unknown as ReadCredential[]);
    });
  }

  /** Runs a step; a dry run is taken back before anything of it is written. */
  async #step<Outcome>(run: ImportRun, step: () => Outcome): Promise<Outcome> {
    const { db, writer } = this.#parts;
    if (!this.#isCacheLarge) db.exec(`PRAGMA cache_size = -${cacheKiB}`);
    this.#isCacheLarge = true;
    if (!run.isDryRun) {
      const outcome = await writer.write(step);
      await this.#checkpoint();
      return outcome;
    }
    return writer.write(() => {
      db.exec('SAVEPOINT dry_run');
      try {
        return step();
      } finally {
        if (db.isTransaction) db.exec('ROLLBACK TO dry_run; RELEASE dry_run');
      }
    });
  }

  /**
   * Writes the log of a batch into the file. Otherwise the next small commit of a running server would do it, and all of its
   * requests would wait. A snapshot that is open in another process holds a part of it back.
   */
  async #checkpoint(): Promise<void> {
    for (let n = 1; n <= maxCheckpoints; n += 1) {
      try {
        const { log, checkpointed } = this.#statements.checkpoint.get() as Record<string, number>;
        if (log === checkpointed) return;
      } catch {
        // The batch is durable, and the next one meets the same disk.
        return;
      }
      await sleep(checkpointPauseMs);
    }
  }
}

/** Whether a hash begins with one of some prefixes, which are the named values of the condition. */
const isPrefixed = (prefixes: readonly string[]) =>
  `(${['0', ...prefixes.map((_, n) => `substr(password_hash, 1, length($p${n})) = $p${n}`)].join(' OR ')})`;

const named = (prefixes: readonly string[]) => Object.fromEntries(prefixes.map((text, n) => [`p${n}`, text]));

/** The plus keeps the order of imported accounts. */
const credentials = `FROM imported_accounts CROSS JOIN auth ON auth.user_id = +imported_accounts.user_id
  WHERE hash_kind <> ''`;

interface Kind {
  readonly form: string;
  readonly kind: string;
}

function prepareAll(db: DatabaseSync) {
  const kind =
    'SELECT name_form AS form, hash_kind AS kind FROM imported_accounts INDEXED BY imported_accounts_by_kind';
  const ofKind = 'FROM imported_accounts WHERE name_form = $form AND hash_kind = $kind ORDER BY sample_key';
  return {
    checkpoint: db.prepare('PRAGMA wal_checkpoint(PASSIVE)'),
    live: db.prepare(
      `SELECT lower(hex(id_hash)) AS idHash FROM imported_sessions
       WHERE id_hash > unhex(?) AND source = ?
         AND EXISTS (SELECT 1 FROM sessions WHERE sessions.id_hash = +imported_sessions.id_hash AND idle_expires_at > ?)
       ORDER BY id_hash LIMIT ?`,
    ),
    isFrom: db.prepare('SELECT 1 FROM imported_sessions WHERE id_hash = unhex(?) AND source = ?'),
    wrap: db.prepare('UPDATE auth SET password_hash = ? WHERE user_id = ? AND password_hash = ?'),
    setKind: db.prepare('UPDATE imported_accounts SET hash_kind = ? WHERE user_id = ?'),
    // Two questions: to compare both columns at once, SQLite would read all rows of a form.
    nextForm: db.prepare(`${kind} WHERE name_form > ? ORDER BY name_form, hash_kind LIMIT 1`),
    nextKind: db.prepare(`${kind} WHERE name_form = ? AND hash_kind > ? ORDER BY hash_kind LIMIT 1`),
    sample: db.prepare(
      `SELECT count(*) AS seen, max(sample_key) AS lastKey,
         (SELECT password_hash FROM auth WHERE user_id = (SELECT user_id ${ofKind} LIMIT 1)) AS example
       FROM (SELECT sample_key ${ofKind} LIMIT $limit)`,
    ),
    // Read from the index of the user ids, which has the canonical forms.
    own: db.prepare(
      `SELECT user_id AS userId, canonical,
         EXISTS (SELECT 1 FROM imported_accounts WHERE imported_accounts.user_id = auth.user_id) AS isImported
       FROM auth ORDER BY user_id LIMIT ?`,
    ),
  };
}
