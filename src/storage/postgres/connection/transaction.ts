/** What the parts of the store work with: statements, alone or in one transaction. */

/** What a statement answered. */
export interface Answer<Row> {
  readonly rows: Row[];
  /** Rows that were written, or read if it only reads. */
  readonly count: number;
}

/**
 * Runs one statement; `$1` and so on in its text stand for the values. A `bigint` comes as a number, and hashes travel
 * as hexadecimal digits (`encode` and `decode` in the text).
 */
export type Run = <Row>(text: string, values?: readonly unknown[]) => Promise<Answer<Row>>;

/**
 * As `Run`. The server keeps the plan of a statement that has a name, where connections last; a name stands for one text
 * only.
 */
export type Read = <Row>(text: string, values?: readonly unknown[], name?: string) => Promise<Answer<Row>>;

/** Runs the statements of a step. */
export interface InStep extends Run {
  /**
   * Has something done when the step is over, before its caller hears of it; also when it failed, since a
   * commit whose answer was lost may have been kept.
   */
  afterwards(deed: () => void): void;
}

/** A way to the database. Whatever goes wrong there is thrown as `StoreUnavailable`. */
export interface Database {
  /** Runs one statement that only reads, in a transaction of its own. */
  readonly read: Read;
  /**
   * Runs a step in one transaction (READ COMMITTED) and resolves once it is durable. After a deadlock or a serialization
   * failure it runs again from its beginning, so that it must not touch anything but the database. A step for which
   * no caller waits may take longer than others.
   *
   * @throws {StoreUnavailable} if it could not be made durable; then nothing of it was kept, unless the connection was
   *   lost while the commit was confirmed. An error of the step's own is thrown as it is, and takes everything back.
   */
  step<Result>(work: (run: InStep) => Promise<Result>, limit?: 'usual' | 'long'): Promise<Result>;
}
