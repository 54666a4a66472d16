/** Guards, the end of a Gatehouse, and two of them in one process. */

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { sendExactly } from '../../../support/client.ts';
import { optionsFor, person, type StartApplication } from './application.ts';
import { register } from './person.ts';

const html = { accept: 'text/html,application/xhtml+xml' };

export function guardSuite(start: StartApplication): void {
  describe('a guard', () => {
    test('sends a browser that asks for a page to sign in, with the page it asked for', async () => {
      const { url } = await start(optionsFor().options);
      for (const method of ['GET', 'HEAD']) {
        const answer = await sendExactly(url, { method, path: '/page?tab=2', headers: html });
        expect([answer.status, answer.headers.location, answer.headers['cache-control']]).toEqual([
          303,
          '/sign-in?from=app&return_to=%2Fpage%3Ftab%3D2',
          'no-store',
        ]);
      }
    });

    test('answers everything else with 401 and problem details', async () => {
      const { url } = await start(optionsFor().options);
      for (const asked of [
        { path: '/page' },
        { path: '/profile', headers: html },
        { path: '/page', headers: { accept: 'application/json' } },
        { path: '/profile', headers: { cookie: 'session_id=00000000-0000-4000-8000-000000000000' } },
      ]) {
        const answer = await sendExactly(url, asked);
        expect([answer.status, answer.headers['content-type'], answer.json['detail']]).toEqual([
          401,
          expect.stringMatching(/^application\/problem\+json/),
          'Not authenticated',
        ]);
      }
    });

    test('never takes an unknown session for none: 503 with Retry-After while the store is away', async () => {
      const { url, breakStore } = await start(optionsFor().options);
      const headers = { cookie: await register(url), ...html };
      await breakStore();
      for (const path of ['/profile', '/page']) {
        const answer = await sendExactly(url, { path, headers });
        expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
        expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      }
      expect((await sendExactly(url, { path: '/who', headers })).text).toBe('unknown');
    });

    test('stands in front of its handler, however the path is written', async () => {
      const { url } = await start(optionsFor().options);
      for (const path of [
        '/PROFILE',
        '/profile/',
        '/%70rofile',
        '//profile',
        '/./profile',
        '/x/../profile',
        '/profile;x',
        '/profile?x',
        '/profile%2f',
        '/\\profile',
        `${url}/profile`,
      ]) {
        const { status, text } = await sendExactly(url, { path });
        expect([path, status, text]).toEqual([
          path,
          expect.not.stringMatching(/^2/),
          expect.not.stringContaining('@'),
        ]);
        expect(status).toBeGreaterThanOrEqual(400);
      }
    });

    test('the page to come back to is one of this site', async () => {
      const { url } = await start(optionsFor().options);
      for (const path of [
        '//evil.example/page',
        '/\\evil.example/page',
        `${url}/page`,
        'http://evil.example/page',
      ]) {
        const { status, headers } = await sendExactly(url, { path, headers: html });
        if (status === 303)
          expect([path, new URL(String(headers.location), url).searchParams.get('return_to')]).toEqual([
            path,
            expect.stringMatching(/^\/(?![/\\])/),
          ]);
        else expect(status).toBeGreaterThanOrEqual(400);
      }
    });
  });

  describe('close()', () => {
    test('may be called twice, and while requests run', async () => {
      const { url, close, breakStore } = await start(optionsFor().options);
      const cookie = await register(url);
      const running = Array.from({ length: 8 }, (_, i) =>
        i % 2 === 0
          ? sendExactly(url, { path: '/profile', headers: { cookie } })
          : sendExactly(url, {
              method: 'POST',
              path: '/auth/login',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify(person),
            }),
      );
      await sleep(5);
      await Promise.all([breakStore(), breakStore()]);
      for (const { status } of await Promise.all(running)) expect([200, 503]).toContain(status);
      await close();
      await close();
    });
  });

  describe('two of them in one process', () => {
    test('on one database they are one, and sign in together', async () => {
      const { options } = optionsFor();
      const first = await start(options);
      const second = await start(options);
      const cookie = await register(first.url);
      expect((await sendExactly(second.url, { path: '/profile', headers: { cookie } })).status).toBe(200);
    });

    test('with other settings the first is closed before the second is opened', async () => {
      const { options, settings } = optionsFor();
      const first = await start(options);
      const cookie = await register(first.url);
      const second = await start({ ...options, settings: { ...settings, registration: 'closed' } });
      expect((await sendExactly(second.url, { path: '/profile', headers: { cookie } })).status).toBe(200);
      expect((await sendExactly(first.url, { path: '/profile', headers: { cookie } })).status).toBe(503);
    });

    test('on two databases they are strangers', async () => {
      const first = await start(optionsFor().options);
      const second = await start(optionsFor().options);
      const cookie = await register(first.url);
      expect((await sendExactly(second.url, { path: '/profile', headers: { cookie } })).status).toBe(401);
      expect((await sendExactly(first.url, { path: '/profile', headers: { cookie } })).status).toBe(200);
    });
  });
}
