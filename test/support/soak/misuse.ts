/** Attacks that no route is made for: huge and broken bodies, endless headers, and paths that lead nowhere. */

import { type Attack, stranger } from './attack.ts';

const json = { 'content-type': 'application/json' };

/** Routes of every kind that take a body. */
const paths = [
  '/auth/login',
  '/auth/register',
  '/api/auth/login',
  '/login.json',
  '/auth/password/reset',
  '/auth/logout',
];

const pathAt = (turn: number) => paths[turn % paths.length] as string;

/** As much as a body may have, in brackets that have to be parsed to the last one. */
const deep = '['.repeat(16_384);
const wide = `{${Array.from({ length: 1_300 }, (_, n) => `"k${n}":1`).join(',')}}`.slice(0, 16_384);
const million = ' '.repeat(1_000_000);

export const misuse: readonly Attack[] = [
  stranger('bodies of 16 KiB of brackets', [400], (_, turn) => ({
    method: 'POST',
    path: pathAt(turn % 5),
    body: deep,
    headers: json,
  })),
  stranger('bodies of 1,300 fields', [400], (_, turn) => ({
    method: 'POST',
    path: pathAt(turn % 5),
    body: wide,
    headers: json,
  })),
  stranger(
    'bodies of a megabyte',
    [413],
    (_, turn) => ({
      method: 'POST',
      path: pathAt(turn),
      body: million,
      headers: json,
    }),
    { besides: [0] },
  ),
  stranger('bodies of other types', [415], (_, turn) => ({
    method: 'POST',
    path: pathAt(turn % 5),
    body: deep,
    headers: { 'content-type': 'text/plain' },
  })),
  stranger('headers of 15 KB', [404], (_, turn) => ({
    method: 'GET',
    path: `/${turn}`,
    headers: Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`x-${n}`, '0123456'])),
  })),
  stranger('paths of 15 KB', [404], (_, turn) => ({
    method: 'GET',
    path: `/auth/${'a'.repeat(15_000)}${turn}`,
  })),
  stranger('handles of 15 KB', [401], () => ({
    method: 'DELETE',
    path: `/auth/sessions/${'a'.repeat(15_000)}`,
  })),
  stranger('other methods', [405], (_, turn) => ({ method: 'PUT', path: pathAt(turn) })),
  stranger('pages of other sites', [403], (_, turn) => ({
    method: 'POST',
    path: pathAt(turn),
    headers: { origin: 'https://attacker.example.com', 'sec-fetch-site': 'cross-site' },
  })),
  stranger('preflights of other sites', [405, 404], (_, turn) => ({
    method: 'OPTIONS',
    path: turn % 2 === 0 ? pathAt(turn) : '/nowhere',
    headers: { origin: 'https://attacker.example.com', 'access-control-request-method': 'POST' },
  })),
];
