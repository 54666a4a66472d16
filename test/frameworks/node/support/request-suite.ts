/** What each framework does to a request before Gatehouse gets it: its body, its address, its path. */

import { describe, expect, test } from 'vitest';
import { UnusableSettings } from '../../../../src/settings/read-settings.ts';
import { post, send, sendExactly } from '../../../support/client.ts';
import { optionsFor, person, type StartApplication } from './application.ts';
import { assertLife } from './person.ts';

export function requestSuite(start: StartApplication): void {
  describe('bodies', () => {
    test('a body that was parsed already is taken as it was parsed', async () => {
      const { url } = await start(optionsFor().options, { bodies: 'parsed' });
      await assertLife(url);
      expect((await post(url, '/register.json', { username: 'joe', password: 'supersecure' })).status).toBe(
        200,
      );
    });

    test('of a body that was parsed already the limit and ruling G10 hold', async () => {
      const { url } = await start(optionsFor().options, { bodies: 'parsed' });
      const at = (length: number) => ({ ...person, more: 'm'.repeat(length) });
      const spare = 16_384 - JSON.stringify(at(0)).length;
      expect((await post(url, '/auth/login', at(spare))).status).toBe(401);
      expect((await post(url, '/auth/login', at(spare + 1))).status).toBe(413);
      expect((await post(url, '/auth/login', [person])).status).toBe(400);
      expect((await post(url, '/auth/login', { ...person, email: 5 })).status).toBe(400);
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const asked = { method: 'POST', path: '/auth/login', headers: form, body: 'email=a' };
      expect((await send(url, asked)).status).toBe(415);
    });

    test('a body that something has read and dropped is 500, and the log says what to do', async () => {
      const { options, lines } = optionsFor();
      const { url } = await start(options, { bodies: 'read' });
      expect((await post(url, '/auth/register', person)).status).toBe(500);
      const errors = lines.filter(({ level }) => level === 'error').map(({ entry }) => String(entry['err']));
      expect(errors).toEqual([expect.stringContaining('mount Gatehouse in front of it')]);
    });

    test('a logout needs no body, whatever has looked for one', async () => {
      for (const bodies of ['parsed', 'read'] as const) {
        const { url } = await start(optionsFor().options, { bodies });
        expect((await send(url, { method: 'POST', path: '/auth/logout' })).status).toBe(204);
      }
    });
  });

  describe('the address of a client', () => {
    const limit = { GATEHOUSE_THROTTLE_CLIENT: '2/1h' };
    const attempt = async (url: string, name: string, headers = {}) =>
      (await post(url, '/auth/login', { ...person, email: `${name}@example.com` }, headers)).status;

    test('it is that of the peer: whatever a client writes into X-Forwarded-For', async () => {
      const { url } = await start(optionsFor(limit).options);
      const statuses: number[] = [];
      for (const name of ['a', 'b', 'c'])
        statuses.push(await attempt(url, name, { 'x-forwarded-for': `203.0.113.${name.charCodeAt(0)}` }));
      expect(statuses).toEqual([401, 401, 429]);
    });

    test('it is what a trusted proxy says', async () => {
      const { url } = await start(optionsFor({ ...limit, GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' }).options);
      const statuses: number[] = [];
      for (const name of ['a', 'b', 'c'])
        statuses.push(await attempt(url, name, { 'x-forwarded-for': '203.0.113.1' }));
      statuses.push(await attempt(url, 'd', { 'x-forwarded-for': '203.0.113.2' }));
      expect(statuses).toEqual([401, 401, 429, 401]);
    });
  });

  describe('a prefix', () => {
    test('below a path of the application all paths are found', async () => {
      const { url } = await start(optionsFor().options, { prefix: '/id' });
      await assertLife(url, '/id');
    });

    test('below /auth the paths of Gatehouse are found where they are', async () => {
      const { url } = await start(optionsFor().options, { prefix: '/auth' });
      await assertLife(url);
    });

    test('one that the settings have as base path is not needed twice', async () => {
      const { url } = await start(optionsFor({ GATEHOUSE_BASE_PATH: '/id' }).options, { prefix: '/id' });
      await assertLife(url, '/id');
    });

    test('one that hides a path fails aloud', async () => {
      const said = await start(optionsFor().options, { prefix: '/api' }).then(
        async ({ url, errors }) => {
          expect((await sendExactly(url, { method: 'POST', path: '/api/auth/login' })).status).toBe(500);
          expect((await sendExactly(url, { method: 'POST', path: '/api/auth/register' })).status).toBe(500);
          return errors[0];
        },
        (error) => error,
      );
      expect(said).toBeInstanceOf(UnusableSettings);
      expect(String(said)).toContain('/api/auth/login is a path of its own already and hides /auth/login');
    });
  });
}
