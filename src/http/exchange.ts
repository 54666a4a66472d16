/** Requests and answers as the handler sees them, independent of the server and its API. */

import { Abandoned } from '../crypto/hashing-queue.ts';
import type { Awaitable } from '../storage/port/awaitable.ts';
import type { BodyStream } from './body-stream.ts';
import type { ReplyHeaders } from './reply.ts';

/** A request as it was received. */
export interface IncomingRequest {
  readonly method: string;
  /** The request target, before any URL parser normalises it (ruling G11). */
  readonly target: string;
  /** The value of `Host`, or of `:authority` in HTTP/2; `null` if both are missing. */
  readonly host: string | null;
  /** The address of the peer, or `unix` if it came over a unix domain socket. Without it all clients are throttled as one. */
  readonly remoteAddress: string | undefined;
  /** The fault for which the request itself is refused. */
  readonly fault: 'malformed_request' | 'unmet_expectation' | undefined;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
  /** A header by its name in lower case; of a repeated one all values, joined as the Fetch standard says. */
  header(name: string): string | null;
  /**
   * The whole body; `undefined` as soon as it has more bytes than `limit`.
   *
   * @throws {Abandoned} if it ends early.
   * @throws {Error} if it has been read already.
   */
  bytes(limit: number): Promise<Uint8Array | undefined>;
}

/** The error of a body that ends early: the client disconnected, or was cut off for being too slow. */
export function endedEarly(cause?: unknown): Abandoned {
  return new Abandoned('The body ended early.', { cause });
}

/** The error of a body that the application read before Gatehouse; it goes to the log. */
export function readBefore(): Error {
  return new Error(
    'Something read the body of this request before Gatehouse: mount Gatehouse in front of it.',
  );
}

/** An answer as it is sent. */
export interface Answer {
  readonly status: number;
  /** A header with several values is sent as one line per value. */
  readonly headers: ReplyHeaders;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** A body that is generated while it is sent, in place of `body`. An error in it ends the connection. */
  readonly stream?: BodyStream | undefined;
}

/** Answers every request; never rejects. */
export interface RequestHandler {
  handle(request: IncomingRequest): Awaitable<Answer>;
}
