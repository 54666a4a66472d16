/** What the small right server does, in parts that a fault replaces. */

import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

export interface Reply {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
}

export type Contract = 'envelope' | 'rest' | 'dotjson';

/** What a fault changes; as it is here, it is right. */
export const right = {
  /** The last word on a reply. */
  alter: (reply: Reply, _asked: Asked): Reply => reply,
  /** The route that a path is. */
  route: (path: string): string => path,
  canonical: (name: string): string => name.toLowerCase(),
  mint: (contract: Contract, _asked: Asked, _live: ReadonlySet<string>): string =>
    contract === 'rest' ? randomUUID() : token(),
  request: (_fields: Fields | undefined): string => randomUUID(),
  password: (text: string): string => text,
  /** The method that the server takes a request to have. */
  method: (asked: Asked): string => asked.method,
  isAddress: (text: string): boolean => /^[^@\s]{1,64}@[a-z.]+$/i.test(text),
  isUsername: (text: string): boolean => /^[a-zA-Z0-9_]{3,40}$/.test(text),
  /** Ends a session; whether it was alive. */
  end: (live: Set<string>, id: string): boolean => live.delete(id),
  isCrossSite: (headers: IncomingHttpHeaders): boolean =>
    headers['sec-fetch-site'] !== undefined
      ? !['same-origin', 'none'].includes(String(headers['sec-fetch-site']))
      : headers.origin !== undefined && headers.origin !== `http://${headers.host}`,
  /** The fields of a body; a number is the status of its refusal. */
  fields: (asked: Asked): Fields | number => fieldsOf(asked),
  usernameOf: (registered: string, _typed: string): string => registered,
  created: (at: number): string => zoned(at),
  /** The ids that a logout of dotjson finds. */
  named: (asked: Asked): string[] => named(asked),
  cookie: (id: string): string => `session_id=${id}; Max-Age=2592000; ${attributes}`,
  cleared: (_id: string): string | undefined => `session_id=; Max-Age=0; ${attributes}`,
  /** The ids that a logout of rest finds. */
  presented: ({ headers }: Asked): string[] => [
    ...cookies(headers, 'session_id'),
    ...list(headers['x-session-id']),
  ],
  passwordReason: (password: string, name: string): string | undefined => passwordReason(password, name),
  isTaken: (accounts: ReadonlyMap<string, Account>, key: string): boolean => accounts.has(key),
  /** Ends what a login has to leave alone. */
  beforeLogin: (_live: Set<string>): void => {},
  userOf: (account: Account): string => account.user,
};

export type Behaviour = typeof right;
export type Fields = Readonly<Record<string, unknown>>;

export interface Account {
  readonly name: string;
  password: string;
  readonly user: string;
}

const attributes = 'Path=/; HttpOnly; SameSite=Lax; Secure';

export const token = () => Array.from(randomBytes(26), (byte) => (byte % 36).toString(36)).join('');

export function cookies({ cookie = '' }: IncomingHttpHeaders, name: string): string[] {
  const pairs = cookie.split('; ').map((pair) => pair.split('='));
  return pairs.filter(([key]) => key === name).map(([, value = '']) => value);
}

export const list = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : [value].flat();

function named({ query, headers }: Asked): string[] {
  if (query.has('s')) return query.getAll('s').length === 1 ? query.getAll('s') : [];
  const own = cookies(headers, 'session_id');
  if (own.length > 0) return own.length === 1 ? own : [];
  return cookies(headers, 'session').filter((value) => /^[A-Za-z0-9-]{15,36}$/.test(value));
}

function fieldsOf({ headers, bytes }: Asked): Fields | number {
  if (!['identity', undefined].includes(headers['content-encoding'])) return 415.1;
  if (!/^application\/json(?:; ?charset=utf-8)?$/i.test(headers['content-type'] ?? '')) return 415;
  if (bytes.length > 16_384) return 413;
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : 400;
  } catch {
    return 400;
  }
}

function passwordReason(password: string, name: string): string | undefined {
  if (/\0/.test(password) || !password.isWellFormed())
    return 'Password must be well-formed Unicode without U+0000';
  if (password.length < 8) return 'Password must have at least 8 characters';
  if (password.length > 256) return 'Password must have at most 256 characters and 1024 bytes of UTF-8';
  if (password.toLowerCase() === name.toLowerCase())
    return 'Password must differ from the name of the account';
  return password.toLowerCase() === 'password1' ? 'Password is too common' : undefined;
}

/** `created` of `dotjson`, in a zone whose offset never changes. */
function zoned(at: number): string {
  const local = new Date(at + 19_800_000).toISOString().slice(0, -1);
  return `${local.replace(/\.?0+$/, (end) => (local.includes('.000') ? '' : end.replace(/0+$/, '')))}+05:30[Asia/Kolkata]`;
}
