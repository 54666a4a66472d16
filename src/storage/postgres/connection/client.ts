/** A connection to PostgreSQL that can always be closed, even if the server does not answer. */

import pg from 'pg';

/** The time for a server to close a connection, in milliseconds; then the socket is destroyed. */
const goodbyeMs = 500;

export class Client extends pg.Client {
  #last: Promise<unknown> = Promise.resolve();

  /** Asks when everything before is answered or has failed, for work that shares a connection: the driver has no queue. */
  inTurn<Result>(ask: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(ask);
    this.#last = turn.catch(() => {});
    return turn;
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    const timer = setTimeout(() => this.connection.stream.destroy(), goodbyeMs).unref();
    this.connection.once('end', () => clearTimeout(timer));
    return callback ? super.end(callback) : super.end();
  }
}
