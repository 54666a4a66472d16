/** The recipe for Koa 3 with the layers that applications put around it. */

import { bodyParser } from '@koa/bodyparser';
import cors from '@koa/cors';
import Koa from 'koa';
import { expect, test } from 'vitest';
import { createGatehouse } from '../../../src/gatehouse.ts';
import { post, sendExactly } from '../../support/client.ts';
import { optionsFor, person, served } from './support/application.ts';

async function start(...layers: Koa.Middleware[]) {
  const { options, lines } = optionsFor();
  const auth = await createGatehouse(options);
  const app = new Koa();
  for (const layer of layers) app.use(layer);
  app.use(async (ctx, next) => {
    if (!auth.owns(ctx.req.url ?? '')) return next();
    ctx.respond = false;
    auth.listener(ctx.req, ctx.res);
    return undefined;
  });
  app.use(bodyParser());
  app.use(async (ctx) => {
    const result = await auth.session(ctx.req);
    ctx.body = result.status === 'live' ? result.user.email : result.status;
  });
  return { ...(await served(app.callback(), auth.close)), lines };
}

const origin = 'https://app.example.com';

test('layers before it keep what they set, and HEAD has no body', async () => {
  const { url } = await start(cors({ origin: () => origin, credentials: true }), async (ctx, next) => {
    ctx.append('set-cookie', 'layer=1; Path=/');
    await next();
  });
  const headers = { 'content-type': 'application/json', origin };
  // A cross-site request is refused by Gatehouse; the layer answers for who may read the refusal.
  const refused = await sendExactly(url, { method: 'POST', path: '/auth/login', headers, body: '{}' });
  expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, origin]);
  const made = await sendExactly(url, {
    method: 'POST',
    path: '/auth/register',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  });
  expect(made.headers['set-cookie']?.[0]).toBe('layer=1; Path=/');
  const cookie = `session_id=${made.cookie}`;
  const head = await sendExactly(url, { method: 'HEAD', path: '/auth/session', headers: { cookie } });
  expect([head.status, head.text]).toEqual([200, '']);
  expect((await sendExactly(url, { path: '/', headers: { cookie } })).text).toBe(person.email);
});

test('a body parser before it is 500, and the log says what to do', async () => {
  const { url, lines } = await start(bodyParser());
  expect((await post(url, '/auth/login', person)).status).toBe(500);
  expect(lines.filter(({ level }) => level === 'error').map(({ entry }) => String(entry['err']))).toEqual([
    expect.stringContaining('mount Gatehouse in front of it'),
  ]);
});

test('a body parser before it works where it leaves the body on the request of Node.js', async () => {
  const { url } = await start(bodyParser({ patchNode: true }));
  expect((await post(url, '/auth/register', person)).status).toBe(201);
});
