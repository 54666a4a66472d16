/** The pages for browsers at `/` and `/reference`: who gets them, what they contain, and what they may load. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { redocScript } from '../../scripts/redoc.ts';
import { createGatehouse } from '../../src/gatehouse.ts';
import { accepts } from '../../src/http/request/accept.ts';
import { frontPage } from '../../src/pages/front-page.ts';
import { redocVersion } from '../../src/pages/page-routes.ts';
import { readBrand } from '../../src/pages/parts/brand.ts';
import { html } from '../../src/pages/parts/html.ts';
import { checkSettings } from '../../src/settings/validate-settings.ts';
import { sendRaw } from '../support/client.ts';
import { takeAway } from '../support/database.ts';
import { root } from '../support/process.ts';
import { startServer, temporaryFolder } from '../support/server.ts';

/** What Chromium sends when a person opens an address. */
const browser = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
};
const on = { GATEHOUSE_FRONT_PAGE: 'on' };
const scriptPath = `/pages/redoc-${redocVersion}.js`;

async function textOf(url: string, headers: Record<string, string> = browser): Promise<string> {
  const answer = await fetch(url, { headers });
  expect([url, answer.status]).toEqual([url, 200]);
  return answer.text();
}

test('L1: a browser gets a page with the version, the health and the links', async () => {
  const server = await startServer(on);
  const answer = await fetch(`${server.url}/`, { headers: browser });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const text = await answer.text();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(text).toContain(`version ${version}`);
  expect(text).toContain('<strong>Ready</strong>');
  for (const link of ['reference', 'openapi.json']) expect(text).toContain(`href="${link}"`);
  expect(text).not.toContain('sign-in');
});

test.each([
  undefined,
  '*/*',
  'application/json',
  'text/html;q=0',
  'text/plain, text/html; q=0.000',
  'text/htmlx',
  '',
])('L1: a client with Accept: %s gets the 404 that it got without the page', async (accept) => {
  const server = await startServer(on);
  const without = await startServer();
  const asked = { path: '/', headers: accept === undefined ? {} : { accept } };
  const [with404, bare] = await Promise.all([server.send(asked), without.send(asked)]);
  expect([with404.status, with404.text]).toEqual([404, bare.text]);
  expect(with404.headers['content-type']).toBe('application/problem+json');
});

test.each(['/', '/?utm=1', '/reference', scriptPath])(
  'HEAD %s has the headers of GET and no body',
  async (path) => {
    const server = await startServer(on);
    const headers = { ...browser, 'accept-encoding': 'identity' };
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => fetch(`${server.url}${path}`, { method, headers })),
    );
    expect([get?.status, head?.status]).toEqual([200, 200]);
    for (const name of ['content-type', 'content-length', 'cache-control'])
      expect(head?.headers.get(name)).toBe(get?.headers.get(name));
    expect(await head?.text()).toBe('');
    expect(Number(get?.headers.get('content-length'))).toBe((await get?.arrayBuffer())?.byteLength);
  },
);

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])(
  '%s is 405 on every page, in problem details',
  async (method) => {
    const server = await startServer(on);
    for (const path of ['/', '/reference', scriptPath]) {
      const answer = await fetch(`${server.url}${path}`, { method, headers: browser });
      expect([path, answer.status, answer.headers.get('allow')]).toEqual([path, 405, 'GET, HEAD']);
      expect(await answer.json()).toMatchObject({ status: 405, detail: 'Method not allowed' });
    }
  },
);

test('G11: no other spelling of a path is a page', async () => {
  const server = await startServer(on);
  for (const path of [
    '//',
    '/index.html',
    '/reference/',
    '/Reference',
    '/pages/',
    '/pages/../',
    '/pages/redoc.js',
    '/;x',
  ])
    expect(
      await sendRaw(
        server.url,
        `GET ${path} HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1\.1 404 /);
});

test.each([{}, { GATEHOUSE_FRONT_PAGE: 'off' }])(
  'with %j an embedded Gatehouse has no pages',
  async (environment) => {
    const server = await startServer(environment as Record<string, string>);
    for (const path of ['/', '/reference', scriptPath])
      expect((await fetch(`${server.url}${path}`, { headers: browser })).status).toBe(404);
    expect((await server.send({ path: '/openapi.json' })).status).toBe(200);
  },
);

test('a program that embeds Gatehouse can switch the pages on, and serves them through fetch', async () => {
  const databaseUrl = `file:${join(temporaryFolder(), 'gatehouse.db')}`;
  const gatehouse = await createGatehouse({ settings: { databaseUrl, frontPage: 'on' } });
  const page = await gatehouse.fetch(new Request('http://localhost/', { headers: browser }));
  expect(await page.text()).toContain('<h1>Gatehouse</h1>');
  const gzip = { headers: { 'accept-encoding': 'br, gzip' } };
  const script = await gatehouse.fetch(new Request(`http://localhost${scriptPath}`, gzip));
  expect(gunzipSync(await script.arrayBuffer()).toString()).toBe(redocScript());
  await gatehouse.close();
});

test('G12: pages have the headers of every response, and a policy without inline code', async () => {
  const server = await startServer(on);
  for (const path of ['/', '/reference']) {
    const { headers } = await fetch(`${server.url}${path}`, { headers: browser });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    const policy = String(headers.get('content-security-policy'));
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).toMatch(/; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  }
});

test('pages contain no inline script, no style attribute and no event handler, and the front page no script', async () => {
  const server = await startServer(on);
  const front = await textOf(`${server.url}/`);
  const reference = await textOf(`${server.url}/reference`);
  expect(front).not.toMatch(/<script|<style/);
  expect(reference.match(/<script[^>]*>[^<]*/g)).toEqual([
    `<script type="module" src="${scriptPath.slice(1)}">`,
  ]);
  for (const text of [front, reference]) expect(text).not.toMatch(/\s(?:style|on[a-z]+)=/);
});

test('the nonce of the reference is another one each time', async () => {
  const server = await startServer(on);
  const nonces = new Set<string>();
  for (let i = 0; i < 3; i += 1) {
    const answer = await fetch(`${server.url}/reference`);
    const [, nonce = ''] =
      /'nonce-([^']+)'/.exec(String(answer.headers.get('content-security-policy'))) ?? [];
    expect(nonce.length).toBeGreaterThan(20);
    expect(await answer.text()).toContain(`nonce="${nonce}" content="${nonce}"`);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

test.each(['', '/id', '/a/b-c'])('all links hold below the base path "%s"', async (basePath) => {
  const server = await startServer({ ...on, GATEHOUSE_BASE_PATH: basePath });
  const found: string[] = [];
  for (const page of [`${server.url}${basePath}/`, `${server.url}${basePath}/reference`]) {
    for (const [, link = ''] of (await textOf(page)).matchAll(/\s(?:href|src|spec-url)="([^"]*)"/g)) {
      expect(link).not.toMatch(/^\/|:/);
      found.push(link);
      await textOf(new URL(link, page).href, {});
    }
  }
  expect(new Set(found).size).toBeGreaterThanOrEqual(5);
  if (basePath !== '') expect((await fetch(`${server.url}/`, { headers: browser })).status).toBe(404);
});

test('the page lists the contracts that are served, and no other', async () => {
  const server = await startServer({ ...on, GATEHOUSE_CONTRACTS: 'dotjson' });
  const text = await textOf(`${server.url}/`);
  expect(text).toContain('POST /login.json');
  expect(text).not.toMatch(/POST \/auth\/login|\/api\/auth/);
});

test('a forged Host is not in a page', async () => {
  const server = await startServer(on);
  for (const [host, status] of [
    ['evil.example', 200],
    ['"><script>alert(1)</script>', 400],
  ] as const) {
    for (const path of ['/', '/reference']) {
      const answer = await sendRaw(
        server.url,
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).not.toMatch(/evil|alert/);
    }
  }
});

test('templates escape text, in elements and in attributes', () => {
  const nasty = `<b a="c" d='e'>&`;
  expect(html`<p title="${nasty}">${nasty}</p>`.toString()).toBe(
    '<p title="&lt;b a=&quot;c&quot; d=&#39;e&#39;&gt;&amp;">&lt;b a=&quot;c&quot; d=&#39;e&#39;&gt;&amp;</p>',
  );
  expect(html`${[html`<i>${1}</i>`, html`<i>${'<'}</i>`]}`.toString()).toBe('<i>1</i><i>&lt;</i>');
});

test('L1: while the store does not answer, the page says so with 200', async () => {
  const server = await startServer(on);
  await takeAway(server, 'auth');
  expect(await textOf(`${server.url}/`)).toContain('<strong>Not ready</strong>');
});

test('L1: the page waits a second for the store at most, and asks once for many clients', async () => {
  let asked = 0;
  const settings = checkSettings({});
  const ready = () => {
    asked += 1;
    return new Promise<never>(() => {});
  };
  const route = frontPage(ready, settings, readBrand(settings));
  const context = { request: { header: () => 'text/html' } } as unknown as Parameters<typeof route.answer>[0];
  const startedAt = performance.now();
  const answers = await Promise.all(Array.from({ length: 20 }, () => route.answer(context)));
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  expect(asked).toBe(1);
  for (const answer of answers)
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('Not ready') });
});

test('a list of what is accepted has a name in any case, and not with the quality 0', () => {
  for (const list of ['a', ' A ;q=0.1', 'b, a', 'a;level=1', 'a;q=0.001', 'a;q=1.0'])
    expect(accepts(list, 'a'), list).toBe(true);
  for (const list of [null, '', '*', 'ab', 'a/b', 'a;q=0', 'a; Q = 0.000', ',', ';q=1'])
    expect(accepts(list, 'a')).toBe(false);
});
