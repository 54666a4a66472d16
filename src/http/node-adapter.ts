/** Requests and answers of `node:http`, without a detour: session checks are to cost little more than the server does. */

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
import { isHost } from './request/host.ts';
import { isOnUnixSocket } from './request/unix-socket.ts';

/** How long a client may take nothing of a body that is sent in parts. */
const stalledMs = 30_000;

/** The error code of HTTP/2 for what broke at the server (RFC 9113, section 7). */
const internalError = 0x2;

/** What `node:http`, Express and whatever is built like them call with a request. */
export type Listener = RequestListener;

/** Serves `node:http` with whatever answers requests. */
export function requestListener(handler: RequestHandler): Listener {
  return (incoming, outgoing) => {
    const answer = handler.handle(new NodeRequest(incoming, outgoing));
    if (answer instanceof Promise) answer.then((answer) => write(answer, outgoing));
    else write(answer, outgoing);
  };
}

function write({ status, headers, body, stream }: Answer, outgoing: ServerResponse): void {
  if (stream) void send(status, headers, stream, outgoing);
  // The application around Gatehouse may have answered already: a second answer would throw where it is not caught.
  else if (!outgoing.headersSent) outgoing.writeHead(status, headers).end(body);
}

/** Sends parts as fast as the client takes them; never rejects. What breaks on the way ends the connection. */
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
    // The error was reported where it was thrown; the end of the body must not look like one.
    breakOff(outgoing);
  }
}

/** Resolves when a client can take more, or has gone; one that takes nothing for long is cut off. */
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

/** Ends a response so that the client knows that it is not whole: HTTP/2 resets the stream, HTTP/1 closes the connection. */
function breakOff(outgoing: ServerResponse): void {
  const { stream } = outgoing as unknown as Partial<Http2ServerResponse>;
  if (stream) stream.close(internalError);
  else outgoing.destroy();
}

/** Names of which Node keeps the first value only (`message.headers`), where a proxy may have gone by another one. */
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
    const value = this.#incoming.headers[name] as string | undefined;
    if (value === undefined) return null;
    return keptOnce.has(name) ? valuesOf(this.#incoming.rawHeaders, name).join(', ') : value;
  }

  bytes(limit: number): Promise<Uint8Array | undefined> {
    const incoming = this.#incoming;
    if (!hasBody(incoming)) return Promise.resolve(new Uint8Array());
    if (incoming.readableDidRead) return Promise.reject(readBefore());
    if (incoming.destroyed) return Promise.reject(endedEarly());
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = [];
      let length = 0;
      incoming.on('data', (chunk: Uint8Array) => {
        length += chunk.byteLength;
        // The rest is read and thrown away, or the client would never come to read its answer.
        if (length > limit) resolve(undefined);
        else chunks.push(chunk);
      });
      incoming.once('end', () => resolve(Buffer.concat(chunks)));
      incoming.once('error', (error) => reject(endedEarly(error)));
      incoming.once('close', () => reject(endedEarly()));
    });
  }
}

/** The pseudo-header field of HTTP/2 that takes the place of `Host` (RFC 9113, section 8.3.1). */
function authorityOf(headers: IncomingMessage['headers']): string | undefined {
  return headers[':authority'] as string | undefined;
}

/**
 * Whether a request names the host it is for, and only one: of two Node takes the first where a proxy may have taken the
 * second (RFC 9112, section 3.2). HTTP/1.0 does not know `Host` yet, and HTTP/2 can do without (ruling G7).
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

/** All values of a header, as they came. */
function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i] as string;
    if (candidate.length === name.length && candidate.toLowerCase() === name)
      values.push(rawHeaders[i + 1] as string);
  }
  return values;
}
