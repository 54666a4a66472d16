/** The port of moving a database from one place to another: all rows in one form and one order, whatever keeps them. */

/** What a column holds; SHA-256 hashes are 64 hexadecimal digits, and how JSON is laid out says nothing. */
export type TransferKind = 'text' | 'number' | 'hash' | 'json';

interface Shape {
  /** The columns by the names every engine gives them, in the order a row has them. */
  readonly columns: Readonly<Record<string, TransferKind>>;
  /** Rows come in ascending order of these columns, texts and hashes compared bytewise. */
  readonly key: readonly string[];
  /** Its rows fall with their user: without one they can only come from a program that switched that off. */
  readonly ofUser?: true;
}

/** Everything a store keeps, in an order in which it can be written. */
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

/** The shape of a table, for those who go by it. */
export function shapeOf(table: TransferTable): Shape {
  return transferred[table];
}

/** Names of all tables, in an order in which they can be written. */
export const transferTables = Object.keys(transferred) as readonly TransferTable[];

/** One row: a value for each column of its table. */
export type TransferRow = readonly (string | number | null)[];

/** The values of a row in the columns of its key. */
export function keyOf(table: TransferTable, row: TransferRow): TransferRow {
  const { columns, key } = shapeOf(table);
  const names = Object.keys(columns);
  return key.map((column) => row[names.indexOf(column)] ?? null);
}

/** Which row it is, for people. */
export function nameOf(table: TransferTable, row: TransferRow): string {
  const values = keyOf(table, row);
  return shapeOf(table)
    .key.map((column, n) => `${column} ${values[n]}`)
    .join(', ');
}

/** Rows that are read, written and summed up together. */
export const pageRows = 5_000;

/** Where a database went. */
export interface Moved {
  /** The copy that took over. */
  readonly copy: string;
  /** Its address, without a password. */
  readonly to: string;
  readonly at: number;
}

/** What a database says of itself that keeps servers away from it. */
export interface Closed {
  /** The address its rows are being copied from. */
  readonly copying: string | null;
  readonly moved: Moved | null;
}

/** As it is kept, with what was noted with the last page that was copied into the database. */
export interface DatabaseState extends Closed {
  readonly note: string | null;
}

/** Rows that can be read. */
export interface Readable {
  /** The address, without a password. */
  readonly name: string;
  /** How many rows a table has. */
  count(table: TransferTable): Promise<number>;
  /**
   * All rows of a table in the order of its key, or those behind a row; `pageRows` at a time, only the last page may be
   * shorter. Sessions, tokens and devices of a user who is missing are left out: they are of no use.
   */
  scan(table: TransferTable, behind?: TransferRow): AsyncIterable<readonly TransferRow[]>;
}

/** A database that no other process changes until it is released. */
export interface TransferSource extends Readable {
  readonly moved: Moved | null;
  /** Keeps servers away from now on, durably, unless one is there already; nothing can be read afterwards. */
  retire(moved: Moved): Promise<'retired' | 'in_use'>;
  /** Lets go of it. */
  release(): Promise<void>;
}

/** A database that is being filled, and that no server can use until it is full. */
export interface TransferTarget extends Readable {
  /** What was noted with the last page of a copy that was not finished; `undefined` if there is none. */
  readonly noted: string | undefined;
  /** Throws away what is there of an unfinished copy, and begins one of what lies at the address `from`. */
  begin(from: string, note: string): Promise<'begun' | 'in_use'>;
  /** Writes a page, and what is to be noted with it, in one step; if one row cannot be kept, none is. */
  write(table: TransferTable, rows: readonly TransferRow[], note: string): Promise<'written' | RowUnfit>;
  /** Makes it a database like any other, in one step and durably, unless its name was taken meanwhile. */
  finish(): Promise<'finished' | 'exists'>;
  /** Lets go of it; an unfinished copy stays. */
  release(): Promise<void>;
}

/** Why a database cannot be copied. */
export interface SourceUnready {
  readonly refused:
    | 'source_missing'
    /** Another process is connected to it, or has it open. */
    | 'source_in_use'
    /** A pooler stands before it, which hides who else uses it. */
    | 'source_pooled';
}

/** Why a database cannot be filled. */
export interface TargetUnready {
  readonly refused:
    | 'target_exists'
    /** It has rows that no unfinished copy left there. */
    | 'target_not_empty'
    | 'target_in_use'
    | 'target_pooled';
  /** The note of an unfinished copy that waits for its name. */
  readonly noted?: string | undefined;
}

/** A row that an engine cannot keep. */
export interface RowUnfit {
  readonly refused: 'row_unfit';
  readonly table: TransferTable;
  /** The columns of its key and what they hold; empty if it is not known which row it is. */
  readonly row: string;
  /** What is the matter, as a sentence. */
  readonly because: string;
}
