/** Which pages may change state (ruling G13). */

import { expect, test } from 'vitest';
import {
  act,
  changingPaths,
  contractOf,
  contracts,
  expectDiscreet,
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
  test(`G13: ${path} treats every combination of Sec-Fetch-Site and Origin correctly`, async () => {
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
          expect([200, 201, 204, 409], what).toContain(answer.status);
          if (path.includes('logout')) expect(await isAlive(server, id), what).toBe(false);
        } else {
          refused += 1;
          expect(answer.status, what).toBe(403);
          expectDiscreet(answer);
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

test('G13: an origin with the host of this server and another port, or with added text, is not its own', async () => {
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

test.each([
  ['auth.example.com:443', 'https://auth.example.com', true],
  ['auth.example.com:80', 'http://auth.example.com', true],
  ['AUTH.example.com', 'https://auth.example.com', true],
  ['auth.example.com:', 'https://auth.example.com', true],
  ['auth.example.com:8443', 'https://auth.example.com:8443', true],
  ['auth.example.com', 'https://auth.example.com', true],
  ['[2001:DB8::1]:443', 'https://[2001:db8::1]', true],
  ['auth.example.com:443', 'http://auth.example.com', false],
  ['auth.example.com:80', 'https://auth.example.com', false],
  ['auth.example.com', 'https://auth.example.com:8443', false],
  ['auth.example.com:8443', 'https://auth.example.com', false],
  ['auth.example.com:443', 'https://auth.example.com:443', false],
  ['auth.example.com', 'https://AUTH.example.com', false],
  ['auth.example.com', 'https://auth.example.com/', false],
  ['auth.example.com', 'https://auth.example.com.', false],
  ['auth.example.com', 'chrome-extension://auth.example.com', false],
  ['auth.example.com', 'https://user@auth.example.com', false],
  ['example.com', 'https://auth.example.com', false],
  ['127.0.0.1:3000', 'http://auth.example.com', false],
])('W4: Host %s and Origin %s are one server: %s', async (host, origin, isOwn) => {
  const server = await startServer();
  const { status } = await act(server, '/auth/login', 'unknown', { host, origin });
  expect(status).toBe(isOwn ? 401 : 403);
});

test('W4: a refusal names the remedy, and the log says which Origin met which Host', async () => {
  const server = await startServer();
  const headers = { origin: 'http://auth.internal', host: '127.0.0.1:3000' };
  for (const contract of contracts) {
    const answer = await act(server, contract.loginPath, 'unknown', headers);
    expect(answer.status).toBe(403);
    const sentence = contract.errorIn(answer);
    expect(sentence).toContain('GATEHOUSE_ALLOWED_ORIGINS');
    expect(sentence).toContain('pass on the Host header');
    const told = server.log.filter(({ message }) => message === 'cross-site request refused');
    expect(told.at(-1)?.entry).toEqual({
      origin: 'http://auth.internal',
      host: '127.0.0.1:3000',
      secFetchSite: null,
      path: contract.loginPath,
      requestId: answer.headers['x-request-id'],
    });
  }
});

test('W4: the log keeps origins and no other text, 256 characters at most', async () => {
  const server = await startServer();
  const long = (length: number) => `https://${'a'.repeat(length - 'https://'.length)}`;
  const logged = async (origin: string, site?: string) => {
    await act(server, '/auth/login', 'unknown', { origin, ...(site && { 'sec-fetch-site': site }) });
    return server.log.findLast(({ message }) => message === 'cross-site request refused')?.entry;
  };
  for (const length of [256, 257, 8_000])
    expect(await logged(long(length))).toMatchObject({ origin: long(256), secFetchSite: null });
  for (const origin of [
    'null',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'https://a.example:8443',
  ])
    expect(await logged(origin, 'cross-site')).toMatchObject({ origin, secFetchSite: 'cross-site' });
  for (const text of [
    'secret',
    'https://joe:secret@a.example',
    'https://a.example/secret',
    'https://a.example?secret',
    '',
  ])
    expect(await logged(text, 'secret')).toMatchObject({ origin: 'malformed', secFetchSite: 'unknown' });
});

test('W2: an extension page with a host permission says none and passes without an entry', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const origin = 'chrome-extension://abcdefghijklmnopabcdefghijklmnop';
  for (const path of changingPaths) {
    const from = (site: string) => act(server, path, 'unknown', { origin, 'sec-fetch-site': site });
    expect((await from('none')).status, path).not.toBe(403);
    expect((await from('cross-site')).status, path).toBe(403);
  }
});
