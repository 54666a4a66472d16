/** Reads request bodies: bounded, strictly UTF-8, one JSON object (ruling G10). */

import { Abandoned } from '../crypto/queue.ts';
import type { Fault } from './contract.ts';

/** Larger bodies are refused with 413. */
export const mostBodyBytes = 16 * 1_024;

const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*(?:utf-8|"utf-8")\s*)?$/i;

/** Keeps a BOM, so that it is refused like any other text that is not JSON. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a JSON object; of duplicate keys the last one counts. */
export async function readFields(request: Request): Promise<{ readonly fields: Fields } | Fault> {
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') return { refused: 'unsupported_encoding' };
  if (!jsonType.test(request.headers.get('content-type') ?? '')) return { refused: 'unsupported_media_type' };
  const bytes = await readBytes(request);
  return bytes ? parseObject(bytes) : { refused: 'body_too_large' };
}

/** Reads a body that nobody needs; refuses it if it is too large. */
export async function ignoreBody(request: Request): Promise<{ readonly fields: Fields } | Fault> {
  const bytes = await readBytes(request);
  return bytes ? { fields: {} } : { refused: 'body_too_large' };
}

function parseObject(bytes: Uint8Array): { readonly fields: Fields } | Fault {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { fields: value as Fields } : { refused: 'malformed_body' };
  } catch {
    return { refused: 'malformed_body' };
  }
}

/** All bytes of a body, or `undefined` as soon as there are too many. */
async function readBytes(request: Request): Promise<Uint8Array | undefined> {
  const announced = Number(request.headers.get('content-length') ?? Number.NaN);
  if (announced > mostBodyBytes) return undefined;
  try {
    if (Number.isNaN(announced)) return await readStream(request);
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.byteLength <= mostBodyBytes ? bytes : undefined;
  } catch (error) {
    // A body ends early because its client went away or was cut off for being too slow.
    throw new Abandoned('The body ended early.', { cause: error });
  }
}

async function readStream(request: Request): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > mostBodyBytes) return undefined;
  }
  return Buffer.concat(chunks);
}
