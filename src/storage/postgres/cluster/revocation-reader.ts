/** Reads the feed of revocations over the dedicated connection, so that the cache of this node may be trusted (ruling N2). */

import type pg from 'pg';
import { type RevocationListener, StoreUnavailable } from '../../port/port.ts';
import { maxUnread, type RevocationRow, tell } from '../../shared/revocations.ts';
import type { Client } from '../connection/client.ts';
import { readOnly } from '../connection/errors.ts';
import { inTime } from '../connection/time-limit.ts';
import { triggers } from '../schema.ts';

/**
 * Notifications cause at most four reads in half a second, and in half the time of trust if that is shorter: the first ones are
 * not delayed, and a flood costs little.
 */
const maxReads = 4;
const readsMs = 500;

/** The longest wait for an answer, and for a lock on the table, in milliseconds. */
const answerMs = 1_000;
const lockMs = 250;

const emptied =
  'The table revocations was emptied. The next sweep mends it; until then every session check asks the database.';
const unwritten =
  'Triggers that write the table revocations are missing or disabled, so every session check asks the database. ' +
  'Enable them (ALTER TABLE … ENABLE TRIGGER ALL), or restore the database from a backup.';

/** The state of the feed when it was read, or when a mark was set. */
export interface Position {
  /** The snapshot of that instant (PostgreSQL, `pg_current_snapshot`). What a read shows was told to the listener. */
  readonly snapshot: string;
  /**
   * The start of the server, and the tables that a check reads and the feed. A connection of a pooler may lead to another
   * server; other tables come from a restored dump.
   */
  readonly source: string;
}

interface Answer extends Position {
  /** Whether every trigger is there and enabled that writes the feed. */
  readonly isWritten: boolean;
  /** Whether a mark is left, without which no later read could be continuous. */
  readonly hasMark: boolean;
  /** Whether a mark is left that the last read saw: then no row was removed since that it did not see. */
  readonly isContinuous: boolean;
  /** Rows that the last read did not see, at most one more than `maxUnread`. */
  readonly kinds: readonly RevocationRow['kind'][];
  readonly keys: readonly string[];
}

export interface ReaderOptions {
  /** How long the feed counts as fresh after a read was sent, in milliseconds; 0 never. */
  readonly trustMs: number;
  /** Whether a connection leads to a server that accepts no writes: then its rows may be old. */
  readonly isReadOnly: (client: pg.ClientBase) => boolean;
  /** Called when the feed cannot be read, with the error, and when it can be read again. */
  readonly onChange: (error?: unknown) => void;
  /** Called after a read, with the instants in the notifications that caused it. */
  readonly onRead: (notifiedAt: readonly number[]) => void;
}

/**
 * Rows are found by transaction, not by number: a row becomes visible when its transaction commits, which may be long after
 * rows with higher numbers. A read tells of the rows that its snapshot shows and the last one did not.
 */
export class RevocationReader {
  readonly #options: ReaderOptions;
  #listener: RevocationListener | undefined;
  #client: Client | undefined;
  #position: Position | undefined;
  /** When the last read was sent whose answer the listener knows. */
  #freshAt = Number.NEGATIVE_INFINITY;
  #isReading = false;
  /** The instants in notifications that no read has answered yet. */
  #notifiedAt: number[] = [];
  /** When the last reads were sent. */
  #sentAt: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  listen(listener: RevocationListener): void {
    this.#listener = listener;
    this.#restart();
  }

  /** Whether the listener knows every revocation that was committed `trustMs` ago. */
  get isFresh(): boolean {
    return this.ageMs < this.#options.trustMs;
  }

  /** The time since the last successful read was sent, in milliseconds. */
  get ageMs(): number {
    return performance.now() - this.#freshAt;
  }

  /** Reads over a new connection from now on: it may lead to another server. */
  start(client: Client): void {
    this.#client = client;
    this.#restart();
    this.#schedule(0);
  }

  stop(): void {
    this.#client = undefined;
    clearTimeout(this.#timer);
  }

  /** Another node revoked something at an instant: reads soon. */
  notify(at: number): void {
    if (this.#notifiedAt.length < maxUnread) this.#notifiedAt.push(at);
    if (!this.#isReading) this.#schedule();
  }

  /** The next read is due in a quarter of the time of trust; if there are notifications, as soon as they may cause one. */
  #schedule(ms = this.#options.trustMs / 4): void {
    clearTimeout(this.#timer);
    const { trustMs } = this.#options;
    if (!this.#client || trustMs === 0) return;
    const first = this.#sentAt.length < maxReads ? Number.NEGATIVE_INFINITY : Number(this.#sentAt[0]);
    const pauseMs = first + Math.min(readsMs, trustMs / 2) - performance.now();
    const waitMs = this.#notifiedAt.length > 0 ? pauseMs : ms;
    // A timer takes a millisecond or two.
    if (waitMs <= 0) void this.#read();
    else this.#timer = setTimeout(() => void this.#read(), waitMs).unref();
  }

  async #read(): Promise<void> {
    const client = this.#client;
    if (!client || this.#isReading) return;
    this.#isReading = true;
    let notifiedAt: number[] = [];
    const position = this.#position;
    const sentAt = performance.now();
    this.#sentAt = [...this.#sentAt.slice(1 - maxReads), sentAt];
    try {
      const answer = await inTime(
        answerMs,
        client.inTurn(() => {
          notifiedAt = this.#notifiedAt.splice(0);
          return ask(client, position);
        }),
      );
      if (this.#options.isReadOnly(client)) throw new StoreUnavailable(readOnly);
      // An answer over a connection that was given up, or to another listener, says nothing about now.
      if (client !== this.#client || position !== this.#position) return;
      this.#apply(answer, sentAt);
      this.#options.onRead(notifiedAt);
      this.#note();
    } catch (error) {
      if (client === this.#client) this.#note(error);
    } finally {
      this.#isReading = false;
      this.#schedule(client === this.#client ? undefined : 0);
    }
  }

  #apply(answer: Answer, sentAt: number): void {
    const { snapshot, source, isWritten, hasMark, isContinuous, kinds, keys } = answer;
    const last = this.#position;
    const isNext =
      last && isContinuous && source === last.source && xminOf(snapshot) >= xminOf(last.snapshot);
    if (!isNext) this.#listener?.allRevoked(last ? 'missed' : 'first_read');
    else if (this.#listener) tell(this.#listener, rowsOf(kinds, keys));
    const isReliable = hasMark && isWritten;
    this.#position = isReliable ? { snapshot, source } : undefined;
    this.#freshAt = isReliable ? sentAt : Number.NEGATIVE_INFINITY;
    if (!isReliable) throw new StoreUnavailable(hasMark ? unwritten : emptied);
  }

  #restart(): void {
    this.#position = undefined;
    this.#notifiedAt = [];
    this.#freshAt = Number.NEGATIVE_INFINITY;
  }

  #note(error?: unknown): void {
    if (this.#isFailing === (error !== undefined)) return;
    this.#isFailing = error !== undefined;
    this.#options.onChange(error);
  }
}

/** Not of a row from a restored dump, whose transaction may be one that is still to come here. */
export const isOwn = '(xid < pg_snapshot_xmax(pg_current_snapshot()))';

const tables = ['revocations', 'sessions', 'users', 'auth'].map((table) => `'${table}'::regclass::oid`);
/** The start of the server, and the tables of a check (`Position.source`). */
export const identities = ['extract(epoch FROM pg_postmaster_start_time())', ...tables].join(" || ',' || ");

const hasTriggers = `(SELECT count(*) = ${triggers} FROM pg_catalog.pg_trigger
  WHERE tgrelid IN (${tables.join()}) AND tgname LIKE 'revoke%' AND tgenabled IN ('O', 'A'))`;

/** Reads the rows that a snapshot does not show. Nothing waits for long if the table is locked. */
async function ask(client: pg.ClientBase, last: Position | undefined): Promise<Answer> {
  const isNew = last ? `NOT pg_visible_in_snapshot(xid, ${literal(last.snapshot)})` : 'false';
  const isSeen = last ? `pg_visible_in_snapshot(xid, ${literal(last.snapshot)})` : 'false';
  const from = last ? `xid >= pg_snapshot_xmin(${literal(last.snapshot)})` : 'true';
  const results = await client.query(`
    SET LOCAL lock_timeout = ${lockMs};
    WITH unread AS MATERIALIZED (
      SELECT kind, key FROM revocations
      WHERE ${from} AND ${isNew} AND ${isOwn} AND kind <> 'mark' LIMIT ${maxUnread + 1}
    )
    SELECT pg_current_snapshot()::text AS snapshot,
      ${identities} AS source, ${hasTriggers} AS "isWritten",
      EXISTS (SELECT FROM revocations WHERE kind = 'mark' AND ${isOwn}) AS "hasMark",
      EXISTS (SELECT FROM revocations WHERE kind = 'mark' AND ${isOwn} AND ${isSeen}) AS "isContinuous",
      ARRAY (SELECT kind FROM unread) AS kinds, ARRAY (SELECT key FROM unread) AS keys`);
  const { rows } = [results].flat().at(-1) as pg.QueryResult<Answer>;
  return rows[0] as Answer;
}

function literal(snapshot: string): string {
  if (!/^[\d:,]+$/.test(snapshot)) throw new StoreUnavailable(`No snapshot of PostgreSQL: ${snapshot}`);
  return `'${snapshot}'::pg_snapshot`;
}

function rowsOf(kinds: Answer['kinds'], keys: Answer['keys']): RevocationRow[] {
  return kinds.map((kind, n) => ({ kind, key: keys[n] ?? '' }));
}

/** The oldest transaction that was in progress: it goes back only on another server. */
function xminOf(snapshot: string): bigint {
  return BigInt(snapshot.split(':')[0] ?? 0);
}
