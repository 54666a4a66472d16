/** The middleware in Express 5. */

import cors from 'cors';
import express from 'express';
import { expect, test, vi } from 'vitest';
import { gatehouse } from '../../../src/adapters/express.ts';
import type { Gatehouse } from '../../../src/gatehouse.ts';
import { maxBodyBytes } from '../../../src/http/request/body.ts';
import { UnusableSettings } from '../../../src/settings/read-settings.ts';
import { post, send, sendExactly } from '../../support/client.ts';
import { formServer } from '../../support/form-server.ts';
import { optionsFor, person, type StartApplication, served } from './support/application.ts';
import { suite } from './support/suite.ts';

const start: StartApplication = async (given, { bodies, prefix, layers } = {}) => {
  const errors: unknown[] = [];
  const auth = gatehouse(given);
  const app = express();
  if (layers)
    app.use(cors({ origin: true, credentials: true }), (_request, response, next) => {
      response.setHeader('x-layer', 'before');
      response.append('set-cookie', 'layer=1; Path=/');
      next();
    });
  if (bodies === 'parsed') app.use(express.json(), express.urlencoded(), express.json());
  if (bodies === 'read') app.use((request, _response, next) => void request.resume().once('end', next));
  if (prefix) app.use(prefix, auth);
  else app.use(auth);
  app.use(express.json());
  app.get('/profile', auth.required, (request, response) => {
    response.json({ email: request.auth?.user.email });
  });
  app.get('/page', auth.guard({ signIn: '/sign-in?from=app' }), (request, response) => {
    response.send(auth.user(request).email);
  });
  app.get('/boom', auth.required, () => {
    throw new Error('boom');
  });
  app.get('/who', async (request, response) => {
    response.send((await auth.session(request)).status);
  });
  app.get('/auth/vault', (_request, response) => {
    response.send('own');
  });
  app.use(((error, _request, response, _next) => {
    errors.push(error);
    response.status(500).send('failed');
  }) satisfies express.ErrorRequestHandler);
  const server = await served(app, auth.close);
  return { ...server, errors, breakStore: auth.close };
};

suite('Express 5', start);

/** Serves an application whose routers and sub-applications the test arranges. */
async function arranged(arrange: (app: express.Express, auth: ReturnType<typeof gatehouse>) => void) {
  const auth = gatehouse(optionsFor().options);
  const app = express();
  arrange(app, auth);
  app.get('/profile', auth.required, (request, response) => {
    response.send(auth.user(request).email);
  });
  return served(app, auth.close);
}

test.each([
  ['a sub-application', (app, auth) => app.use('/sub', express().use(auth)), '/sub'],
  ['a router', (app, auth) => app.use('/deep', express.Router().use('/er', auth)), '/deep/er'],
  ['a prefix in another letter case', (app, auth) => app.use('/ID', auth), '/id'],
  ['a prefix with a parameter', (app, auth) => app.use('/t/:tenant', auth), '/t/one'],
  ['several prefixes', (app, auth) => app.use(['/one', '/two'], auth), '/two'],
  ['each path that it owns', (app, auth) => app.all(['/auth/register', '/auth/logout'], auth), ''],
] as [string, Parameters<typeof arranged>[0], string][])(
  'it works below %s',
  async (_what, arrange, prefix) => {
    const { url } = await arranged(arrange);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(person);
    const made = await sendExactly(url, { method: 'POST', path: `${prefix}/auth/register`, headers, body });
    expect(made.status).toBe(201);
    const cookie = `session_id=${made.cookie}`;
    expect((await sendExactly(url, { path: '/profile', headers: { cookie } })).text).toBe(person.email);
    const out = await sendExactly(url, {
      method: 'POST',
      path: `${prefix}/auth/logout`,
      headers: { cookie },
    });
    expect(out.status).toBe(204);
  },
);

test('behind Nest, cloud functions and the like the bytes that were kept are taken before what was parsed', async () => {
  const { url } = await arranged((app, auth) => {
    const keep = (request: object, _response: unknown, rawBody: Buffer) =>
      Object.assign(request, { rawBody });
    app.use(express.json({ verify: keep }), auth);
  });
  // Ruling G10: bytes that are no UTF-8 are refused, though the parser has replaced them.
  const body = Buffer.from(JSON.stringify({ ...person, email: 'us\xe9r@example.com' }), 'latin1');
  const asked = {
    method: 'POST',
    path: '/auth/login',
    headers: { 'content-type': 'application/json' },
    body,
  };
  expect((await send(url, asked)).status).toBe(400);
  expect(
    (await sendExactly(url, { ...asked, path: '/auth/register', body: JSON.stringify(person) })).status,
  ).toBe(201);
});

test('a body that was read as text or as bytes is taken as well', async () => {
  for (const read of [express.text({ type: '*/*' }), express.raw({ type: '*/*' })]) {
    const { url } = await arranged((app, auth) => app.use(read, auth));
    const headers = { 'content-type': 'application/json' };
    const asked = { method: 'POST', path: '/auth/register', headers, body: JSON.stringify(person) };
    expect((await sendExactly(url, asked)).status).toBe(201);
  }
});

test('a form that was parsed already is taken as it was parsed', async () => {
  const asked = {
    method: 'POST',
    path: '/form',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
  };
  for (const parser of [express.urlencoded({ extended: true }), express.urlencoded({ extended: false })]) {
    const { mountable } = await formServer();
    const { url } = await served(express().use(parser, gatehouse(mountable as Gatehouse)), async () => {});
    const sent = (body: string) => sendExactly(url, { ...asked, body });
    const fields = { identifier: 'user+1@example.com', password: 'a b&c=d%é\r\n', remember: '' };
    expect((await sent(new URLSearchParams(fields).toString())).json).toEqual(Object.entries(fields));
    expect((await sent('')).json).toEqual([]);
    // A repeated name stays one; a list is refused also where the parser takes brackets for one.
    expect((await sent('password=a&password=b')).status).toBe(400);
    expect((await sent('password=a%00b')).status).toBe(400);
    expect((await sent('identifier=a&password%5Bx%5D=b')).text).not.toContain('["password",');
    expect((await sent(`a=${'x'.repeat(maxBodyBytes)}`)).status).toBe(413);
  }
  const { mountable } = await formServer();
  const app = express().use(express.urlencoded({ extended: true }), gatehouse(mountable as Gatehouse));
  const { url } = await served(app, async () => {});
  expect((await sendExactly(url, { ...asked, body: 'password%5B%5D=a' })).status).toBe(400);
});

test('a route without a guard has no user, and the error says what is missing', () => {
  const auth = gatehouse(optionsFor().options);
  expect(() => auth.user({})).toThrow('put `required` or `guard()` in front of its handler');
  return auth.close();
});

test.each([
  ['a string', 'file:x.db', 'gatehouse() takes an object of options'],
  ['null', null, 'gatehouse() takes an object of options'],
  ['a setting beside the settings', { databaseUrl: 'file:x.db' }, 'give it in `settings`'],
  ['settings of the wrong type', { settings: 'file:x.db' }, 'settings must be an object'],
  ['an unknown setting', { settings: { dataBase: 'x' } }, 'dataBase'],
  ['a number as a string', { settings: { sessionsPerUser: '5' } }, 'sessionsPerUser'],
])(
  '%s from JavaScript is refused with a sentence, and close() is harmless',
  async (_what, given, sentence) => {
    const auth = gatehouse(given as never);
    await expect(auth.ready).rejects.toThrow(UnusableSettings);
    await expect(auth.ready).rejects.toThrow(sentence);
    await auth.close();
    const next = vi.fn();
    auth({ url: '/auth/session', headers: {} } as never, {} as never, next);
    await expect.poll(() => next.mock.calls[0]?.[0]).toBeInstanceOf(UnusableSettings);
  },
);

test('hooks and log are those of the module that was loaded last', async () => {
  const { options } = optionsFor();
  const called: string[] = [];
  const load = (name: string) => gatehouse({ ...options, onRegistered: () => void called.push(name) });
  const [old, reloaded] = [load('old'), load('new')];
  expect(await old.ready).toBe(await reloaded.ready);
  const { url } = await served(express().use(reloaded), reloaded.close);
  await post(url, '/register.json', { username: 'joe', password: 'supersecure' }).catch(() => {});
  await expect.poll(() => called).toEqual(['new']);
});
