/** Requests and answers of `node:http`, used directly, so that a session check costs little more than the server itself. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { BodyStream } from './body-stream.ts';
import {
  type Answer,
  endedEarly,
  type IncomingRequest,
  type RequestHandler,
  readBefore,
} from './exchange.ts';
import { answerAndLinger, isStillSending } from './refusals/lingering-close.ts';
import { isHost } from './request/host.ts';
import { parsedBytes } from './request/parsed-body.ts';
import { isOnUnixSocket } from './request/unix-socket.ts';

/** A client that reads nothing of a streamed body for this long is cut off, in milliseconds. */
const stalledMs = 30_000;

/** The HTTP/2 code of an internal error (RFC 9113, section 7). */
const internalError = 0x2;

/** The request listener of `node:http`, Express and compatible servers. */
export type Listener = RequestListener;

/** Serves requests of `node:http` with a handler. */
export function requestListener(handler: RequestHandler): Listener {
  return (incoming, outgoing) => {
    const answer = handler.handle(new NodeRequest(incoming, outgoing));
    if (answer instanceof Promise) answer.then((answer) => write(answer, outgoing));
    else write(answer, outgoing);
  };
}

function write({ status, headers, body, stream }: Answer, outgoing: ServerResponse): void {
  if (stream) return void send(status, headers, stream, outgoing);
  // The application around Gatehouse may have answered already: a second answer would throw where it is not caught.
  if (outgoing.headersSent) return;
  const all = withEarlierCookies(headers, outgoing);
  if (headers['connection'] === 'close' && isStillSending(outgoing.req))
    answerAndLinger(status, all, body ?? '', outgoing);
  else outgoing.writeHead(status, all).end(body);
}

/** A middleware before Gatehouse may have set cookies, which `writeHead` would replace. */
function withEarlierCookies(headers: Answer['headers'], outgoing: ServerResponse): Answer['headers'] {
  const cookies = headers['set-cookie'];
  const earlier = cookies === undefined ? undefined : outgoing.getHeader('set-cookie');
  if (cookies === undefined || earlier === undefined) return headers;
  return { ...headers, 'set-cookie': [earlier, cookies].flat() as string[] };
}

/** Sends parts as fast as the client reads them; never rejects. An error ends the connection. */
async function send(
  status: number,
  headers: Answer['headers'],
  stream: BodyStream,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    if (outgoing.headersSent || outgoing.closed) return void (await stream.return());
    outgoing.writeHead(status, headers);
    if (outgoing.req.method === 'HEAD') await stream.return();
    else
      for await (const part of stream) {
        if (!outgoing.write(part)) await drained(outgoing);
        if (outgoing.closed) return;
      }
    outgoing.end();
  } catch {
    // The error is reported already. The client must not take the break for the end of the body.
    breakOff(outgoing);
  }
}

/** Resolves when the client can take more or has disconnected; cuts off a client that reads nothing for `stalledMs`. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (outgoing.closed) return resolve();
    const timer = setTimeout(() => breakOff(outgoing), stalledMs);
    const go = () => {
      clearTimeout(timer);
      outgoing.off('drain', go).off('close', go);
      resolve();
    };
    outgoing.once('drain', go).once('close', go);
  });
}

/** Ends an incomplete response so that the client can tell: HTTP/2 resets the stream, HTTP/1 closes the connection. */
function breakOff(outgoing: ServerResponse): void {
  const { stream } = outgoing as unknown as Partial<Http2ServerResponse>;
  if (stream) stream.close(internalError);
  else outgoing.destroy();
}

/** Headers of which Node keeps only the first value (`message.headers`), while a proxy may have used another one. */
const keptOnce: ReadonlySet<string> = new Set(['authorization', 'content-type', 'host', 'user-agent']);

class NodeRequest implements IncomingRequest {
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  #gone: AbortController | undefined;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  get method(): string {
    return this.#incoming.method as string;
  }

  get target(): string {
    return this.#incoming.url as string;
  }

  get remoteAddress(): string | undefined {
    const { socket } = this.#incoming;
    return socket.remoteAddress ?? (isOnUnixSocket(socket) ? 'unix' : undefined);
  }

  get host(): string | null {
    const { headers } = this.#incoming;
    return authorityOf(headers) ?? headers.host ?? null;
  }

  get fault(): IncomingRequest['fault'] {
    if (!namesOneHost(this.#incoming)) return 'malformed_request';
    const { expect } = this.#incoming.headers;
    return expect === undefined || /^100-continue$/i.test(expect) ? undefined : 'unmet_expectation';
  }

  get signal(): AbortSignal {
    if (this.#gone) return this.#gone.signal;
    const gone = new AbortController();
    this.#gone = gone;
    const outgoing = this.#outgoing;
    const tell = () => outgoing.writableFinished || gone.abort();
    if (outgoing.closed) tell();
    else outgoing.once('close', tell);
    return gone.signal;
  }

  header(name: string): string | null {
    return headerOf(this.#incoming, name);
  }

  bytes(limit: number): Promise<Uint8Array | undefined> {
    const incoming = this.#incoming;
    if (!hasBody(incoming)) return Promise.resolve(new Uint8Array());
    if (incoming.readableDidRead) {
      const read = parsedBytes(incoming);
      if (read === undefined) return Promise.reject(readBefore());
      return Promise.resolve(read.byteLength > limit ? undefined : read);
    }
    if (incoming.destroyed) return Promise.reject(endedEarly());
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = [];
      let length = 0;
      incoming.on('data', (chunk: Uint8Array) => {
        length += chunk.byteLength;
        // The rest is read and discarded: a client that is still sending does not read its answer.
        if (length > limit) resolve(undefined);
        else chunks.push(chunk);
      });
      incoming.once('end', () => resolve(Buffer.concat(chunks)));
      incoming.once('error', (error) => reject(endedEarly(error)));
      // It closes after its end as well; an error is made only where it did not end, because each keeps a stack.
      incoming.once('close', () => incoming.readableEnded || reject(endedEarly()));
    });
  }
}

/** The headers of a request of `node:http`, also as Express and Connect pass it on. */
export type NodeHeaders = Pick<IncomingMessage, 'headers' | 'rawHeaders'>;

/** A header by its name in lower case; of a repeated one all values, joined as the Fetch standard says. */
export function headerOf({ headers, rawHeaders }: NodeHeaders, name: string): string | null {
  const value = headers[name] as string | undefined;
  if (value === undefined) return null;
  return keptOnce.has(name) ? valuesOf(rawHeaders, name).join(', ') : value;
}

/** The pseudo-header field of HTTP/2 that takes the place of `Host` (RFC 9113, section 8.3.1). */
function authorityOf(headers: IncomingMessage['headers']): string | undefined {
  return headers[':authority'] as string | undefined;
}

/**
 * Whether a request has exactly one host: of two, Node takes the first, and a proxy may have taken the second (RFC 9112,
 * section 3.2). HTTP/1.0 requires no `Host`, and HTTP/2 may use `:authority` instead (ruling G7).
 */
function namesOneHost({ headers, rawHeaders, httpVersion }: IncomingMessage): boolean {
  const [host, ...others] = valuesOf(rawHeaders, 'host');
  const authority = authorityOf(headers);
  if (others.length > 0 || (host !== undefined && authority !== undefined && host !== authority))
    return false;
  const named = authority ?? host;
  return named === undefined ? httpVersion !== '1.1' : isHost(named);
}

/** Whether a body follows the headers (RFC 9112, section 6.3; RFC 9113, section 8.1). */
function hasBody(incoming: IncomingMessage): boolean {
  if (incoming.httpVersionMajor >= 2)
    return !(incoming as unknown as Http2ServerRequest).stream.endAfterHeaders;
  const { headers } = incoming;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** All values of a header, unchanged. */
function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i] as string;
    if (candidate.length === name.length && candidate.toLowerCase() === name)
      values.push(rawHeaders[i + 1] as string);
  }
  return values;
}
