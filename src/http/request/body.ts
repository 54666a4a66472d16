/** Reads request bodies: bounded, strictly UTF-8, one JSON object (ruling G10). */

import { isRefusal } from '../../usecases/refusals.ts';
import type { AnyRefusal, RequestFault, Route } from '../contract.ts';
import type { IncomingRequest } from '../exchange.ts';
import type { Reply } from '../reply.ts';
import type { RequestContext } from '../request-context.ts';

/** Larger bodies are refused with 413. */
export const maxBodyBytes = 16 * 1_024;

const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*(?:utf-8|"utf-8")\s*)?$/i;

/** Keeps a BOM, so that it is refused like any other text that is not JSON. */
export const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type Fields = Readonly<Record<string, unknown>>;

export type ReadBody = { readonly fields: Fields } | RequestFault;

/** The fields of a JSON object; of duplicate keys the last one counts. */
export async function readFields(request: IncomingRequest): Promise<ReadBody> {
  const bytes = await readTyped(request, jsonType);
  return isRefusal(bytes) ? bytes : parseObject(bytes);
}

/** The bytes of a body of this type; a body of another type, with an encoding, or with too many bytes is refused. */
export async function readTyped(request: IncomingRequest, type: RegExp): Promise<Uint8Array | RequestFault> {
  const encoding = request.header('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') return { refused: 'unsupported_encoding' };
  if (!type.test(request.header('content-type') ?? '')) return { refused: 'unsupported_media_type' };
  return (await readBytes(request)) ?? { refused: 'body_too_large' };
}

/** Reads and discards a body; refuses it if it is too large. */
export async function ignoreBody(request: IncomingRequest): Promise<ReadBody> {
  const bytes = await readBytes(request);
  return bytes ? { fields: {} } : { refused: 'body_too_large' };
}

/** The named fields if each is a string; otherwise a refusal with the name of the first that is not. */
export function textFields<Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Record<Name, string> | RequestFault {
  const missing = names.find((name) => !Object.hasOwn(fields, name) || typeof fields[name] !== 'string');
  if (missing !== undefined) return { refused: 'missing_field', field: missing };
  return fields as Record<Name, string>;
}

/** Answers with the named fields, or refuses a request in which one of them is not a string. */
export function withFields<Name extends string>(
  names: readonly Name[],
  answer: (context: RequestContext, fields: Record<Name, string>) => Promise<Reply | AnyRefusal>,
): Route['answer'] {
  return (context) => {
    const asked = textFields(context.fields, names);
    return isRefusal(asked) ? asked : answer(context, asked);
  };
}

function parseObject(bytes: Uint8Array): ReadBody {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { fields: value as Fields } : { refused: 'malformed_body' };
  } catch {
    return { refused: 'malformed_body' };
  }
}

/** All bytes of a body, or `undefined` as soon as there are too many. */
async function readBytes(request: IncomingRequest): Promise<Uint8Array | undefined> {
  if (Number(request.header('content-length')) > maxBodyBytes) return undefined;
  return request.bytes(maxBodyBytes);
}
