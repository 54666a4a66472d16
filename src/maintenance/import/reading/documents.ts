/** Reads the fields of JSON documents of other systems, also in the Extended JSON of MongoDB. */

import type { Value } from './made-records.ts';

/** A JSON object. */
export type Document = Readonly<Record<string, unknown>>;

/** The longest text that is read, in characters. */
const maxText = 65_536;

export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text, in which whole numbers beyond 2^53 are texts; `undefined` if it is none. */
export function parsedJson(text: string): unknown {
  try {
    return /\d{16}/.test(text) ? JSON.parse(text, exactly) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Ids of other systems may be larger than a number can be exactly. */
function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? '';
  return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d{16,}$/.test(source)
    ? source
    : value;
}

/** The document in a text; `undefined` if it is none. */
export function parsedDocument(text: unknown): Document | undefined {
  const value = typeof text === 'string' ? parsedJson(text) : text;
  return isDocument(value) ? value : undefined;
}

/** A text or a number in a field of its own name; `undefined` for anything else, and for a text beyond all measure. */
export function field(document: Document | undefined, name: string): Value {
  if (document === undefined || !Object.hasOwn(document, name)) return undefined;
  return valueOfField(document[name]);
}

export function flag(document: Document | undefined, name: string): boolean | undefined {
  const value = document !== undefined && Object.hasOwn(document, name) ? document[name] : undefined;
  return typeof value === 'boolean' ? value : undefined;
}

export function list(document: Document | undefined, name: string): readonly unknown[] {
  const value = document !== undefined && Object.hasOwn(document, name) ? document[name] : undefined;
  return Array.isArray(value) ? value : [];
}

export function documentIn(document: Document | undefined, name: string): Document | undefined {
  const value = document !== undefined && Object.hasOwn(document, name) ? document[name] : undefined;
  return isDocument(value) ? value : undefined;
}

function valueOfField(value: unknown): Value {
  return isDocument(value) ? extended(value) : valueOfText(value);
}

function valueOfText(value: unknown): Value {
  if (typeof value === 'string') return value.length <= maxText ? value : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Extended JSON (MongoDB's specification, canonical and relaxed); `undefined` for any other object. */
function extended(document: Document): Value {
  const [[name, value] = ['', undefined], ...others] = Object.entries(document);
  if (others.length > 0) return undefined;
  if (name === '$oid' || name === '$uuid' || name === '$symbol')
    return typeof value === 'string' ? value : undefined;
  if (['$numberLong', '$numberInt', '$numberDouble'].includes(name))
    return typeof value === 'string' ? value : undefined;
  if (name === '$date') return isDocument(value) ? field(value, '$numberLong') : valueOfText(value);
  return name === '$binary' ? uuidIn(value) : undefined;
}

/** A UUID in its binary form (subtype 4). */
function uuidIn(value: unknown): string | undefined {
  if (!isDocument(value) || value['subType'] !== '04' || typeof value['base64'] !== 'string')
    return undefined;
  const hex = Buffer.from(value['base64'], 'base64').toString('hex');
  return hex.length === 32 ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : undefined;
}
