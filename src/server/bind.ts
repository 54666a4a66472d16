/** Binds an HTTP server to an address, explains a failure to the operator, and drains the server at the end. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The longest wait of a graceful stop for requests in progress, in milliseconds. */
export const drainMs = 10_000;

export interface Address {
  readonly host: string;
  readonly port: number;
  /** Other processes of the same user may listen there too; the system distributes the connections. */
  readonly isShared?: boolean;
}

export interface Listening {
  /** The URL of the server. */
  readonly url: string;
  /** Accepts no new connections, waits at most 10 seconds for requests in progress, then closes all connections. */
  drain(): Promise<void>;
}

/** The server cannot listen on the address. The message gives advice. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

/**
 * Makes a server listen on an address. `names` are the names of its settings, for error messages.
 *
 * @throws {CannotListen} if the address is taken or unavailable.
 */
export async function bind(
  server: Server,
  { host, port, isShared = false }: Address,
  names = { host: 'HOST', port: 'PORT' },
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explained(error, names)));
    server.listen({ host, port, reusePort: isShared }, () => resolve());
  });
  return { url: urlOf(server), drain: () => drain(server) };
}

function explained(error: NodeJS.ErrnoException, names: { host: string; port: string }): Error {
  const { code, message } = error;
  const cannot = (remedy: string) => new CannotListen(`${message}. ${remedy}`, { cause: error });
  if (code === 'EADDRINUSE')
    return cannot(`Another program listens there: stop it or choose another ${names.port}.`);
  if (code === 'EACCES')
    return cannot(`Choose a ${names.port} above 1023 or give the user the right to listen there.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return cannot(`${names.host} must be an address of this machine.`);
  if (code === 'ENOTSUP')
    return cannot('This system gives a port to one process only: leave GATEHOUSE_WORKERS at 1.');
  return error;
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection is idle when its answer is sent; Node would keep it until it times out.
  const closingIdle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(closingIdle);
  clearTimeout(late);
}
