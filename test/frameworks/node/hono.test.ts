/** The middleware in Hono 4 on `@hono/node-server`. */

import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { gatehouse } from '../../../src/adapters/hono.ts';
import type { Gatehouse } from '../../../src/gatehouse.ts';
import { UnusableSettings } from '../../../src/settings/read-settings.ts';
import { sendExactly } from '../../support/client.ts';
import { formServer } from '../../support/form-server.ts';
import { around, optionsFor, person, type StartApplication } from './support/application.ts';
import { suite } from './support/suite.ts';

const listening = (app: Hono, close: () => Promise<void>) =>
  around(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server, close);

const start: StartApplication = async (given, { bodies, prefix, layers } = {}) => {
  const errors: unknown[] = [];
  const auth = gatehouse(given);
  const app = new Hono();
  app.onError((error, c) => {
    errors.push(error);
    return c.text('failed', 500);
  });
  if (layers)
    app.use(cors({ origin: (origin) => origin, credentials: true }), secureHeaders(), async (c, next) => {
      c.header('x-layer', 'before');
      c.header('set-cookie', 'layer=1; Path=/', { append: true });
      await next();
    });
  if (bodies)
    app.use(async (c, next) => {
      if (bodies === 'read') for await (const _ of c.req.raw.body ?? []);
      else if (c.req.header('content-type') === 'application/json') await c.req.json();
      else if (c.req.header('content-type') === 'application/x-www-form-urlencoded') await c.req.formData();
      await next();
    });
  if (prefix) app.basePath(prefix).use(auth);
  else app.use(auth);
  app.get('/profile', auth.required, (c) => c.json({ email: c.var.auth.user.email }));
  app.get('/page', auth.guard({ signIn: '/sign-in?from=app' }), (c) => c.text(String(auth.user(c).email)));
  app.get('/boom', auth.required, () => {
    throw new Error('boom');
  });
  app.get('/who', async (c) => c.text((await auth.session(c)).status));
  app.get('/auth/vault', (c) => c.text('own'));
  const server = await listening(app, auth.close);
  return { ...server, errors, breakStore: auth.close };
};

suite('Hono 4', start);

const json = { 'content-type': 'application/json' };
const registration = { method: 'POST', path: '/auth/register', headers: json, body: JSON.stringify(person) };

test.each<[string, (c: Context) => Promise<unknown>]>([
  ['nothing', async () => {}],
  ['c.req.text()', (c) => c.req.text()],
  ['c.req.arrayBuffer()', (c) => c.req.arrayBuffer()],
  ['c.req.parseBody()', (c) => c.req.parseBody()],
  ['c.req.formData()', (c) => c.req.formData()],
])('a form that was read by %s is taken as it was sent', async (_how, read) => {
  const { mountable } = await formServer();
  const app = new Hono();
  app.use(async (c, next) => {
    await read(c);
    await next();
  });
  const { url } = await listening(app.use(gatehouse(mountable as Gatehouse)), async () => {});
  const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
  const sent = (body: string) => sendExactly(url, { method: 'POST', path: '/form', headers, body });
  const fields = { identifier: 'user+1@example.com', password: 'a b&c=d%é\r\n', remember: '' };
  expect((await sent(new URLSearchParams(fields).toString())).json).toEqual(Object.entries(fields));
  expect((await sent('')).json).toEqual([]);
  expect((await sent('password=a&password=b')).status).toBe(400);
});

test.each([
  ['a sub-application', (app, auth) => void app.route('/sub', new Hono().use(auth)), '/sub'],
  [
    'a sub-application with a base path',
    (app, auth) => void app.route('/a', new Hono().basePath('/b').use(auth)),
    '/a/b',
  ],
  ['a path', (app, auth) => void app.use('/auth/*', auth), ''],
  [
    'all paths of an application with a base path',
    (app, auth) => void app.basePath('/api/v1').use('*', auth),
    '/api/v1',
  ],
] as [string, (app: Hono, auth: ReturnType<typeof gatehouse>) => void, string][])(
  'it works below %s',
  async (_what, arrange, prefix) => {
    const auth = gatehouse(optionsFor().options);
    const app = new Hono();
    arrange(app, auth);
    const { url } = await listening(app, auth.close);
    expect((await sendExactly(url, { ...registration, path: `${prefix}/auth/register` })).status).toBe(201);
  },
);

test('without a server that tells the address of clients a warning says so, once', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warned.mockRestore());
  const auth = gatehouse(optionsFor().options);
  onTestFinished(() => auth.close());
  const app = new Hono().use(auth);
  const { path, ...init } = registration;
  for (const status of [201, 409]) expect((await app.request(path, init)).status).toBe(status);
  expect(warned.mock.calls.map(([text]) => text)).toEqual([
    expect.stringMatching(
      /does not tell the address of its clients, .* add the word unix to GATEHOUSE_TRUSTED_PROXIES/,
    ),
  ]);
});

test('settings of the wrong type are refused with a sentence', async () => {
  const auth = gatehouse({ settings: 'x' } as never);
  await expect(auth.ready).rejects.toThrow(UnusableSettings);
  await auth.close();
});

test('a request of another class than the global one is understood', async () => {
  const auth = gatehouse(optionsFor().options);
  onTestFinished(() => auth.close());
  const app = new Hono()
    .use(auth)
    .get('/profile', auth.required, (c) => c.text(String(c.var.auth.user.email)));
  // The class before `@hono/node-server` has replaced it.
  const Foreign = Object.getPrototypeOf(Request) as typeof Request;
  expect(Foreign.name).toBe('Request');
  const { path, ...init } = registration;
  const made = await app.fetch(new Foreign(`http://localhost${path}`, init), {
    incoming: { socket: { remoteAddress: '127.0.0.1' }, url: path },
  });
  expect(made.status).toBe(201);
  const cookie = String(made.headers.getSetCookie()[0]).split(';')[0] ?? '';
  const profile = await app.fetch(new Foreign('http://localhost/profile', { headers: { cookie } }));
  expect(await profile.text()).toBe(person.email);
});

test('without such a server a proxy that is trusted by the word unix tells the addresses', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warned.mockRestore());
  const login = async (auth: ReturnType<typeof gatehouse>, address: string) => {
    const body = JSON.stringify({ ...person, email: `user${address}@example.com` });
    const headers = { ...json, 'x-forwarded-for': address };
    return (await new Hono().use(auth).request('/auth/login', { method: 'POST', headers, body })).status;
  };
  for (const [trusted, statuses] of [
    ['unix', [401, 401, 429]],
    ['127.0.0.1', [401, 429, 429]],
  ] as const) {
    const environment = { GATEHOUSE_THROTTLE_CLIENT: '1/1h', GATEHOUSE_TRUSTED_PROXIES: trusted };
    const auth = gatehouse(optionsFor(environment).options);
    onTestFinished(() => auth.close());
    const found: number[] = [];
    for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.2'])
      found.push(await login(auth, address));
    expect([trusted, found]).toEqual([trusted, statuses]);
  }
});
