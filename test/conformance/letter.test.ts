/** A server that does what the contracts say and nothing of what Gatehouse reads into them conforms, unless the run is strict. */

import { expect, test } from 'vitest';
import { outcomeOf, runConformance } from '../../src/conformance/conformance.ts';
import { type Asked, type Behaviour, cookies, type Reply, right, token } from './right-behaviour.ts';
import { startRight } from './right-server.ts';

/** Refusals without the media types, fields, statuses and headers that only the rulings ask for. */
function alter(reply: Reply, { path }: Asked): Reply {
  const { 'set-cookie': cookie, allow: _allow, ...others } = reply.headers;
  const isProblem = others['content-type'] === 'application/problem+json';
  const headers = {
    'content-type': 'text/plain',
    'x-powered-by': 'Express',
    'access-control-allow-origin': '*',
    ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
  };
  if (isProblem) return { status: reply.status, headers, body: 'No' };
  // `envelope` and `dotjson` name no status.
  return { ...reply, headers, status: path.startsWith('/auth/') ? reply.status : 200 };
}

const letterOnly: Partial<Behaviour> = {
  alter,
  route: (path) => path.toLowerCase().replace(/\/$/, ''),
  canonical: (name) => name,
  // The example of `dotjson` has fifteen characters, and `rest` says "uuid".
  mint: (contract, asked, live) =>
    contract === 'rest' ? right.mint(contract, asked, live).toUpperCase() : token().slice(0, 15),
  request: (fields) => String(fields?.['request'] ?? '1'),
  isCrossSite: () => false,
  fields: (asked) => {
    try {
      const fields: unknown = JSON.parse(asked.bytes.toString());
      return typeof fields === 'object' && fields !== null
        ? { username: '', email: '', password: '', ...fields }
        : 400;
    } catch {
      return 400;
    }
  },
  usernameOf: (_registered, typed) => typed.toLowerCase(),
  created: (at) => new Date(at).toUTCString(),
  cookie: (id) => `session_id=${id}; HttpOnly; Secure; SameSite=lax`,
  cleared: () => 'session_id=; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  // "The session cookie" has no name there.
  named: ({ query, headers }) => [...query.getAll('s'), ...cookies(headers, 'session')].slice(0, 1),
  isAddress: () => true,
  passwordReason: () => undefined,
};

test.each(['envelope', 'rest', 'dotjson'] as const)('%s, taken by its letter', async (contract) => {
  const report = await runConformance({ url: await startRight(letterOnly), contracts: [contract] });
  const failed = report.results.filter(({ verdict }) => verdict === 'failed');
  const musts = report.results.filter(({ basis }) => basis === 'must');
  expect(musts.filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
  expect(musts.length).toBeGreaterThan(5);
  expect(failed.length).toBeGreaterThan(20);
  expect(report.unjudged).toEqual([]);
  expect([outcomeOf(report), outcomeOf(report, true)]).toEqual(['conforms', 'failed']);
});
