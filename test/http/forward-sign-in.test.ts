/** How a browser is sent from a protected application to the sign-in page, and back (ruling W7). */

import { expect, test } from 'vitest';
import { type Asked, sendRaw } from '../support/client.ts';
import { pagesOn } from '../support/pages.ts';
import { sharedServer, startServer, type TestServer } from '../support/server.ts';

const publicUrl = 'https://auth.example.com';
const settings = {
  ...pagesOn,
  GATEHOUSE_PUBLIC_URL: publicUrl,
  GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1',
  GATEHOUSE_ALLOWED_ORIGINS: 'https://app.example.com',
};
const shared = sharedServer(settings);

const signIn = `${publicUrl}/sign-in`;
const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' };
const original = {
  'x-forwarded-method': 'GET',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'app.example.com',
  'x-forwarded-uri': '/notes?a=b&c=%2F',
};

const back = (target: string) => `${signIn}?return_to=${encodeURIComponent(target)}`;

const forward = (headers: Asked['headers'], style = 'redirect', server: TestServer = shared()) =>
  server.send({ path: `/auth/forward?style=${style}`, headers: { ...navigation, ...original, ...headers } });

test('W7: a browser that opens a page is sent to sign in, by 302 or by 401 with Location', async () => {
  const location = back('https://app.example.com/notes?a=b&c=%2F');
  const redirect = await forward({});
  expect([redirect.status, redirect.headers.location, redirect.text]).toEqual([302, location, '']);
  const nginx = await forward({}, 'nginx');
  expect([nginx.status, nginx.headers.location]).toEqual([401, location]);
  for (const { headers } of [redirect, nginx]) expect(headers['remote-user']).toBe('');
});

test('W7: a page of the host of Gatehouse itself is named by its path', async () => {
  const { headers } = await forward({ 'x-forwarded-host': 'auth.example.com:443' });
  expect(headers.location).toBe(back('/notes?a=b&c=%2F'));
});

test('W7: without a public URL the sign-in page is on the host of the application', async () => {
  const server = await startServer({ ...settings, GATEHOUSE_PUBLIC_URL: '', GATEHOUSE_BASE_PATH: '/id' });
  const answer = await server
    .send({
      path: '/id/auth/forward?style=redirect',
      headers: { ...navigation, ...original },
    })
    .catch((error: Error) => error);
  // The OpenAPI document describes the paths of the root.
  expect(String(answer)).toMatch(/302/);
});

test.each([
  ['another style', {}, 'other'],
  ['no style', {}, ''],
  ['a style that every object has', {}, 'constructor'],
  ['a style behind another one', {}, 'other&style=redirect'],
  ['a script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ['a frame', { 'sec-fetch-dest': 'iframe' }],
  ['a form that is sent', { 'x-forwarded-method': 'POST' }],
  ['an unknown method', { 'x-forwarded-method': 'GET, POST' }],
])('W7: %s is 401 without Location', async (_, headers, style = 'redirect') => {
  for (const one of style === 'redirect' ? ['redirect', 'nginx'] : [style]) {
    const answer = await forward(headers, one);
    expect([answer.status, answer.headers.location]).toEqual([401, undefined]);
  }
});

test('W7: a client without fetch metadata is sent to sign in if it accepts HTML', async () => {
  const ask = (accept: string) =>
    shared().send({ path: '/auth/forward?style=redirect', headers: { ...original, accept } });
  expect((await ask('text/html,*/*;q=0.8')).status).toBe(302);
  for (const accept of ['*/*', 'application/json', 'text/html;q=0'])
    expect((await ask(accept)).status).toBe(401);
});

const strange: readonly Record<string, string>[] = [
  ...[
    'https://evil.example/x',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
  ],
  ...['/.//evil.example', 'x', '', `/${'x'.repeat(8_000)}`, '/x y', '/a, /b', '/\u00e9'],
].map((uri) => ({ 'x-forwarded-uri': Buffer.from(uri).toString('latin1') }));

test.each([
  ...strange,
  { 'x-forwarded-host': 'evil.example' },
  { 'x-forwarded-host': 'app.example.com@evil.example' },
  { 'x-forwarded-host': 'app.example.com/x' },
  { 'x-forwarded-host': 'app.example.com, evil.example' },
  { 'x-forwarded-host': 'app.example.com:444' },
  { 'x-forwarded-host': '' },
  { 'x-forwarded-host': 'app.example.com.' },
  { 'x-forwarded-host': 'app.example.com%2eevil.example' },
  { 'x-forwarded-host': 'app.example.com%2f@evil.example' },
  { 'x-forwarded-host': 'xn--pp-via.example.com' },
  { 'x-forwarded-host': 'app\u00e9.example.com' },
  { 'x-forwarded-proto': 'http' },
  { 'x-forwarded-proto': 'javascript' },
  { 'x-forwarded-proto': 'https,http' },
])('W7: the original URL is not taken from %j', async (headers) => {
  const answer = await forward(headers);
  expect([answer.status, answer.headers.location]).toEqual([302, signIn]);
});

test.each(['/%2F%2Fevil.example', '/%252F%252Fevil.example', '/%5Cevil.example', '/%0d%0aset-cookie:a=b'])(
  'W7: the path %s stays what it is, encoded once more',
  async (uri) => {
    const { headers } = await forward({ 'x-forwarded-uri': uri });
    expect(headers.location).toBe(back(`https://app.example.com${uri}`));
    expect(headers).not.toHaveProperty('set-cookie');
  },
);

test('W7: a line break in a header is refused before the request is read', async () => {
  const lines = ['GET /auth/forward?style=redirect HTTP/1.1', 'Host: x', 'X-Forwarded-Uri: /a\rb: c', '', ''];
  expect(await sendRaw(shared().url, lines.join('\r\n'))).toMatch(/^HTTP\/1\.1 400 /);
});

test('W7: HTTP/1.0 and HEAD are answered as well, and a repeated header names nothing', async () => {
  const ask = (first: string, ...headers: string[]) => {
    const own = ['Host: x', 'Connection: close', 'Sec-Fetch-Mode: navigate', ...headers];
    return sendRaw(shared().url, [first, ...own, '', ''].join('\r\n'));
  };
  const named = Object.entries(original).map(([header, value]) => `${header}: ${value}`);
  for (const first of [
    'GET /auth/forward?style=redirect HTTP/1.0',
    'HEAD /auth/forward?style=redirect HTTP/1.1',
  ]) {
    const answer = await ask(first, ...named);
    expect(answer).toMatch(/^HTTP\/1\.1 302 /);
    expect(answer).toContain(`\r\nlocation: ${back('https://app.example.com/notes?a=b&c=%2F')}\r\n`);
    expect(answer).toMatch(/\r\nremote-user: ?\r\n/);
    expect(answer.split('\r\n\r\n')[1]).toBe('');
  }
  for (const header of [
    'X-Forwarded-Uri: /x',
    'X-Forwarded-Host: app.example.com',
    'X-Forwarded-Proto: https',
  ]) {
    const answer = await ask('GET /auth/forward?style=redirect HTTP/1.1', ...named, header);
    expect(answer).toContain(`\r\nlocation: ${signIn}\r\n`);
  }
});

test('W7: who is no trusted proxy names neither the URL nor the method', async () => {
  const server = await startServer({ ...settings, GATEHOUSE_TRUSTED_PROXIES: '192.0.2.1' });
  const answer = await forward({ 'x-forwarded-method': 'POST' }, 'redirect', server);
  expect([answer.status, answer.headers.location]).toEqual([302, signIn]);
});

test('W7: without pages there is nowhere to sign in, so it is 401', async () => {
  const server = await startServer({ ...settings, GATEHOUSE_PAGES: 'off' });
  for (const style of ['redirect', 'nginx']) {
    const answer = await forward({}, style, server);
    expect([answer.status, answer.headers.location]).toEqual([401, undefined]);
  }
});
