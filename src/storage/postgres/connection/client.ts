/** A connection to PostgreSQL that can always be ended: a server that does not answer is not waited for. */

import pg from 'pg';

/** How long a server has to close a connection that was taken leave of. */
const goodbyeMs = 500;

export class Client extends pg.Client {
  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    const timer = setTimeout(() => this.connection.stream.destroy(), goodbyeMs).unref();
    this.connection.once('end', () => clearTimeout(timer));
    return callback ? super.end(callback) : super.end();
  }
}
