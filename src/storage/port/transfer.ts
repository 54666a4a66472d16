/** The port of moving a database: all rows in one form and one order, in every engine. */

/** The type of a column; SHA-256 hashes are 64 hexadecimal digits, and the layout of JSON has no meaning. */
export type TransferKind = 'text' | 'number' | 'hash' | 'json';

interface Shape {
  /** The columns, named as in every engine, in the order of the values of a row. */
  readonly columns: Readonly<Record<string, TransferKind>>;
  /** Rows come in ascending order of these columns, texts and hashes compared bytewise. */
  readonly key: readonly string[];
  /** Deleting a user deletes its rows: rows without a user can only come from a program that disabled the foreign keys. */
  readonly ofUser?: true;
}

/** Everything that a store keeps, in an order in which it can be written. */
export const transferred = {
  users: {
    columns: {
      id: 'text',
      created_at: 'number',
      email: 'text',
      email_verified_at: 'number',
      disabled_at: 'number',
    },
    key: ['id'],
  },
  auth: {
    columns: { user_id: 'text', canonical: 'text', identifier: 'text', password_hash: 'text' },
    key: ['canonical'],
  },
  sessions: {
    columns: {
      user_id: 'text',
      id_hash: 'hash',
      handle: 'text',
      contract: 'text',
      created_at: 'number',
      last_seen_at: 'number',
      idle_expires_at: 'number',
      expires_at: 'number',
      proven_at: 'number',
      network: 'text',
      device: 'text',
    },
    key: ['id_hash'],
    ofUser: true,
  },
  ended: {
    columns: {
      id_hash: 'hash',
      user_id: 'text',
      handle: 'text',
      ended_at: 'number',
      event: 'text',
      outcome: 'text',
      contract: 'text',
    },
    key: ['id_hash'],
  },
  tokens: {
    columns: { token_hash: 'hash', user_id: 'text', purpose: 'text', email: 'text', expires_at: 'number' },
    key: ['token_hash'],
    ofUser: true,
  },
  invitations: {
    columns: { canonical: 'text', token_hash: 'hash', user_id: 'text', expires_at: 'number' },
    key: ['canonical'],
  },
  devices: {
    columns: { user_id: 'text', device_hash: 'hash', last_used_at: 'number' },
    key: ['user_id', 'device_hash'],
    ofUser: true,
  },
  throttle: { columns: { key: 'hash', count: 'number', window_ends_at: 'number' }, key: ['key'] },
  mails: {
    columns: {
      id: 'number',
      kind: 'text',
      user_id: 'text',
      recipient: 'text',
      canonical: 'text',
      details: 'json',
      created_at: 'number',
      failures: 'number',
      due_at: 'number',
      sent_at: 'number',
    },
    key: ['id'],
  },
  audit_ends: {
    columns: { id: 'number', start_seq: 'number', start_hash: 'hash', last_seq: 'number', last_hash: 'hash' },
    key: ['id'],
  },
  audit: {
    columns: {
      seq: 'number',
      at: 'number',
      event: 'text',
      outcome: 'text',
      user_id: 'text',
      handle: 'text',
      contract: 'text',
      network: 'text',
      request_id: 'text',
      hash: 'hash',
    },
    key: ['seq'],
  },
} as const satisfies Readonly<Record<string, Shape>>;

export type TransferTable = keyof typeof transferred;

/** The shape of a table, with names as strings. */
export function shapeOf(table: TransferTable): Shape {
  return transferred[table];
}

/** The names of all tables, in an order in which they can be written. */
export const transferTables = Object.keys(transferred) as readonly TransferTable[];

/** One row: a value for each column of its table. */
export type TransferRow = readonly (string | number | null)[];

/** The values of a row in the columns of its key. */
export function keyOf(table: TransferTable, row: TransferRow): TransferRow {
  const { columns, key } = shapeOf(table);
  const names = Object.keys(columns);
  return key.map((column) => row[names.indexOf(column)] ?? null);
}

/** The name of a row, for messages. */
export function nameOf(table: TransferTable, row: TransferRow): string {
  const values = keyOf(table, row);
  return shapeOf(table)
    .key.map((column, n) => `${column} ${values[n]}`)
    .join(', ');
}

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
   * shorter. Sessions, tokens and devices without a user are left out: they are useless.
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
