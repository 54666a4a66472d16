/** The paths that are Gatehouse's where it is embedded, and those of its neighbours (ruling W6). */

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { createGatehouse } from '../../src/gatehouse.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { post, send } from '../support/client.ts';
import { joe } from '../support/contracts.ts';
import { temporaryFolder } from '../support/server.ts';

const base = '/id';

async function embedded(settings: Record<string, string> = {}) {
  const gatehouse = await createGatehouse({
    settings: readSettings({
      DATABASE_URL: `file:${temporaryFolder()}/gatehouse.db`,
      GATEHOUSE_PBKDF2_ITERATIONS: '1000',
      ...settings,
    }),
  });
  onTestFinished(() => gatehouse.close());
  return gatehouse;
}

/** A server of an application; returns where it is. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** It comes without types. */
const express = createRequire(import.meta.url)('express');

test('W6: a framework that strips the path it mounts at needs no base path', async () => {
  const gatehouse = await embedded();
  const url = await serve(express().use('/inner', gatehouse.listener));
  expect((await fetch(`${url}/inner/auth/session`)).status).toBe(401);
  expect((await fetch(`${url}/inner/healthz`)).status).toBe(200);
  const hono = new Hono().mount('/inner', (request) => gatehouse.fetch(request));
  expect((await hono.request('/inner/auth/session')).status).toBe(401);
});

test('W6: a framework that strips nothing has the base path', async () => {
  const gatehouse = await embedded({ GATEHOUSE_BASE_PATH: base });
  const hono = new Hono();
  for (const path of gatehouse.paths) hono.all(path, ({ req }) => gatehouse.fetch(req.raw));
  expect((await hono.request('/id/auth/session')).status).toBe(401);
  expect((await hono.request('/auth/session')).status).toBe(404);
});

test('W6: the owned paths are those with a route of a contract, and each is owned', async () => {
  const { paths, owns } = await embedded();
  expect(paths).toEqual([...new Set(paths)]);
  expect(paths).toEqual(expect.arrayContaining(['/auth/login', '/api/auth/logout', '/login.json']));
  expect(paths).toContain('/auth/sessions/:handle');
  expect(paths).not.toContain('/healthz');
  for (const path of paths) {
    const concrete = path.replace(':handle', 'abc123');
    expect([owns(concrete), owns(`${concrete}?s=x`)], path).toEqual([true, true]);
    expect([owns(`${concrete}/`), owns(concrete.toUpperCase()), owns(`/id${concrete}`)], path).toEqual([
      false,
      false,
      false,
    ]);
  }
  for (const neighbour of [
    '/auth/vault-key',
    '/auth',
    '/auth/',
    '/api/auth/other',
    '/other.json',
    '/',
    '',
    '/healthz',
  ]) {
    expect(owns(neighbour), neighbour).toBe(false);
  }
});

test('W6: below a base path the owned paths begin with it', async () => {
  const { paths, owns } = await embedded({ GATEHOUSE_BASE_PATH: base });
  expect(paths.every((path) => path.startsWith('/id/'))).toBe(true);
  expect([owns('/id/auth/login'), owns('/auth/login'), owns('/id/auth/vault-key')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('W6: an application keeps the other paths beside those that it passes on', async () => {
  const gatehouse = await embedded();
  const url = await serve((incoming, outgoing) => {
    if (gatehouse.owns(incoming.url ?? '')) gatehouse.listener(incoming, outgoing);
    else outgoing.end('the application');
  });
  expect((await post(url, '/register.json', joe)).status).toBe(200);
  expect((await send(url, { path: '/auth/session' })).status).toBe(401);
  expect(await (await fetch(`${url}/auth/vault-key`)).text()).toBe('the application');
});
