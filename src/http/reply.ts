/** What a route answers, before it is written to the wire. */

import type { BodyStream } from './body-stream.ts';

export interface Reply {
  readonly status: number;
  /** A text is JSON already. */
  readonly body?: object | string;
  /** JSON that is made while it goes out, in place of `body`; its type is among `headers`. */
  readonly stream?: BodyStream;
  readonly headers?: ReplyHeaders;
}

/** By their names in lower case. Only `set-cookie` may have several values. */
export type ReplyHeaders = Readonly<Record<string, string | string[]>>;

/** A reply with its body as it goes out; one that is given many times is prepared once. */
export function prepared(reply: Reply): Reply & { readonly body: string } {
  const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  const own = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  return { ...reply, body, headers: { ...own, ...reply.headers } };
}
