/** Tells peers on unix domain sockets, which have no address, from those that have lost theirs. */

import type { Server, Socket } from 'node:net';

/**
 * Whether a connection without a peer's address comes over a unix domain socket. A client over TCP that has gone has no
 * address either. But for as long as its connection is open, this end of it has one, and its server does not listen on a path.
 * A server that was given an open socket to listen on (`fd`) does not know the path.
 */
export function isOnUnixSocket(socket: Socket): boolean {
  if (socket.destroyed || socket.localAddress !== undefined) return false;
  const { server } = socket as { readonly server?: Server | null };
  const address = server?.address();
  return typeof address === 'string' || (address === null && server?.listening === true);
}
