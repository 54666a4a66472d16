/** What holds on every framework alike, over real sockets. */

import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createGatehouse } from '../../../../src/gatehouse.ts';
import { send, sendExactly } from '../../../support/client.ts';
import { optionsFor, person, type StartApplication } from './application.ts';
import { guardSuite } from './guard-suite.ts';
import { pageSuite } from './page-suite.ts';
import { assertLife, register } from './person.ts';
import { requestSuite } from './request-suite.ts';

export function suite(framework: string, start: StartApplication): void {
  describe(framework, () => {
    test('a person registers, sees the protected page, and logs out', async () => {
      const { url } = await start(optionsFor().options);
      await assertLife(url);
    });

    test('a Gatehouse that the application opened is mounted as it is, also while it is opened', async () => {
      const opening = createGatehouse(optionsFor().options);
      await assertLife((await start(opening)).url);
    });

    requestSuite(start);
    guardSuite(start);
    pageSuite(start);

    test('the export is streamed as a whole, and a HEAD of it has no body', async () => {
      const { url } = await start(optionsFor().options);
      const headers = { cookie: await register(url) };
      const path = '/auth/account/export';
      const whole = await send(url, { path, headers });
      expect([whole.status, whole.headers['content-length']]).toEqual([200, undefined]);
      expect(whole.json).toMatchObject({ user: { email: person.email } });
      const head = await send(url, { method: 'HEAD', path, headers });
      expect([head.status, head.text]).toEqual([200, '']);
    });

    test('a client that leaves early breaks nothing', async () => {
      const { options, lines } = optionsFor();
      const { url, errors } = await start(options);
      const headers = { cookie: await register(url), 'content-type': 'application/json' };
      for (const [method, path, length] of [
        ['GET', '/auth/account/export', 0],
        ['POST', '/auth/login', 100],
        ['GET', '/profile', 0],
      ] as const) {
        const agent = new Agent();
        const sent = request(`${url}${path}`, {
          method,
          agent,
          headers: { ...headers, 'content-length': length },
        });
        sent.on('error', () => {}).write(length > 0 ? '{' : '');
        await sleep(20);
        sent.destroy();
        agent.destroy();
      }
      await sleep(50);
      expect((await send(url, { path: '/auth/session', headers })).status).toBe(200);
      expect(errors).toEqual([]);
      expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
    });

    test('HEAD is answered without a body, by Gatehouse and behind a guard', async () => {
      const { url } = await start(optionsFor().options, { layers: true });
      const headers = { cookie: await register(url) };
      for (const path of ['/auth/session', '/profile']) {
        const head = (headers: Record<string, string>) => sendExactly(url, { method: 'HEAD', path, headers });
        expect([(await head(headers)).status, (await head({})).status]).toEqual([200, 401]);
        expect((await head(headers)).text).toBe('');
      }
      // The connection is fit for another request afterwards.
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (const method of ['HEAD', 'GET', 'HEAD', 'GET'])
        expect(await statusOf(`${url}/auth/session`, method, agent, headers)).toBe(200);
      agent.destroy();
    });

    test('other paths are those of the application, also below /auth', async () => {
      const { url } = await start(optionsFor().options);
      expect((await sendExactly(url, { path: '/auth/vault' })).text).toBe('own');
      for (const path of ['/auth/unknown', '/auth', '/Auth/login', '/auth/login/x', '/nothing']) {
        const answer = await sendExactly(url, { path });
        expect([path, answer.status, answer.text]).toEqual([
          path,
          404,
          expect.not.stringContaining('"title"'),
        ]);
      }
      const wrong = await send(url, { path: '/auth/login' });
      expect([wrong.status, wrong.headers.allow]).toEqual([405, 'POST']);
    });

    test('an error of a handler goes to the application', async () => {
      const { url, errors } = await start(optionsFor().options);
      const headers = { cookie: await register(url) };
      expect((await sendExactly(url, { path: '/boom', headers })).status).toBe(500);
      expect(errors.map(String)).toEqual(['Error: boom']);
    });

    test('W7: a proxy that asks for forward authentication is answered, by the methods of browsers', async () => {
      const { url } = await start(optionsFor({}).options);
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const answer = await sendExactly(url, { method, path: '/auth/forward' });
        expect([method, answer.status, answer.headers['remote-user']]).toEqual([method, 401, '']);
      }
    });

    test('what layers before Gatehouse set is kept: cookies, headers, and those of CORS', async () => {
      const { url } = await start(
        optionsFor({ GATEHOUSE_ALLOWED_ORIGINS: 'https://app.example.com' }).options,
        {
          layers: true,
        },
      );
      const origin = 'https://app.example.com';
      const answer = await sendExactly(url, {
        method: 'POST',
        path: '/auth/register',
        headers: { origin, 'content-type': 'application/json' },
        body: JSON.stringify(person),
      });
      expect(answer.status).toBe(201);
      expect(answer.headers).toMatchObject({
        'x-layer': 'before',
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
      });
      expect(answer.headers['set-cookie']).toEqual([
        'layer=1; Path=/',
        expect.stringMatching(/^session_id=/),
        ...(answer.headers['set-cookie'] ?? []).slice(2),
      ]);
      const preflight = await sendExactly(url, {
        method: 'OPTIONS',
        path: '/auth/login',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });
      expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, origin]);
    });
  });
}

function statusOf(
  url: string,
  method: string,
  agent: Agent,
  headers: Record<string, string>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject).end();
  });
}
