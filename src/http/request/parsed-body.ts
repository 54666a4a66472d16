/** Takes a body that a middleware has read before Gatehouse and kept on the request, such as `express.json()`. */

import type { IncomingMessage } from 'node:http';
import { formType } from './form.ts';

/** What middlewares leave on a request: the bytes they read, and what they made of them. */
interface ParsedRequest {
  readonly rawBody?: unknown;
  readonly body?: unknown;
}

/** The bytes that a middleware kept, or what it made of them, written again; `undefined` if nothing kept it. */
export function parsedBytes(incoming: IncomingMessage): Uint8Array | undefined {
  const { rawBody, body } = incoming as IncomingMessage & ParsedRequest;
  for (const kept of [rawBody, body]) {
    if (kept instanceof Uint8Array) return kept;
    if (typeof kept === 'string') return Buffer.from(kept);
  }
  if (body === undefined) return undefined;
  const isForm = typeof body === 'object' && body !== null && formType.test(contentType(incoming));
  return Buffer.from((isForm ? formText(body) : JSON.stringify(body)) ?? '');
}

function contentType({ headers }: IncomingMessage): string {
  return headers['content-type'] ?? '';
}

/**
 * A form that `express.urlencoded()` has parsed, written again. A list was a name that occurred twice, or one in brackets: its
 * name is repeated, so that the form is refused. An object was made of names in brackets, which no page of Gatehouse has.
 */
function formText(body: object): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    const isList = Array.isArray(value);
    for (const text of isList ? [value, value].map(String) : [value])
      if (typeof text === 'string') fields.append(name, text);
  }
  return fields.toString();
}
