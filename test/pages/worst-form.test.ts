/** What the worst legal form, or request, of every page costs the store, in calls and in rows (ruling B5). */

import { expect, test } from 'vitest';
import { newToken } from '../../src/crypto/ids.ts';
import type { Asked, Cost } from '../support/counted-server.ts';
import { pagesOn } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { linesOf } from '../support/store-calls.ts';
import { worstFactorForms } from '../support/worst-factor-forms.ts';
import { factorRequests } from '../support/worst-factor-requests.ts';
import { factorPages } from '../support/worst-factors.ts';
import { type Bound, fresh, inSession, lists, signedIn, worst } from '../support/worst-forms.ts';
import { openWorld, requests, type World } from '../support/worst-requests.ts';

/** No call touches more rows than a page of two hundred and the one that begins the next page. */
const maxRowsInCall = 201;

/** Calls that are made beside one another come in no order. */
const inOrder = ({ rows, writes, calls }: Bound): Bound => ({ rows, writes, calls: calls.toSorted() });

const costOf = ({ calls, writes }: Cost): Bound =>
  inOrder({ rows: Math.max(0, ...calls.map(({ rows }) => rows)), writes, calls: linesOf(calls) });

/** The routes of pages, by their names in the table. */
function routesOf({ server }: World): Map<string, string> {
  const ofPages = server.routes.filter(
    (route) => !Object.hasOwn(requests, route) && !Object.hasOwn(factorRequests, route),
  );
  return new Map(ofPages.map((route) => [route.replace(/-[\w-]{12}(?=\.\w+$)/, ''), route]));
}

test('B5: the worst form or request of every page makes the calls in the table, and no others', async () => {
  const world = await openWorld(factorPages);
  const routes = routesOf(world);
  const all = { ...worst, ...worstFactorForms };
  expect(Object.keys(all).sort()).toEqual([...routes.keys()].toSorted());
  for (const [name, [bound, ask]] of Object.entries(all)) {
    const asked = await ask(world);
    const path = asked.path === '' ? String(routes.get(name)).replace('GET ', '') : asked.path;
    const cost = await world.server.cost({ ...asked, path });
    expect([200, 303], `${name}: ${cost.status} ${cost.text}`).toContain(cost.status);
    expect.soft(costOf(cost), name).toEqual(inOrder(bound));
    for (const call of cost.calls)
      expect(call.rows, `${name}: ${call.name}`).toBeLessThanOrEqual(maxRowsInCall);
    expect(cost.writesInStep, name).toBeLessThanOrEqual(maxRowsInCall);
  }
}, 120_000);

test('B5: a form of the account that is refused costs the two lists of its page more', async () => {
  const world = await openWorld(pagesOn);
  const page = [...signedIn, ...lists, 'accounts.findCredentialOf'];
  const counted = ['devices.findKnown 8', 'throttle.take 2', 'accounts.findCredentialOf', 'audit.append'];
  for (const [path, form, calls] of [
    ['/account/password', { password: 'not my password', new_password: fresh }, [...page, ...counted]],
    ['/account/password', { password, new_password: 'short' }, page],
    ['/account/password', {}, page],
    ['/account/email', { identifier: 'no address', password }, page],
    ['/account/delete', { password: 'not my password' }, [...page, ...counted]],
    ['/account/sessions/unknown', {}, [...page, 'sessions.findByHandle']],
  ] as const) {
    const cost = await world.server.cost(await inSession('POST', path, form)(world));
    expect([path, cost.status >= 400]).toEqual([path, true]);
    expect.soft(linesOf(cost.calls).toSorted(), path).toEqual([...calls].toSorted());
    for (const call of cost.calls) expect(call.rows, `${path}: ${call.name}`).toBeLessThanOrEqual(11);
  }
}, 120_000);

test('B5: a page that is refused for its content, or for its origin, causes no call', async () => {
  const { server } = await openWorld(pagesOn);
  const cookies = Array.from({ length: 9 }, () => `session_id=${newToken()}`).join('; ');
  const planted = { cookie: `session_id=${newToken()}` };
  for (const asked of [
    { method: 'POST', path: '/sign-in', form: {}, headers: planted },
    { method: 'POST', path: '/sign-in', form: { identifier: 'a', password: 'x'.repeat(17_000) } },
    { method: 'POST', path: '/register', form: { identifier: 'a b', password, code: 'x' } },
    { method: 'POST', path: '/reset-password', form: { code: 'x', new_password: 'short' } },
    { method: 'POST', path: '/sign-out', form: {}, headers: { cookie: cookies } },
    {
      method: 'POST',
      path: '/account/delete',
      form: { password },
      headers: { ...planted, origin: 'https://evil.example' },
    },
    { method: 'POST', path: '/account/delete', body: { password }, headers: planted },
    { method: 'POST', path: '/account/delete', form: { password } },
    { method: 'POST', path: '/account/delete', form: { password }, headers: { cookie: cookies } },
    { method: 'GET', path: '/account', headers: { cookie: `session_id=${'x'.repeat(37)}` } },
    { method: 'PUT', path: '/account/password', form: {}, headers: planted },
    { method: 'GET', path: '/account/nothing', headers: planted },
  ] satisfies Asked[]) {
    const { status, calls, writes } = await server.cost(asked);
    expect([asked.path, status >= 303, linesOf(calls), writes]).toEqual([asked.path, true, [], 0]);
  }
});
