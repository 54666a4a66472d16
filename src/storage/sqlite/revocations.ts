/** The feed of revocations in SQLite: rows under numbers that never come back, read in every snapshot that may have new ones. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RevocationFeed, RevocationListener } from '../port/port.ts';
import { maxUnread, type RevocationRow, SeenPositions, tell } from '../shared/revocations.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';
import { triggers } from './schema.ts';

export class SqliteRevocations implements RevocationFeed {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #select: StatementSync;
  readonly #selectEnds: StatementSync;
  readonly #schemaVersion: StatementSync;
  readonly #countTriggers: StatementSync;
  readonly #insertMark: StatementSync;
  readonly #delete: StatementSync;
  readonly #seen = new SeenPositions<number>();
  #listener: RevocationListener | undefined;
  /** The number of the last row that was read; `undefined` before the first, and while the feed cannot be relied on. */
  #position: number | undefined;
  /** The version of the tables: it changes if one is dropped, renamed or made anew, or the file is restored in place. */
  #schema: unknown;

  constructor(db: DatabaseSync, reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
    this.#select = db.prepare('SELECT kind, key FROM revocations WHERE seq = ?');
    this.#selectEnds = db.prepare(
      'SELECT (SELECT min(seq) FROM revocations) AS oldest, (SELECT max(seq) FROM revocations) AS newest',
    );
    this.#schemaVersion = db.prepare('PRAGMA schema_version');
    this.#countTriggers = db.prepare(
      "SELECT count(*) AS count FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'revoke%'",
    );
    this.#insertMark = db.prepare("INSERT INTO revocations (kind) VALUES ('mark')");
    this.#delete = db.prepare(
      'DELETE FROM revocations WHERE seq IN (SELECT seq FROM revocations WHERE seq < ? ORDER BY seq LIMIT ?)',
    );
    reader.onChange(() => this.#readOn());
  }

  listen(listener: RevocationListener): void {
    this.#listener = listener;
    this.#position = undefined;
  }

  /** All that was acknowledged before the snapshot of this turn. */
  isFresh(): boolean {
    return this.#reader.read(() => {
      if (this.#position === undefined) this.#readOn();
      return this.#position !== undefined;
    });
  }

  async sweep(limit: number, now = performance.now()): Promise<number> {
    const { oldest, newest } = this.#reader.read(() => this.#ends());
    if (oldest === undefined || newest === undefined) {
      await this.#writer.write(() => this.#insertMark.run());
      return 0;
    }
    this.#seen.add(newest, now);
    const due = this.#seen.due(now);
    // The row itself stays: it shows the others how far they have read.
    if (due === undefined || oldest >= due) return 0;
    return this.#writer.write(() => Number(this.#delete.run(due, limit).changes));
  }

  /** Reads the rows after the last one. Numbers have no gaps: a row that is missing was removed before it was read. */
  #readOn(): void {
    if (!this.#listener) return;
    const schema = this.#schemaVersion.get()?.['schema_version'];
    const rows = schema === this.#schema ? this.#unread() : undefined;
    if (rows) tell(this.#listener, rows);
    else this.#listener.allRevoked(this.#position === undefined ? 'first_read' : 'missed');
    this.#schema = schema;
    this.#position = rows ? this.#ends().newest : this.#start();
  }

  /**
   * The rows after the last one; `undefined` if one of them is gone, or the last one. They are read one by one: for a range,
   * SQLite reads the whole table if its statistics say that it is small.
   */
  #unread(): RevocationRow[] | undefined {
    const { newest } = this.#ends();
    if (this.#position === undefined || newest === undefined || newest < this.#position) return undefined;
    const last = Math.min(newest, this.#position + maxUnread + 1);
    const rows: RevocationRow[] = [];
    for (let seq = this.#position; seq <= last; seq += 1) {
      const row = this.#select.get(seq) as RevocationRow | undefined;
      if (!row) return undefined;
      if (seq > this.#position) rows.push(row);
    }
    return rows;
  }

  /** Where to read on without the rows until now; `undefined` if a trigger that writes rows is missing. */
  #start(): number | undefined {
    return this.#countTriggers.get()?.['count'] === triggers ? this.#ends().newest : undefined;
  }

  #ends(): { readonly oldest: number | undefined; readonly newest: number | undefined } {
    const { oldest, newest } = this.#selectEnds.get() as Record<'oldest' | 'newest', number | null>;
    return { oldest: oldest ?? undefined, newest: newest ?? undefined };
  }
}
