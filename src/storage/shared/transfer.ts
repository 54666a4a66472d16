/** Moves all rows of one database into another, page by page, and verifies that all arrived. */

import { setImmediate as pause } from 'node:timers/promises';
import {
  type AuditEntry,
  type ChainLink,
  type Moved,
  type Progress,
  type Readable,
  type RowUnfit,
  StoreUnusable,
  shapeOf,
  type TransferRow,
  type TransferSource,
  type TransferTable,
  type TransferTarget,
  transferTables,
} from '../port/port.ts';
import { type Digest, endsLost } from './audit-chain.ts';
import { follow } from './verify-chain.ts';

export interface TransferOptions {
  readonly digest: Digest;
  /** The id of the copy, if a new one begins. */
  readonly copy: string;
  /** Servers may continue to use the source. */
  readonly keepSource: boolean;
  readonly now: number;
  readonly progress: Progress;
}

export interface Transferred {
  /** The number of rows of each table. */
  readonly rows: Readonly<Record<TransferTable, number>>;
  /** Rows without a user, which are not copied. */
  readonly leftBehind: number;
  /** `again`: an earlier copy was discarded, since the source has changed. */
  readonly begun: 'afresh' | 'resumed' | 'again';
  /** Whether the audit chain is intact; if not, it was broken in the source already. */
  readonly isAuditIntact: boolean;
}

export type TransferRefusal =
  | RowUnfit
  | { readonly refused: 'source_in_use' | 'target_in_use' | 'target_exists' }
  | { readonly refused: 'source_moved'; readonly moved: Moved }
  /** The target holds an unfinished copy of another source. */
  | { readonly refused: 'target_of_another'; readonly from: string }
  | { readonly refused: 'copy_differs'; readonly table: TransferTable };

/** The digest of all rows of a table. */
interface Sum {
  readonly rows: number;
  readonly sum: string;
}

type Sums = Readonly<Record<TransferTable, Sum>>;

/** The note that the target stores with every page. */
interface Note {
  readonly copy: string;
  readonly from: string;
  readonly sums: Sums;
  /** The last row that was written; missing at first. */
  readonly last?: { readonly table: TransferTable; readonly row: TransferRow; readonly rows: number };
}

/** The id of the copy in a note. */
export function copyOf(noted: string | undefined): string | undefined {
  return readNote(noted)?.copy;
}

/**
 * Copies all rows, or those that an earlier attempt left; compares the copy with the source; closes the source to servers,
 * and only then opens the target to them. After any interruption, call it again.
 */
export async function transfer(
  source: TransferSource,
  target: TransferTarget,
  options: TransferOptions,
): Promise<Transferred | TransferRefusal> {
  const { digest, keepSource, now, progress } = options;
  const noted = readNote(target.noted);
  const { moved } = source;
  if (moved && noted?.copy !== moved.copy) return { refused: 'source_moved', moved };

  const counted = await countAll(source);
  let done = 0;
  const tick = async (rows: number) => {
    done += rows;
    // Reading, writing and reading back.
    progress(Math.min(done, counted * 3), Math.max(1, counted * 3));
    await pause();
  };

  const sums = await sumUp(source, digest, tick);
  if (sums.audit_ends.rows !== 1) throw new StoreUnusable(endsLost);
  const isResumed = noted !== undefined && isSame(noted.sums, sums);
  if (noted && !isResumed && noted.from !== source.name)
    return { refused: 'target_of_another', from: noted.from };

  const fresh: Note = { copy: moved?.copy ?? options.copy, from: source.name, sums };
  const note = isResumed ? noted : fresh;
  if (!isResumed && (await target.begin(source.name, JSON.stringify(note))) === 'in_use')
    return { refused: 'target_in_use' };
  const copied = await copyRows(source, target, note, tick);
  if (copied !== 'copied') return copied;

  const chain = new Follower(digest);
  const arrived = await sumUp(target, digest, tick, (table, rows) => chain.see(table, rows));
  const differing = transferTables.find((table) => !isSame(sums, arrived, table));
  if (differing) {
    // No migration can continue from this note.
    await target.write('users', [], JSON.stringify({ ...note, sums: {} }));
    return { refused: 'copy_differs', table: differing };
  }

  const leaving = { copy: note.copy, to: target.name, at: now };
  if (!keepSource && !moved && (await source.retire(leaving)) === 'in_use')
    return { refused: 'source_in_use' };
  if ((await target.finish()) === 'exists') return { refused: 'target_exists' };

  const rows = Object.fromEntries(transferTables.map((table) => [table, sums[table].rows]));
  return {
    rows: rows as Transferred['rows'],
    leftBehind: counted - Object.values(rows).reduce((sum, some) => sum + some, 0),
    begun: isResumed ? 'resumed' : noted ? 'again' : 'afresh',
    isAuditIntact: chain.isIntact,
  };
}

async function countAll(source: Readable): Promise<number> {
  let all = 0;
  for (const table of transferTables) all += await source.count(table);
  return all;
}

/** Writes the rows after the last one that was written. */
async function copyRows(
  source: Readable,
  target: TransferTarget,
  note: Note,
  tick: (rows: number) => Promise<void>,
): Promise<'copied' | RowUnfit> {
  const { last } = note;
  const from = last ? transferTables.indexOf(last.table) : 0;
  for (const table of transferTables.slice(0, from)) await tick(note.sums[table].rows);
  for (const table of transferTables.slice(from)) {
    const behind = last?.table === table ? last : undefined;
    let rows = behind?.rows ?? 0;
    await tick(rows);
    for await (const page of source.scan(table, behind?.row)) {
      rows += page.length;
      const row = page.at(-1) as TransferRow;
      const written = await target.write(
        table,
        canonical(table, page),
        JSON.stringify({ ...note, last: { table, row, rows } }),
      );
      if (written !== 'written') return written;
      await tick(page.length);
    }
  }
  return 'copied';
}

/** Reads everything. The digest of a table depends on every value in it and on the order of its rows. */
async function sumUp(
  from: Readable,
  digest: Digest,
  tick: (rows: number) => Promise<void>,
  see: (table: TransferTable, page: readonly TransferRow[]) => void = () => {},
): Promise<Sums> {
  const sums: Partial<Record<TransferTable, Sum>> = {};
  for (const table of transferTables) {
    let [rows, sum] = [0, ''];
    for await (const page of from.scan(table)) {
      rows += page.length;
      sum = digest(sum + JSON.stringify(canonical(table, page)));
      see(table, page);
      await tick(page.length);
    }
    sums[table] = { rows, sum };
  }
  return sums as Sums;
}

/** Rows with their JSON in one layout, independent of the engine. */
function canonical(table: TransferTable, page: readonly TransferRow[]): readonly TransferRow[] {
  const kinds = Object.values(shapeOf(table).columns);
  if (!kinds.includes('json')) return page;
  return page.map((row) => row.map((value, n) => (kinds[n] === 'json' ? laidOut(String(value)) : value)));
}

function laidOut(json: string): string {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function isSame(one: Partial<Sums>, other: Sums, table?: TransferTable): boolean {
  const tables = table ? [table] : transferTables;
  return tables.every((name) => one[name]?.rows === other[name].rows && one[name]?.sum === other[name].sum);
}

/** The note of another version may differ: then the copy begins again. */
function readNote(noted: string | undefined): Note | undefined {
  if (noted === undefined) return undefined;
  try {
    const { copy, from, sums = {}, last } = JSON.parse(noted);
    return typeof copy === 'string' && typeof from === 'string' ? { copy, from, sums, last } : undefined;
  } catch {
    return undefined;
  }
}

/** Verifies the audit chain while its rows are read: first the row of its ends, then the entries. */
class Follower {
  readonly #digest: Digest;
  #at: ChainLink | undefined;
  #last: ChainLink | undefined;
  #isBroken = false;

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  get isIntact(): boolean {
    return !this.#isBroken && this.#at?.seq === this.#last?.seq && this.#at?.hash === this.#last?.hash;
  }

  see(table: TransferTable, page: readonly TransferRow[]): void {
    if (table === 'audit_ends') {
      const [, seq, hash, lastSeq, lastHash] = page[0] ?? [];
      this.#at = { seq: Number(seq), hash: String(hash) };
      this.#last = { seq: Number(lastSeq), hash: String(lastHash) };
    } else if (table === 'audit' && this.#at) {
      const step = follow(this.#digest, this.#at, page.map(entryOf));
      this.#isBroken ||= step.fitting < page.length;
      this.#at = step.at;
    }
  }
}

function entryOf(row: TransferRow): AuditEntry {
  const [seq, at, event, outcome, userId, handle, contract, network, requestId, hash] = row;
  return { seq, at, event, outcome, userId, handle, contract, network, requestId, hash } as AuditEntry;
}
