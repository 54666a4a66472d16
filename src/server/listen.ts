/** The HTTP server around the handler: what is refused before it is a request, time-outs, and an orderly end. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { Handler } from '../wire/app.ts';
import type { Connection } from '../wire/call.ts';
import { refuseRaw } from '../wire/raw.ts';
import { bind, type Listening } from './bind.ts';
import { Refuser } from './refuser.ts';

/** How long a client may take for its headers, and for the whole request, before it is cut off with 408. */
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 15_000;

/** Node looks for overdue clients this often; its default of 30 s would make the limits above a fiction. */
const overdueCheckMs = 500;

/** Longer than the 60 s after which common proxies drop an idle connection, so that they do it first. */
const keepAliveMs = 65_000;

/**
 * Starts to listen, together with other processes if the address is shared.
 *
 * @throws {CannotListen} if the address is taken or not to be had.
 */
export async function listen(
  handle: Handler,
  host: string,
  port: number,
  secure: boolean,
  isShared = false,
): Promise<Listening> {
  const answer = getRequestListener(
    (request, env) => {
      const { incoming } = env as HttpBindings;
      const { remoteAddress } = incoming.socket;
      return handle(request, { remoteAddress, target: incoming.url, fault: faultOf(incoming) });
    },
    // A request without a host is refused, but with a path it has to be refused in the shape of its owner.
    { hostname: 'localhost', errorHandler: () => refuseRaw('malformed', secure) },
  );
  const refuser = new Refuser(secure);
  const request = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    refuser.owes(outgoing);
    answer(incoming, outgoing);
  };
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: overdueCheckMs,
      keepAliveTimeout: keepAliveMs,
      // Node would refuse a request without a host in words of its own.
      requireHostHeader: false,
    },
    request,
  );
  server.on('checkExpectation', request);
  server.on('connect', (_incoming, socket: Socket) => refuser.refuseSocket(socket));
  server.on('clientError', (error, socket: Socket) => refuser.refuseSocket(socket, error));
  return bind(server, { host, port, isShared });
}

/** What is wrong with a request that Node let through, or handed over to be refused. */
function faultOf({ headers, rawHeaders }: IncomingMessage): Connection['fault'] {
  if (!hasOneHost(rawHeaders)) return 'malformed_request';
  const { expect } = headers;
  return expect === undefined || /^100-continue$/i.test(expect) ? undefined : 'unmet_expectation';
}

/** Node takes the first of two `Host` headers where a proxy may have taken the second (RFC 9112, section 3.2). */
function hasOneHost(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts === 1;
}
