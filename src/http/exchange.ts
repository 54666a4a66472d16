/** What a request is to the wire, and what an answer is, whichever server they pass through. */

import { Abandoned } from '../crypto/hashing-queue.ts';
import type { Awaitable } from '../storage/port/awaitable.ts';
import type { BodyStream } from './body-stream.ts';
import type { ReplyHeaders } from './reply.ts';

/** A request as it came. */
export interface IncomingRequest {
  readonly method: string;
  /** The request target, before any URL parser made it tidy (ruling G11). */
  readonly target: string;
  /** What `Host`, or in HTTP/2 `:authority`, names; `null` if nothing does. */
  readonly host: string | null;
  /** The address of the peer, or `unix` if it came over a unix domain socket. Without it all clients are throttled as one. */
  readonly remoteAddress: string | undefined;
  /** What is wrong with the request itself; it is refused for it. */
  readonly fault: 'malformed_request' | 'unmet_expectation' | undefined;
  /** Aborted when the client has gone. */
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

/** A body ends early because its client went away or was cut off for being too slow. */
export function endedEarly(cause?: unknown): Abandoned {
  return new Abandoned('The body ended early.', { cause });
}

/** An application that reads bodies before Gatehouse does is told so in the log. */
export function readBefore(): Error {
  return new Error(
    'Something read the body of this request before Gatehouse: mount Gatehouse in front of it.',
  );
}

/** An answer as it goes out. */
export interface Answer {
  readonly status: number;
  /** A header with several values is sent as so many lines. */
  readonly headers: ReplyHeaders;
  readonly body?: string | undefined;
  /** The body where it is made while it goes out, in place of `body`. An error in it ends the connection. */
  readonly stream?: BodyStream | undefined;
}

/** Answers every request; never rejects. */
export interface RequestHandler {
  handle(request: IncomingRequest): Awaitable<Answer>;
}
