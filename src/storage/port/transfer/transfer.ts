/** The port of moving a database: all rows in one form and one order, in every engine. */

import type { TransferRow, TransferTable } from './transferred-tables.ts';

/** Rows that are read, written and hashed together. */
export const pageRows = 5_000;

/** The destination of a moved database. */
export interface Moved {
  /** The id of the copy. */
  readonly copy: string;
  /** Its address, without a password. */
  readonly to: string;
  readonly at: number;
}

/** The marks in a database that keep servers away. */
export interface Closed {
  /** The address that its rows are being copied from. */
  readonly copying: string | null;
  readonly moved: Moved | null;
}

/** The stored state, with the note of the last page that was copied into the database. */
export interface DatabaseState extends Closed {
  readonly note: string | null;
}

export interface Readable {
  /** The address, without a password. */
  readonly name: string;
  count(table: TransferTable): Promise<number>;
  /**
   * All rows of a table in the order of its key, or those after a row; `pageRows` at a time, only the last page may be
   * shorter. Rows of a user who is missing are left out: they are useless.
   */
  scan(table: TransferTable, behind?: TransferRow): AsyncIterable<readonly TransferRow[]>;
}

/** A database that no other process changes until it is released. */
export interface TransferSource extends Readable {
  readonly moved: Moved | null;
  /** Keeps servers away from now on, durably, unless one uses it already; nothing can be read afterwards. */
  retire(moved: Moved): Promise<'retired' | 'in_use'>;
  release(): Promise<void>;
}

/** A database that is being filled; no server can use it until `finish`. */
export interface TransferTarget extends Readable {
  /** The note of the last page of an unfinished copy; `undefined` if there is no such copy. */
  readonly noted: string | undefined;
  /** Discards an unfinished copy, and begins one of the database at the address `from`. */
  begin(from: string, note: string): Promise<'begun' | 'in_use'>;
  /** Writes a page and its note in one step; if one row cannot be stored, none is. */
  write(table: TransferTable, rows: readonly TransferRow[], note: string): Promise<'written' | RowUnfit>;
  /** Makes it a normal database, in one step and durably, unless its name was taken meanwhile. */
  finish(): Promise<'finished' | 'exists'>;
  /** Closes it; an unfinished copy stays. */
  release(): Promise<void>;
}

/** The reason why a database cannot be copied. */
export interface SourceUnready {
  readonly refused:
    | 'source_missing'
    /** Another process is connected to it, or has it open. */
    | 'source_in_use'
    /** A pooler stands between, which hides its other users. */
    | 'source_pooled';
}

/** The reason why a database cannot be filled. */
export interface TargetUnready {
  readonly refused:
    | 'target_exists'
    /** It has rows that belong to no unfinished copy. */
    | 'target_not_empty'
    | 'target_in_use'
    | 'target_pooled';
  /** The note of an unfinished copy whose name is taken. */
  readonly noted?: string | undefined;
}

/** A row that an engine cannot store. */
export interface RowUnfit {
  readonly refused: 'row_unfit';
  readonly table: TransferTable;
  /** The columns of its key and their values; empty if the row is unknown. */
  readonly row: string;
  /** The problem, as a sentence. */
  readonly because: string;
}
