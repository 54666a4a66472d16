/** The answer of a route, before it is written to the connection. */

import type { BodyStream } from './body-stream.ts';

export interface Reply {
  readonly status: number;
  /** An object is sent as JSON, text and bytes as they are: JSON, unless `headers` have their type and length. */
  readonly body?: object | string;
  /** JSON that is generated while it is sent, in place of `body`; its type is among `headers`. */
  readonly stream?: BodyStream;
  readonly headers?: ReplyHeaders;
}

/** Headers by their names in lower case. Only `set-cookie` may have several values. */
export type ReplyHeaders = Readonly<Record<string, string | string[]>>;

/** The headers with more cookies. */
export function withCookies(headers: ReplyHeaders, more: readonly string[]): ReplyHeaders {
  const own = headers['set-cookie'] ?? [];
  return { ...headers, 'set-cookie': [...(typeof own === 'string' ? [own] : own), ...more] };
}

/** A reply with its body as text; a reply that is used many times is prepared once. */
export function prepared(reply: Reply): Reply & { readonly body: string } {
  const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  const own = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  return { ...reply, body, headers: { ...own, ...reply.headers } };
}
