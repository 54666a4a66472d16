/** Pages are loaded with the first request for one, and what is known of them before agrees with what is loaded. */

import { expect, test } from 'vitest';
import type { Contract, Route } from '../../src/http/contract.ts';
import { RefusalResponder } from '../../src/http/refusals/refusal-responder.ts';
import type { RequestContext } from '../../src/http/request-context.ts';
import { ResponseCounters } from '../../src/http/response-counters.ts';
import { sharedParts } from '../../src/http/served-contracts.ts';
import { PasskeyScript } from '../../src/pages/factors/passkey-script.ts';
import { frontPage } from '../../src/pages/front-page.ts';
import { pageGroup } from '../../src/pages/page-group.ts';
import { frontRoutes, type PageRoute, peopleRoutes } from '../../src/pages/page-routes.ts';
import { pageWords } from '../../src/pages/page-words.ts';
import { readBrand } from '../../src/pages/parts/brand.ts';
import { people } from '../../src/pages/people.ts';
import { referenceRoutes } from '../../src/pages/reference.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import type { Services } from '../../src/usecases/services.ts';
import { pagesOn } from '../support/pages.ts';
import { startServer } from '../support/server.ts';

const settings = readSettings({ GATEHOUSE_PAGES: 'on' });
const brand = readBrand(settings);

/** Everything but the answers, in an order that does not depend on where routes are written. */
function withoutAnswers(routes: readonly (Route | PageRoute)[]): PageRoute[] {
  const shown = routes.map((route): PageRoute & { answer?: unknown } => ({ ...route, answer: undefined }));
  for (const route of shown) delete route.answer;
  const key = ({ path, method }: PageRoute) => `${path} ${method}`;
  return shown.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

test('the table of routes has every page for people with its method, its body, its event and its hash', () => {
  const prepared = { ...sharedParts(settings), brand, script: '', passkeyScript: new PasskeyScript() };
  // No service is used before a request.
  const { routes } = people(settings, { ...prepared, services: {} as Services });
  expect(routes.length).toBeGreaterThan(50);
  expect(withoutAnswers(peopleRoutes)).toEqual(withoutAnswers(routes));
});

test('the table of routes has every page for operators', () => {
  const routes = [frontPage(async () => {}, settings, brand), ...referenceRoutes(brand)];
  expect(withoutAnswers(frontRoutes)).toEqual(withoutAnswers(routes));
});

function group(load: () => Promise<{ routes: readonly Route[]; error: Contract['error'] }>): Contract {
  const table = [{ method: 'GET', path: '/a' }] as const;
  return pageGroup({ name: 'pages', owns: () => false, words: pageWords, table, files: [], load });
}

test('requests that come at once wait for one load, and later ones for none', async () => {
  let loads = 0;
  const pages = group(async () => {
    loads += 1;
    return {
      routes: [{ method: 'GET', path: '/a', answer: () => ({ status: 204 }) }],
      error: () => ({ status: 418 }),
    };
  });
  await Promise.all([pages.load?.(), pages.load?.(), pages.load?.()]);
  expect(loads).toBe(1);
  expect(pages.load?.()).toBe(undefined);
});

test('after a load that failed the next request tries again', async () => {
  let loads = 0;
  const pages = group(async () => {
    loads += 1;
    if (loads === 1) throw new Error('no such file');
    return { routes: [], error: () => ({ status: 418 }) };
  });
  await expect(pages.load?.()).rejects.toThrow('no such file');
  await pages.load?.();
  expect(loads).toBe(2);
  expect(pages.load?.()).toBe(undefined);
});

test('a refusal whose page cannot be loaded is an error of the server, which is logged once', async () => {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  // No service is used for it.
  const responder = new RefusalResponder({} as Services, new ResponseCounters(['pages']), onError);
  const contract = group(() => Promise.reject(new Error('no such file')));
  const context = { requestId: 'x', path: '/account/nowhere', contract: 'pages' } as RequestContext;
  const reply = await responder.refuse({ contract, route: undefined }, context, { refused: 'unknown_route' });
  expect([reply.status, JSON.stringify(reply.body).includes('no such file')]).toEqual([500, false]);
  expect(errors).toEqual([new Error('no such file')]);
});

test.each([
  ['a page', 'GET', '/sign-in', 200, 'Sign in'],
  ['an unknown path', 'GET', '/account/nowhere', 404, 'no page at this address'],
  ['a method without a route', 'PUT', '/sign-in', 405, ''],
])(
  '%s as the first request of a server has its answer as a page',
  async (_what, method, path, status, text) => {
    const server = await startServer(pagesOn);
    const answer = await fetch(new URL(path, server.url), { method });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect((await answer.text()).toLowerCase()).toContain(text.toLowerCase());
  },
);
