/** The HTTP server around the handler, with its time-outs. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Settings } from '../settings/settings.ts';
import { bind, type Listening } from './bind.ts';
import type { ClientErrors } from './client-errors.ts';
import { createServer } from './node-http.ts';

/** How long a client may take for its headers, and for the whole request, before it is cut off with 408. */
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 15_000;

/** How often Node looks for overdue clients. With its default of 30 s the limits above would not hold. */
const overdueCheckMs = 500;

/** A connection is kept for longer than its clients are told, so that a request sent in time is still accepted. */
const keepAliveBufferMs = 1_000;

/**
 * Listens where the settings say, together with other processes if the address is shared. `clientErrors` answers what
 * never becomes a request.
 *
 * @throws {CannotListen} if the address is taken or not to be had.
 */
export async function listen(
  answer: RequestListener,
  settings: Pick<Settings, 'host' | 'port' | 'keepAliveSeconds'>,
  clientErrors: ClientErrors,
  isShared = false,
): Promise<Listening> {
  const { host, port, keepAliveSeconds } = settings;
  const request = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    clientErrors.track(outgoing);
    answer(incoming, outgoing);
  };
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: overdueCheckMs,
      keepAliveTimeout: keepAliveSeconds * 1_000,
      keepAliveTimeoutBuffer: keepAliveBufferMs,
      // Node would refuse a request without a host in words of its own.
      requireHostHeader: false,
      // A request without a body gets none of the events of one, which costs a check a tenth of its time.
      optimizeEmptyRequests: true,
    },
    request,
  );
  server.on('checkExpectation', request);
  server.on('connect', (_incoming, socket: Socket) => clientErrors.refuse(socket));
  server.on('clientError', (error, socket: Socket) => clientErrors.refuse(socket, error));
  return bind(server, { host, port, isShared });
}
