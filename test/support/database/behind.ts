/** Reads and changes of a server's database by another client, on either engine. */

export type Row = Record<string, unknown>;

export type Value = string | number | null;

/** A trap on rows as they are written. */
export interface Trap {
  /** Where it lies: `BEFORE INSERT ON users`, `AFTER UPDATE OF password_hash ON auth`. */
  readonly at: string;
  /** Which rows step into it, by `OLD` and `NEW`; all if it is absent. */
  readonly when?: string;
  /** A statement, which may name columns of `OLD` and `NEW`; if it is absent, the write fails. */
  readonly does?: string;
}

/** Reverts the change. */
export type PutBack = () => Promise<void>;

export interface Behind {
  /** Runs a statement with `?` for each value, foreign keys off; columns of bytes come as hexadecimal digits. */
  query(sql: string, values?: readonly Value[]): Promise<Row[]>;
  /** Resolves when all that was acknowledged lies in its place. */
  settled(): Promise<void>;
  /** Blocks the writes of all other clients; they may still read. Gone at the end of the test at the latest. */
  lock(): Promise<PutBack>;
  setTrap(name: string, trap: Trap): Promise<PutBack>;
  /** Bytes, by their hexadecimal digits, as part of a statement. */
  bytes(hex: string): string;
  bytesOnDisk(): Promise<Buffer>;
  /** Moves the whole database to another place. */
  moveAway(): Promise<PutBack>;
  /** Has the database say that it is for programs that are newer than any there is. */
  pretendNewer(): Promise<PutBack>;
}
