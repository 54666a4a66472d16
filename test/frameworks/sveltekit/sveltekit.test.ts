/** Gatehouse in SvelteKit: the application of the documentation, built and used, with routes of the tests beside it. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sendExactly } from '../../support/client.ts';
import { until } from '../../support/process.ts';
import { temporaryFolder } from '../../support/server.ts';
import { life, pageAt, person, post, registered } from '../support/life.ts';
import { mounted, networksIn, openIn } from '../support/mounted.ts';
import { startingPatienceMs } from '../support/page-application.ts';
import { pageLife, postForm } from '../support/page-form.ts';
import { servedOnce } from '../support/served-once.ts';

/** Routes that the tests need beside those of the page. */
const files = {
  'src/routes/open/+page.server.js': 'export const load = ({ locals }) => ({ status: locals.auth.status });',
  'src/routes/open/+page.svelte': '<script>const { data } = $props();</script><p>{data.status}</p>',
  'src/routes/fixed/+page.js': 'export const prerender = true;',
  'src/routes/fixed/+page.svelte': '<p>Made by the build</p>',
  'src/routes/error/+server.js': "export const GET = () => { throw new Error('of the application'); };",
  'src/routes/auth/own/+server.js': "export const GET = () => new Response('own');",
};

const patience = { timeout: 240_000 };

const served = servedOnce({
  heading: '## SvelteKit',
  modules: 'test/frameworks/sveltekit',
  statics: 'static',
  files,
});

test('the build, which renders a page, opens no database', async () => {
  expect(served.hasOpenedInBuild).toBe(false);
  expect((await pageAt(served.server.url, '/fixed')).text).toContain('Made by the build');
});

mounted(() => served.server);

test('a guard sends browsers to sign in, also for data and forms, and answers 401 to others', async () => {
  const signIn = (page: string) => `/own-sign-in.html?return_to=${encodeURIComponent(page)}`;
  const page = await pageAt(served.server.url, '/profile?a=1');
  expect([page.status, page.headers.location]).toEqual([303, signIn('/profile?a=1')]);
  const data = await sendExactly(served.server.url, { path: '/profile/__data.json' });
  expect([data.status, data.json]).toMatchObject([200, { type: 'redirect', location: signIn('/profile') }]);
  const origin = served.server.url.replace('http:', 'https:');
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin };
  const ask = (headers: Record<string, string>) =>
    sendExactly(served.server.url, {
      method: 'POST',
      path: '/profile?/save',
      headers: { ...form, ...headers },
      body: '',
    });
  const plain = await ask({ accept: 'text/html' });
  expect([plain.status, plain.headers.location]).toEqual([303, signIn('/profile')]);
  const enhanced = await ask({ accept: 'application/json', 'x-sveltekit-action': 'true' });
  expect(enhanced.json).toEqual({ type: 'redirect', status: 303, location: signIn('/profile') });
  const program = await sendExactly(served.server.url, { path: '/profile' });
  expect([program.status, program.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  expect((await sendExactly(served.server.url, { path: '/profile', method: 'HEAD' })).status).toBe(401);
});

test('all contracts are answered, and other paths are the application’s', async () => {
  const made = await post(served.server.url, '/register.json', { username: 'joe', password: 'supersecure' });
  expect([made.status, made.json['username']]).toEqual([200, 'joe']);
  const login = await post(served.server.url, '/api/auth/login', {
    username: 'joe',
    password: 'supersecure',
  });
  const cookie = `session_id=${login.json['session']}`;
  expect((await pageAt(served.server.url, '/open', cookie)).text).toContain('live');
  expect((await pageAt(served.server.url, '/open')).text).toContain('none');
  expect((await pageAt(served.server.url, '/auth/own')).text).toBe('own');
  expect((await pageAt(served.server.url, '/error')).status).toBe(500);
});

test('the pages are served by the hook, and their forms sign in once SvelteKit knows its own address', async () => {
  const database = join(temporaryFolder(), 'own.db');
  const paged = await served.application.start({
    env: { DATABASE_URL: `file:${database}`, GATEHOUSE_PAGES: 'on', PROTOCOL_HEADER: 'x-forwarded-proto' },
  });
  await pageLife(paged.url, { headers: { 'x-forwarded-proto': 'http' } });
  const refused = await postForm(paged.url, '/sign-in', {}, { 'x-forwarded-proto': 'https' });
  expect([refused.status, refused.text]).toEqual([403, 'Cross-site POST form submissions are forbidden']);
  await paged.stop();
});

test('a target is taken as it was sent: an encoded letter is another path', async () => {
  expect((await sendExactly(served.server.url, { path: '/auth/%73ession' })).status).toBe(404);
});

test('the client is the peer, whatever a client writes, unless the peer is a trusted proxy', async () => {
  const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };
  await post(served.server.url, '/auth/login', person, headers);
  expect(new Set(networksIn(served.server.database))).toEqual(new Set(['127.0.0.1']));
  const database = join(temporaryFolder(), 'own.db');
  const proxied = await served.application.start({
    env: { DATABASE_URL: `file:${database}`, GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' },
  });
  await post(proxied.url, '/auth/register', person, headers);
  expect(new Set(networksIn(database))).toEqual(new Set(['203.0.113.9']));
  await proxied.stop();
});

test('a second instance refuses a session that the first one ended, and both end by themselves', async () => {
  const second = await served.application.start();
  const cookie = await registered(served.server.url, 'second@example.com');
  expect((await pageAt(second.url, '/open', cookie)).text).toContain('live');
  expect((await post(served.server.url, '/auth/logout', {}, { cookie })).status).toBe(204);
  expect((await pageAt(second.url, '/open', cookie)).text).toContain('none');
  const startedAt = performance.now();
  await second.stop();
  expect(await second.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});

test('while the database cannot be opened, answers are 503 with Retry-After, until it can', async () => {
  const place = join(temporaryFolder(), 'data');
  writeFileSync(place, 'a file where the folder should be');
  const troubled = await served.application.start({ env: { DATABASE_URL: `file:${place}/gatehouse.db` } });
  for (const path of ['/auth/session', '/profile', '/open']) {
    const { status, headers } = await pageAt(troubled.url, path);
    expect([path, status, headers['retry-after']]).toEqual([path, 503, '1']);
  }
  expect(troubled.stderr).toMatch(/StoreUnusable/);
  rmSync(place);
  mkdirSync(place);
  await life(troubled.url);
  await troubled.stop();
});

test('development below a base path: a change of a module opens no second writer', patience, async () => {
  const { folder } = served.application;
  const config = join(folder, 'vite.config.js');
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace('adapter: adapter()', "adapter: adapter(), paths: { base: '/app' }"),
  );
  const hooks = join(folder, 'src/hooks.server.ts');
  writeFileSync(hooks, readFileSync(hooks, 'utf8').replace("'/own-sign-in", "'/app/own-sign-in"));
  const database = join(temporaryFolder(), 'own.db');
  const development = await served.application.start({
    command: 'npx vite dev --host 127.0.0.1 --port $PORT --strictPort',
    env: { DATABASE_URL: `file:${database}`, GATEHOUSE_BASE_PATH: '/app' },
  });
  await life(development.url, '/app');
  const cookie = await registered(development.url, 'reload@example.com', '/app/auth/register');
  const before = openIn(database);
  expect(before.size).toBe(1);
  const page = join(folder, 'src/routes/profile/+page.svelte');
  for (const word of ['Servus', 'Moin', 'Salut']) {
    writeFileSync(page, readFileSync(page, 'utf8').replace(/Hello|Servus|Moin/, word));
    writeFileSync(hooks, `${readFileSync(hooks, 'utf8')}// ${word}\n`);
    // Now and then Vite misses a change that comes while it still takes in another one: it is told again.
    const isNew = async () => {
      if ((await pageAt(development.url, '/app/profile', cookie)).text.includes(word)) return true;
      await sleep(1_000);
      writeFileSync(page, `${readFileSync(page, 'utf8')}\n`);
      return undefined;
    };
    await until(isNew, word, development.exited, startingPatienceMs);
  }
  expect(openIn(database)).toEqual(before);
  await development.stop();
});
