/** Tells peers on unix domain sockets, which have no address, from TCP peers whose address is lost. */

import type { Server, Socket } from 'node:net';

/**
 * Whether a connection without a peer's address comes over a unix domain socket. A TCP client that has disconnected has no
 * address either. But while its connection is open, the local end has one, and its server does not listen on a path. A
 * server that listens on an inherited socket (`fd`) does not know the path.
 */
export function isOnUnixSocket(socket: Socket): boolean {
  if (socket.destroyed || socket.localAddress !== undefined) return false;
  const { server } = socket as { readonly server?: Server | null };
  const address = server?.address();
  return typeof address === 'string' || (address === null && server?.listening === true);
}
