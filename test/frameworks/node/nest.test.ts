/** Gatehouse in Nest 12, on Express and on Fastify. */

import 'reflect-metadata';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, type INestApplication, Module, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Request } from 'express';
import type { FastifyRequest } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gatehouse } from '../../../src/adapters/express.ts';
import { gatehouse as plugin } from '../../../src/adapters/fastify.ts';
import { sendExactly } from '../../support/client.ts';
import { optionsFor, person } from './support/application.ts';

/** A controller as its decorators would make it; the tests run without a compiler that knows them. */
function moduleOf(profile: (request: never) => Promise<object>) {
  class Profile {
    read(request: never) {
      return profile(request);
    }
  }
  Controller()(Profile);
  const method = Object.getOwnPropertyDescriptor(Profile.prototype, 'read') as PropertyDescriptor;
  Get('profile')(Profile.prototype, 'read', method);
  Req()(Profile.prototype, 'read', 0);
  class App {}
  Module({ controllers: [Profile] })(App);
  return App;
}

async function urlOf(app: INestApplication): Promise<string> {
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer() as Server;
  if (!server.listening) await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json = { 'content-type': 'application/json' };
const origin = 'https://app.example.com';

async function assertLife(url: string): Promise<void> {
  const body = JSON.stringify(person);
  const asked = { method: 'POST', path: '/auth/register', headers: { ...json, origin }, body };
  const made = await sendExactly(url, asked);
  expect([made.status, made.headers['access-control-allow-origin']]).toEqual([201, origin]);
  const headers = { cookie: `session_id=${made.cookie}` };
  expect((await sendExactly(url, { path: '/profile', headers })).json).toEqual({ email: person.email });
  expect((await sendExactly(url, { path: '/profile' })).json).toMatchObject({ status: 'none' });
  const big = JSON.stringify({ ...person, more: 'm'.repeat(20_000) });
  expect((await sendExactly(url, { ...asked, body: big })).status).toBe(413);
  const out = await sendExactly(url, { method: 'POST', path: '/auth/logout', headers });
  expect(out.status).toBe(204);
  expect((await sendExactly(url, { path: '/auth/nothing' })).json).toMatchObject({ statusCode: 404 });
}

const options = () => optionsFor({ GATEHOUSE_ALLOWED_ORIGINS: origin }).options;

describe('Nest 12 on Express', () => {
  test.each([
    ['before its body parsers', {}, false],
    ['with rawBody', { rawBody: true }, false],
    ['behind its body parsers', {}, true],
    ['behind its body parsers with rawBody', { rawBody: true }, true],
  ])('a whole life, mounted %s', async (_when, settings, isBehind) => {
    const auth = gatehouse(options());
    const App = moduleOf(async (request: Request) => {
      const result = await auth.session(request);
      return result.status === 'live' ? { email: result.user.email } : result;
    });
    const app = await NestFactory.create(App, { ...settings, logger: false });
    app.enableCors({ origin, credentials: true });
    if (isBehind) {
      const express = app as unknown as { useBodyParser(type: string): void };
      express.useBodyParser('json');
    }
    app.use(auth);
    app.setGlobalPrefix('');
    onTestFinished(() => auth.close());
    await assertLife(await urlOf(app));
  });
});

test('Nest 12 on Fastify: a whole life', async () => {
  let app: NestFastifyApplication;
  const App = moduleOf(async (request: FastifyRequest) => {
    const result = await app.getHttpAdapter().getInstance().gatehouse.session(request);
    return result.status === 'live' ? { email: result.user.email } : result;
  });
  app = await NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter() as never, {
    rawBody: true,
    logger: false,
  });
  app.enableCors({ origin, credentials: true });
  await app.register(plugin as never, options() as never);
  await assertLife(await urlOf(app));
});
