/** Answers a request whose body is refused, and closes the connection once the client has sent it (RFC 9112, section 9.6). */

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** How long a client may go on sending before its connection is closed all the same, in milliseconds. */
const lingerMs = 1_000;

/** Whether bytes of the body may be on their way. A stream of HTTP/2 ends without its connection. */
export function isStillSending({ complete, httpVersionMajor }: IncomingMessage): boolean {
  return !complete && httpVersionMajor < 2;
}

/**
 * Sends the whole answer at once, and reads and discards the body until it ends or `lingerMs` have passed. To close while
 * bytes are unread resets the connection: the answer is lost on its way, and a proxy makes a 502 of it.
 */
export function answerAndLinger(
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Uint8Array,
  outgoing: ServerResponse,
): void {
  const { req: incoming } = outgoing;
  const end = () => {
    clearTimeout(timer);
    incoming.off('close', end);
    outgoing.end();
  };
  const timer = setTimeout(end, lingerMs);
  incoming.once('close', end).resume();
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).write(body);
}
