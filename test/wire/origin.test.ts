/** Which pages may change state (ruling G13). */

import { expect, test } from 'vitest';
import {
  act,
  changingPaths,
  contractOf,
  contracts,
  isAlive,
  joe,
  newSession,
  register,
} from '../support/contracts.ts';
import { countRows } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

const allowed = 'https://app.example.com';
const settings = {
  GATEHOUSE_ALLOWED_ORIGINS: `${allowed}, http://localhost:5173`,
  GATEHOUSE_THROTTLE: 'off',
};

/** Every place a request may say it comes from, with the page's origin where there is one. */
const sites = [
  undefined,
  'same-origin',
  'none',
  'same-site',
  'cross-site',
  'Same-Origin',
  'same-origin, none',
  '',
];
const origins = [
  'absent',
  'own',
  'own over TLS',
  'allowed',
  'also allowed',
  'foreign',
  'null',
  'empty',
] as const;

function originHeader(server: TestServer, origin: (typeof origins)[number]): string | undefined {
  const { host } = new URL(server.url);
  return {
    absent: undefined,
    own: `http://${host}`,
    'own over TLS': `https://${host}`,
    allowed,
    'also allowed': 'http://localhost:5173',
    foreign: 'https://elsewhere.example',
    null: 'null',
    empty: '',
  }[origin];
}

/** The ruling, said once more: whether a request that changes state may pass. */
function mayPass(site: string | undefined, origin: (typeof origins)[number]): boolean {
  if (origin === 'allowed' || origin === 'also allowed') return true;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === 'absent' || origin === 'own' || origin === 'own over TLS';
}

for (const path of changingPaths) {
  test(`G13: ${path} tells every combination of Sec-Fetch-Site and Origin apart`, async () => {
    const server = await startServer(settings);
    await register(server, joe.username, joe.password);
    let passed = 0;
    let refused = 0;
    for (const site of sites) {
      for (const origin of origins) {
        const id = await newSession(server, contractOf(path));
        const sessions = await countRows(server, 'sessions');
        const page = originHeader(server, origin);
        const answer = await act(server, path, id, {
          ...(site !== undefined && { 'sec-fetch-site': site }),
          ...(page !== undefined && { origin: page }),
        });
        const what = `Sec-Fetch-Site ${site}, Origin ${origin}`;
        if (mayPass(site, origin)) {
          passed += 1;
          expect(answer.status, what).not.toBe(403);
          if (path.includes('logout')) expect(await isAlive(server, id), what).toBe(false);
        } else {
          refused += 1;
          expect(answer.status, what).toBe(403);
          expect(answer.headers['set-cookie'], what).toBeUndefined();
          contractOf(path).errorIn(answer);
          expect(await countRows(server, 'sessions'), what).toBe(sessions);
          expect(await isAlive(server, id), what).toBe(true);
        }
      }
    }
    expect([passed, refused]).toEqual([16 + 12 + 3, 33]);
  });
}

test.each([
  'https://app.example.com.elsewhere.example',
  'https://elsewhere.example/https://app.example.com',
  'https://xapp.example.com',
  'https://example.com',
  'https://sub.app.example.com',
  'http://app.example.com',
  'https://app.example.com:444',
  'https://app.example.com/',
  'https://APP.example.com',
  'https://app.example.com, https://elsewhere.example',
  'https://app.example.com@elsewhere.example',
  'app.example.com',
  '*',
])('G13: the origin %s is not on the list', async (origin) => {
  const server = await startServer(settings);
  await register(server, joe.username, joe.password);
  for (const contract of contracts) {
    const answer = await act(server, contract.loginPath, 'unknown', { origin });
    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  }
});

test('G13: an origin with the host of this server and another port, or something added, is not its own', async () => {
  const server = await startServer();
  const { hostname, host } = new URL(server.url);
  for (const origin of [
    `http://${hostname}`,
    `http://${hostname}:1`,
    `http://${host}.example`,
    `ftp://${host}`,
    host,
  ]) {
    expect((await act(server, '/auth/login', 'unknown', { origin })).status, origin).toBe(403);
  }
  expect((await act(server, '/auth/login', 'unknown', { origin: `http://${host}` })).status).toBe(401);
});
