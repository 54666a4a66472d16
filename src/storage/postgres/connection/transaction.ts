/** The interface between the parts of the store and the database: statements, alone or in one transaction. */

/** The result of a statement. */
export interface Answer<Row> {
  readonly rows: Row[];
  /** The number of rows that were written, or read if it only reads. */
  readonly count: number;
}

/**
 * Runs one statement; `$1` and so on stand for the values. A `bigint` is returned as a number, and hashes are hexadecimal
 * digits (`encode` and `decode` in the statement).
 */
export type Run = <Row>(text: string, values?: readonly unknown[]) => Promise<Answer<Row>>;

/** As `Run`. The server keeps the plan of a named statement, if connections last; use a name for one statement only. */
export type Read = <Row>(text: string, values?: readonly unknown[], name?: string) => Promise<Answer<Row>>;

/** Runs the statements of a step. */
export interface InStep extends Run {
  /**
   * Runs a callback when the step is over, before its caller continues; also after a failure, since a commit whose answer
   * was lost may have succeeded.
   */
  afterwards(callback: () => void): void;
  /** Runs a callback when the step is durable, before its caller continues; not if it fails. */
  committed(callback: () => void): void;
}

/** Access to the database. Every failure is thrown as `StoreUnavailable`. */
export interface Database {
  /** Runs one statement that changes no row, in a transaction of its own. */
  readonly read: Read;
  /**
   * Runs a step in one transaction (READ COMMITTED) and resolves when it is durable. After a deadlock or a serialization
   * failure it runs again from its beginning, so it must change nothing but the database. A step without a waiting caller
   * may take longer than others.
   *
   * @throws {StoreUnavailable} if it could not be made durable; then nothing of it was kept, unless the connection was lost
   * while the commit was confirmed. An error of the step itself is thrown as it is, and rolls everything back.
   */
  step<Result>(work: (run: InStep) => Promise<Result>, limit?: 'usual' | 'long'): Promise<Result>;
}
