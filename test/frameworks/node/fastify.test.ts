/** The plugin in Fastify 5. */

import { parse as parseQuery } from 'node:querystring';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { gatehouse } from '../../../src/adapters/fastify.ts';
import { UnusableSettings } from '../../../src/settings/read-settings.ts';
import { post, send, sendExactly } from '../../support/client.ts';
import { formServer } from '../../support/form-server.ts';
import { optionsFor, person, type StartApplication } from './support/application.ts';
import { suite } from './support/suite.ts';

/** Listens on a port of its own until the test ends. */
async function listening(app: FastifyInstance): Promise<string> {
  onTestFinished(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

const start: StartApplication = async (given, { bodies, prefix, layers } = {}) => {
  const errors: unknown[] = [];
  const app = Fastify({ forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => {
    errors.push(error);
    return reply.code(500).send('failed');
  });
  if (layers) {
    await app.register(cors, { origin: true, credentials: true });
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('x-layer', 'before').header('set-cookie', 'layer=1; Path=/');
    });
  }
  // Fastify parses a body after `onRequest`; this is what a hook before Gatehouse may do all the same.
  if (bodies)
    app.addHook('onRequest', async ({ raw }) => {
      const chunks: Buffer[] = [];
      for await (const chunk of raw) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      const type = raw.headers['content-type'];
      const read = type === 'application/json' ? JSON.parse : parseQuery;
      if (bodies === 'parsed') Object.assign(raw, { body: text ? read(text) : {} });
    });
  const options = prefix ? Object.assign(given, { prefix }) : given;
  await app.register(gatehouse, options);
  const auth = app.gatehouse;
  app.get('/profile', { onRequest: auth.required }, async (request) => ({ email: auth.user(request).email }));
  app.get(
    '/page',
    { preHandler: auth.guard({ signIn: '/sign-in?from=app' }) },
    async (request) => request.auth?.user.email,
  );
  app.get('/boom', { onRequest: auth.required }, async () => {
    throw new Error('boom');
  });
  app.get('/who', async (request) => (await auth.session(request)).status);
  app.get('/auth/vault', async () => 'own');
  const url = await listening(app);
  return { url, errors, close: () => app.close(), breakStore: () => auth.close() };
};

suite('Fastify 5', start);

const json = { 'content-type': 'application/json' };
const registration = { method: 'POST', path: '/auth/register', headers: json, body: JSON.stringify(person) };

test('it belongs to the application that registers it, with its prefix', async () => {
  const app = Fastify();
  await app.register(
    async (scope) => {
      await scope.register(gatehouse, optionsFor().options);
      scope.get(
        '/profile',
        { onRequest: scope.gatehouse.required },
        async (request) => request.auth?.user.email,
      );
    },
    { prefix: '/v1' },
  );
  const url = await listening(app);
  const made = await sendExactly(url, { ...registration, path: '/v1/auth/register' });
  expect(made.status).toBe(201);
  const headers = { cookie: `session_id=${made.cookie}` };
  expect((await sendExactly(url, { path: '/v1/profile', headers })).text).toBe(person.email);
  expect((await sendExactly(url, registration)).status).toBe(404);
});

test('a path that the application has too fails the start', async () => {
  const app = Fastify();
  app.post('/auth/login', async () => 'own');
  app.register(gatehouse, optionsFor().options);
  await expect(app.ready()).rejects.toThrow(/already declared for route '.auth.login'/);
  await app.close();
});

test.each([
  ['settings of the wrong type', { settings: 5 }, 'settings must be an object'],
  ['a setting beside the settings', { databaseUrl: 'file:x.db' }, 'give it in `settings`'],
])('%s fail the start with a sentence', async (_what, given, sentence) => {
  const app = Fastify();
  app.register(gatehouse, given as never);
  const failed = app.ready();
  await expect(failed).rejects.toThrow(UnusableSettings);
  await expect(failed).rejects.toThrow(sentence);
  await app.close();
});

test('a body that no parser of Fastify knows is refused in the shape of the contract', async () => {
  const app = Fastify();
  await app.register(gatehouse, optionsFor().options);
  const url = await listening(app);
  for (const type of ['application/xml', 'multipart/form-data; boundary=x', 'nonsense'])
    expect((await send(url, { ...registration, headers: { 'content-type': type } })).status).toBe(415);
});

test('a form is read by Gatehouse: Fastify needs no parser for its type', async () => {
  const { mountable } = await formServer();
  const app = Fastify();
  await app.register(gatehouse, mountable as never);
  const url = await listening(app);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const asked = { method: 'POST', path: '/form', headers, body: 'identifier=joe&password=a+b' };
  expect((await sendExactly(url, asked)).json).toEqual(
    Object.entries({ identifier: 'joe', password: 'a b' }),
  );
});

test('paths that Fastify is told to match loosely are still matched exactly by Gatehouse', async () => {
  const app = Fastify({
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false },
  });
  await app.register(gatehouse, optionsFor().options);
  const url = await listening(app);
  for (const path of ['/auth/login/', '//auth/login', '/AUTH/login', '/auth/%6Cogin'])
    expect((await sendExactly(url, { ...registration, path })).status).toBe(404);
});

test('closing the application closes the database that it opened, and leaves one that it was given', async () => {
  const { options } = optionsFor();
  const app = Fastify();
  await app.register(gatehouse, options);
  const { session } = app.gatehouse;
  await app.close();
  const request = { headers: { cookie: 'session_id=00000000-0000-4000-8000-000000000000' }, rawHeaders: [] };
  expect(await session(request as never)).toMatchObject({ status: 'unknown' });
  const again = Fastify();
  await again.register(gatehouse, options);
  const guest = Fastify();
  await guest.register(gatehouse, Promise.resolve(again.gatehouse as never));
  await guest.close();
  const url = await listening(again);
  expect((await post(url, '/auth/register', person)).status).toBe(201);
});
