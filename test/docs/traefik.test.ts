/** Traefik is not run: Gatehouse gets the requests that it documents, with the file of `deploy/` (ruling W7). */

import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { forgeriesOf } from '../../src/cli/doctor/forward/forgeries.ts';
import { read } from '../support/docs.ts';
import { sharedProcess } from '../support/process.ts';

const file = 'deploy/traefik/dynamic.yaml';
const node = sharedProcess({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' });
const configuration = () => parse(read(file)).http;

/** A request of Traefik: always GET, with the headers of the client, and those that name the original request. */
function asks(method: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const { pathname, search } = new URL(configuration().middlewares.gatehouse.forwardAuth.address);
  const original = {
    'x-forwarded-method': method,
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'notes.example.com',
    'x-forwarded-uri': path,
    'x-forwarded-for': '203.0.113.7',
  };
  return node().send({ path: `${pathname}${search}`, headers: { ...headers, ...original } });
}

/** The way in which Traefik writes the name of a header. */
const canonical = (name: string) =>
  name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());

/** The expression of the file. Go writes the flag for "in any case" at its beginning. */
const copied = () =>
  new RegExp(
    configuration().middlewares.gatehouse.forwardAuth.authResponseHeadersRegex.replace('(?i)', ''),
    'i',
  );

test('W7: a live session is 200 with the headers that the file copies', async () => {
  const person = { email: 'ada@example.com', password: 'strongpassword' };
  const { session_id: id } = JSON.parse((await node().post('/auth/register', person)).text);
  const { status, headers } = await asks('POST', '/notes', { cookie: `session_id=${id}` });
  const names = Object.keys(headers).filter((name) => copied().test(name));
  expect([status, names.toSorted()]).toEqual([
    200,
    ['remote-email', 'remote-name', 'remote-session', 'remote-user'],
  ]);
});

test('W7: a browser is sent to sign in and back, and everything else gets 401', async () => {
  const html = { accept: 'text/html' };
  const opened = await asks('GET', '/notes?a=b', html);
  const location = new URL(String(opened.headers['location']), 'https://notes.example.com');
  expect([opened.status, location.pathname, location.searchParams.get('return_to')]).toEqual([
    302,
    '/sign-in',
    '/notes?a=b',
  ]);
  expect((await asks('POST', '/notes', html)).status).toBe(401);
  expect((await asks('GET', '/notes')).status).toBe(401);
  // A WebSocket.
  expect((await asks('GET', '/live', { ...html, 'sec-fetch-mode': 'websocket' })).status).toBe(401);
});

test('W7: the file removes every spelling of an identity header that a client may send', () => {
  const names = ['Remote-User', 'Remote-Name', 'Remote-Email', 'Remote-Session'];
  const spelt = forgeriesOf(names, 'x').flatMap(({ headers }) => headers.map(([name]) => canonical(name)));
  expect(spelt.filter((name) => !copied().test(name))).toEqual([]);
  expect(configuration().middlewares.gatehouse.forwardAuth.trustForwardHeader).toBe(false);
});

test('the pages of Gatehouse are the same paths as behind nginx and Caddy, and a node is asked whether it is ready', () => {
  const [expression] =
    /\^\/\(\?:sign-in[^`]*\(\?:\/\|\$\)/.exec(configuration().routers.gatehouse.rule) ?? [];
  for (const other of ['deploy/nginx/forward-auth.conf', 'deploy/caddy/forward-auth.caddyfile'])
    expect(read(other)).toContain(String(expression));
  const { healthCheck, servers } = configuration().services.gatehouse.loadBalancer;
  expect([healthCheck.path, servers.length]).toEqual(['/readyz', 2]);
});
