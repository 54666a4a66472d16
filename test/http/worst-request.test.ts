/** What the worst legal request of every route costs the store, in calls and in rows (ruling B5). */

import { expect, test } from 'vitest';
import { newToken } from '../../src/crypto/ids.ts';
import type { Asked, Cost } from '../support/counted-server.ts';
import { onPostgres } from '../support/engine-settings.ts';
import { linesOf } from '../support/store-calls.ts';
import { worstEnrolments } from '../support/worst-enrolments.ts';
import {
  type Bound,
  endAll,
  factorBounds,
  ownPassword,
  revokeAllAccess,
  signedIn,
} from '../support/worst-factor-bounds.ts';
import { factorRequests } from '../support/worst-factor-requests.ts';
import { openWorld, requests } from '../support/worst-requests.ts';

/** No call touches more rows than a page of two hundred and the one that begins the next page. */
const maxRowsInCall = 201;

/** The same through the cache of checks, which the tests on PostgreSQL turn off. */
const checked = onPostgres ? signedIn : ['revocations.isFresh', ...signedIn];

/** Seven more ids, whose sessions are dead. */
const sevenDead = Array.from({ length: 7 }, () => checked.filter((call) => call !== 'sessions.touch')).flat();

const registered = ['throttle.take 1', 'invitations.find', 'accounts.findCredential', 'accounts.create'];

/** The link that goes to a new address, beside the answer. */
const verifyLink = ['throttle.take 1', 'mails.enqueue'];

/**
 * The accounts have 452 sessions, as many devices, entries and mails, and more ids than are looked at. What grows with them
 * is ended, read or sent in steps; every other number of calls is fixed.
 */
const bounds: Readonly<Record<string, Bound>> = {
  ...factorBounds,

  'POST /api/auth/logout': { rows: 1, writes: 1, calls: ['sessions.remove 1'] },

  'GET /auth/session': { rows: 1, writes: 0, calls: checked },
  'GET /auth/forward': { rows: 1, writes: 0, calls: [...checked, ...sevenDead] },

  'GET /auth/sessions': { rows: 101, writes: 0, calls: [...signedIn, 'sessions.ofUser'] },
  'DELETE /auth/sessions': { rows: 100, writes: 452, calls: [...signedIn, ...endAll] },
  'DELETE /auth/sessions/:handle': {
    rows: 1,
    writes: 1,
    calls: [...signedIn, 'sessions.findByHandle', 'sessions.removeByHandle'],
  },

  'GET /auth/account/activity': { rows: 100, writes: 0, calls: [...signedIn, 'audit.read'] },

  'POST /auth/email/verify/request': { rows: 1, writes: 1, calls: [...signedIn, 'mails.enqueue'] },
  'POST /auth/email/verify': {
    rows: 1,
    writes: 1,
    calls: [
      'throttle.take 1',
      'tokens.take',
      'tokens.take',
      'accounts.findUser',
      'accounts.changeEmail',
      'mails.enqueue',
    ],
  },
  'POST /auth/email': {
    rows: 1,
    writes: 4,
    calls: [...signedIn, ...ownPassword, 'audit.append', 'mails.enqueue'],
  },
  'POST /auth/password/forgot': {
    rows: 1,
    writes: 1,
    calls: [
      'throttle.take 1',
      'accounts.findCredential',
      'accounts.findUser',
      'audit.append',
      'mails.enqueue',
    ],
  },
  'POST /auth/password/reset': {
    rows: 100,
    writes: 454,
    calls: [
      'throttle.take 1',
      'tokens.find',
      'accounts.findUser',
      'tokens.take',
      'accounts.findCredentialOf',
      ...revokeAllAccess,
      'accounts.verifyEmail',
      'accounts.findUser',
      'mails.enqueue',
    ],
  },

  'POST /auth/register': {
    rows: 1,
    writes: 2,
    calls: [
      ...registered,
      ...verifyLink,
      'sessions.insert',
      'devices.any',
      'devices.remember',
      'devices.remember',
    ],
  },
  'POST /auth/logout': { rows: 8, writes: 8, calls: ['sessions.remove 8'] },

  'POST /register.json': { rows: 1, writes: 1, calls: registered },
  'POST /logout.json': { rows: 1, writes: 1, calls: ['sessions.remove 1'] },

  'GET /healthz': { rows: 0, writes: 0, calls: [] },
  'GET /readyz': { rows: 0, writes: 0, calls: ['ping'] },
  'GET /openapi.json': { rows: 0, writes: 0, calls: [] },
};

/** Calls that are made beside one another come in no order. */
const inOrder = ({ rows, writes, calls }: Bound): Bound => ({ rows, writes, calls: calls.toSorted() });

const costOf = ({ calls, writes }: Cost): Bound =>
  inOrder({ rows: Math.max(0, ...calls.map(({ rows }) => rows)), writes, calls: linesOf(calls) });

test('B5: the worst request of every route makes the calls in the table, and no others', async () => {
  const world = await openWorld();
  const all = { ...requests, ...factorRequests };
  expect(Object.keys(all).sort()).toEqual(world.server.routes.toSorted());
  expect(Object.keys(bounds).sort()).toEqual(world.server.routes.toSorted());
  for (const [route, worst] of Object.entries(all)) {
    const cost = await world.server.cost(await worst(world));
    expect([200, 201, 202, 204], `${route}: ${cost.status} ${cost.text}`).toContain(cost.status);
    const bound = bounds[route] ?? { rows: 0, writes: 0, calls: [] };
    expect.soft(costOf(cost), route).toEqual(inOrder(bound));
    for (const { name, rows } of cost.calls)
      expect(rows, `${route}: ${name}`).toBeLessThanOrEqual(maxRowsInCall);
    expect(cost.writesInStep, route).toBeLessThanOrEqual(maxRowsInCall);
  }
}, 120_000);

test('B5, F6: where a factor is required, the worst requests until there is one make these calls, and no others', async () => {
  const world = await openWorld({ GATEHOUSE_SECOND_FACTOR: 'required' });
  for (const [route, [bound, worst]] of Object.entries(worstEnrolments)) {
    const cost = await world.server.cost(await worst(world));
    expect([200, 201, 204], `${route}: ${cost.status} ${cost.text}`).toContain(cost.status);
    expect.soft(costOf(cost), route).toEqual(inOrder(bound));
    for (const { name, rows } of cost.calls)
      expect(rows, `${route}: ${name}`).toBeLessThanOrEqual(maxRowsInCall);
    expect(cost.writesInStep, route).toBeLessThanOrEqual(maxRowsInCall);
  }
}, 120_000);

test('B5: a request that is refused for its content causes no store call', async () => {
  const { server } = await openWorld();
  const ids = Array.from({ length: 9 }, newToken);
  const cookies = Array.from({ length: 150 }, (_, n) => `session_id=${n}`.padEnd(40, 'x')).join('; ');
  const refused: Readonly<Record<string, Asked>> = {
    'a path of no route': { method: 'POST', path: '/auth/nowhere' },
    'another method': { method: 'DELETE', path: '/auth/login' },
    'a preflight': { method: 'OPTIONS', path: '/auth/login', headers: { origin: 'https://example.com' } },
    'another site': { method: 'POST', path: '/auth/logout', headers: { origin: 'https://example.com' } },
    'nine ids': { method: 'POST', path: '/auth/logout', headers: { 'x-session-id': ids.join() } },
    'a hundred and fifty cookies': { method: 'POST', path: '/auth/logout', headers: { cookie: cookies } },
    'no session': { method: 'GET', path: '/auth/account/export' },
    'an id of no length there is': { method: 'GET', path: '/auth/session', id: 'x'.repeat(37) },
    'a body that is too large': {
      method: 'POST',
      path: '/auth/login',
      body: { email: 'a@example.com', password: 'x'.repeat(20_000) },
    },
    'a name of an impossible form': {
      method: 'POST',
      path: '/auth/register',
      body: { email: 'no address', password: 'supersecure' },
    },
  };
  for (const [what, asked] of Object.entries(refused)) {
    const { status, calls, writes } = await server.cost(asked);
    expect([what, status >= 400, linesOf(calls), writes]).toEqual([what, true, [], 0]);
  }
});
