/** The cookie of a session that ends with the browser, when it begins and under each new id (ruling R3). */

import { expect, test } from 'vitest';
import type { Lasting } from '../../src/concepts/sessions/sessions.ts';
import { Cookies } from '../../src/http/request/cookies.ts';
import { login } from '../../src/usecases/login.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import type { Answer } from '../support/client.ts';
import { isAlive, password } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { caller, granted, openServices, type TestServices } from '../support/services.ts';

const ada = { identifier: 'ada@example.com', password };
const replacement = 'correct battery horse';
const day = 86_400_000;
const lasting = { lifetime: 'Max-Age=2592000; ', browser: '' };

/** A server at a standing clock, and services beside it that begin sessions as no contract does. */
async function opened(lifetimeSeconds = 2_592_000): Promise<{ server: TestServer; services: TestServices }> {
  const server = await startServer({ GATEHOUSE_SESSION_LIFETIME_SECONDS: String(lifetimeSeconds) });
  server.freeze(caller().now);
  const sessions = { idleSeconds: 604_800, lifetimeSeconds, browserSeconds: 86_400, maxPerUser: 0 };
  const services = await openServices({ file: server.file, sessions });
  await server.post('/auth/register', { email: ada.identifier, password });
  return { server, services };
}

async function begin(services: TestServices, kind: Lasting): Promise<string> {
  return granted(await login(services, { ...ada, idFormat: 'uuid', lasting: kind }, caller())).id;
}

/** The line that sets the cookie of the session, without its attributes that are always the same. */
const maxAgeOf = ({ headers, cookie }: Answer) =>
  headers['set-cookie']?.map((line) =>
    line.replace(`session_id=${cookie}; `, '').replace('Path=/; HttpOnly; SameSite=Lax; Secure', ''),
  );

test.each(['browser', 'lifetime'] as const)(
  'R3: a step-up and a password change renew the cookie of a session as it was: %s',
  async (kind) => {
    const { server, services } = await opened();
    const id = await begin(services, kind);
    const confirmed = await server.post('/auth/confirm', { password }, { cookie: `session_id=${id}` });
    expect([confirmed.status, maxAgeOf(confirmed)]).toEqual([200, [lasting[kind]]]);
    const change = { current_password: password, new_password: replacement };
    const cookie = `session_id=${confirmed.cookie}`;
    const changed = await server.post('/auth/password', change, { cookie });
    expect([changed.status, maxAgeOf(changed)]).toEqual([200, [lasting[kind]]]);
    server.advance(day - 1);
    expect(await isAlive(server, String(changed.cookie))).toBe(true);
    server.advance(1);
    expect(await isAlive(server, String(changed.cookie))).toBe(kind === 'lifetime');
  },
);

test('R3: the cookie of such a session stays without Max-Age where the lifetime is less than a day', async () => {
  const { server, services } = await opened(3_600);
  const ask = async (kind: Lasting) => {
    const cookie = `session_id=${await begin(services, kind)}`;
    return maxAgeOf(await server.post('/auth/confirm', { password }, { cookie }));
  };
  expect(await ask('browser')).toEqual(['']);
  expect(await ask('lifetime')).toEqual(['Max-Age=3600; ']);
});

test('R3: a login and a registration begin such a session, and its cookie has no Max-Age', async () => {
  const { services } = await opened();
  const cookies = new Cookies(true, 2_592_000);
  const eve = { identifier: 'eve@example.com', kind: 'email', password, lasting: 'browser' } as const;
  const registered = granted(await registerAndLogin(services, eve, 'uuid', caller()));
  const asked = { ...eve, idFormat: 'uuid' } as const;
  const loggedIn = granted(await login(services, asked, caller()));
  for (const begun of [registered, loggedIn]) {
    expect(begun.session.expiresAt).toBe(caller().now + day);
    expect(cookies.begin(begun)['set-cookie']).toEqual([
      `session_id=${begun.id}; Path=/; HttpOnly; SameSite=Lax; Secure`,
      `__Host-gatehouse_device=${begun.deviceIds.join('.')}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax; Secure`,
    ]);
  }
});
