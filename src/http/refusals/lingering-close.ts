/** Answers a request whose body is refused, and closes the connection once the client had time to read the answer (RFC 9112, section 9.6). */

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** How long the connection stays open after the answer if the client does not stop sending, in milliseconds. */
const lingerMs = 1_000;

/** How much of the rest of a body is read and discarded. What comes after it waits in the socket: to read it would cost time. */
const maxDiscardedBytes = 64 * 1_024;

/** Whether bytes of the body may be on their way. A stream of HTTP/2 ends without its connection. */
export function isStillSending({ complete, httpVersionMajor }: IncomingMessage): boolean {
  return !complete && httpVersionMajor < 2;
}

/**
 * Sends the whole answer at once, and closes the connection when the body has ended, or after `lingerMs`. To close at once
 * while bytes are unread would reset the connection: the answer would be lost on its way, and a proxy would answer 502.
 */
export function answerAndLinger(
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Uint8Array,
  outgoing: ServerResponse,
): void {
  const { req: incoming } = outgoing;
  let leftBytes = maxDiscardedBytes;
  const discard = (chunk: Uint8Array) => {
    leftBytes -= chunk.length;
    if (leftBytes <= 0) incoming.pause();
  };
  const end = () => {
    clearTimeout(timer);
    incoming.off('close', end).off('data', discard);
    outgoing.end();
  };
  const timer = setTimeout(end, lingerMs);
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).write(body);
  incoming.once('close', end).on('data', discard).resume();
}
