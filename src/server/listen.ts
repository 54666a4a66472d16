/** The HTTP server around the handler, with its time-outs. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../settings/settings.ts';
import { bind, type Listening } from './bind.ts';
import type { ClientErrors } from './client-errors.ts';
import { createServer } from './node-http.ts';

/** The time limits for the headers of a request, and for all of it, in milliseconds; then the answer is 408. */
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 15_000;

/** The interval of Node's check for overdue clients. With its default of 30 s the limits above would not hold. */
const overdueCheckMs = 500;

/** The server keeps an idle connection for longer than it announces, so that a request sent in time is still accepted. */
const keepAliveBufferMs = 1_000;

/**
 * Listens on the address of the settings, together with other processes if it is shared. `clientErrors` answers protocol
 * errors. From the abort of `stopping` on every answer closes its connection.
 *
 * @throws {CannotListen} if the address is taken or unavailable.
 */
export async function listen(
  answer: RequestListener,
  settings: Pick<Settings, 'host' | 'port' | 'keepAliveSeconds'>,
  clientErrors: ClientErrors,
  { stopping, isShared = false }: { readonly stopping?: AbortSignal; readonly isShared?: boolean } = {},
): Promise<Listening> {
  const { host, port, keepAliveSeconds } = settings;
  const request = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    clientErrors.track(outgoing);
    // Node keeps the connection otherwise, and a proxy could send the next request while it is being closed.
    if (stopping?.aborted) outgoing.shouldKeepAlive = false;
    answer(incoming, outgoing);
  };
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: overdueCheckMs,
      keepAliveTimeout: keepAliveSeconds * 1_000,
      keepAliveTimeoutBuffer: keepAliveBufferMs,
      // Node would answer a request without a host in its own words.
      requireHostHeader: false,
      // Saves a request without a body the stream events, a tenth of the time of a check.
      optimizeEmptyRequests: true,
    },
    request,
  );
  server.on('checkExpectation', request);
  server.on('connect', (_incoming, socket: Socket) => clientErrors.refuse(socket));
  server.on('clientError', (error, socket: Socket) => clientErrors.refuse(socket, error));
  return bind(server, { host, port, isShared });
}

/**
 * Takes a server that still listens out of service (ruling B2): the abort of `stopping` makes `/readyz` 503 and closes
 * connections after their next answer, and proxies have the delay of the settings to notice.
 */
export async function leaveService(
  stopping: AbortController,
  { stopDelaySeconds }: Pick<Settings, 'stopDelaySeconds'>,
): Promise<void> {
  stopping.abort();
  if (stopDelaySeconds > 0) await sleep(stopDelaySeconds * 1_000);
}
