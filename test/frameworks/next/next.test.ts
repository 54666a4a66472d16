/** Gatehouse in Next.js: the application of the documentation, built and used, with routes of the tests beside it. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sendExactly } from '../../support/client.ts';
import { isFull } from '../../support/length.ts';
import { root, until } from '../../support/process.ts';
import { temporaryFolder } from '../../support/server.ts';
import { life, pageAt, person, post, registered } from '../support/life.ts';
import { mounted, networksIn, openIn } from '../support/mounted.ts';
import { fencesOf, startingPatienceMs } from '../support/page-application.ts';
import { pageLife } from '../support/page-form.ts';
import { servedOnce } from '../support/served-once.ts';
import { run } from '../support/unpacked.ts';
import { routes } from './routes.ts';

const patience = { timeout: 240_000 };

const served = servedOnce({ heading: '## Next.js', modules: 'test/frameworks/next', files: routes });

test('the build opens no database', () => expect(served.hasOpenedInBuild).toBe(false));

mounted(() => served.server);

test('a guard of a route handler sends browsers to sign in, and answers 401 to others', async () => {
  const cookie = await registered(served.server.url, 'handler@example.com');
  const me = { path: '/api/me?a=1' };
  expect((await sendExactly(served.server.url, { ...me, headers: { cookie } })).json).toEqual({
    email: 'handler@example.com',
  });
  const browser = await pageAt(served.server.url, me.path);
  expect([browser.status, browser.headers.location]).toEqual([
    303,
    '/own-sign-in.html?return_to=%2Fapi%2Fme%3Fa%3D1',
  ]);
  const program = await sendExactly(served.server.url, me);
  expect([program.status, program.headers['www-authenticate'], program.headers['cache-control']]).toEqual([
    401,
    'Bearer',
    'no-store',
  ]);
  expect((await pageAt(served.server.url, '/api/items/7')).status).toBe(401);
  const item = await sendExactly(served.server.url, { path: '/api/items/7', headers: { cookie } });
  expect(item.json).toMatchObject({ id: '7', path: '/api/items/7', handle: expect.any(String) });
});

test('a guard of a server action sends others to sign in, and tells who called it', async () => {
  const cookie = await registered(served.server.url, 'action@example.com');
  const { text } = await pageAt(served.server.url, '/action');
  const [, name = ''] = /name="(\$ACTION_ID_\w+)"/.exec(text) ?? [];
  const act = (headers: Record<string, string>) =>
    sendExactly(served.server.url, {
      method: 'POST',
      path: '/action',
      headers: { 'content-type': 'multipart/form-data; boundary=b', accept: 'text/html', ...headers },
      body: `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n\r\n--b--\r\n`,
    });
  const others = await act({});
  expect([others.status, others.headers.location]).toEqual([303, '/own-sign-in.html']);
  const signedIn = await act({ cookie });
  expect([signedIn.status, signedIn.headers.location]).toEqual([303, '/done?by=action@example.com']);
});

test('a public page asks who is there', async () => {
  expect((await pageAt(served.server.url, '/open')).text).toContain('none');
  expect(
    (await pageAt(served.server.url, '/open', await registered(served.server.url, 'open@example.com'))).text,
  ).toContain('live');
});

test('an error of a handler behind a guard is an error of the application', async () => {
  const cookie = await registered(served.server.url, 'error@example.com');
  expect((await pageAt(served.server.url, '/error', cookie)).status).toBe(500);
  await until(() => served.server.stderr.includes('an error of the application') || undefined, 'the error');
});

test('the proxy answers paths of other contracts, guards pages, and passes others on', async () => {
  const made = await post(served.server.url, '/register.json', { username: 'joe', password: 'supersecure' });
  expect([made.status, made.json['username']]).toEqual([200, 'joe']);
  const login = await post(served.server.url, '/login.json', { username: 'joe', password: 'supersecure' });
  expect((await pageAt(served.server.url, '/guarded', `session_id=${login.json['id']}`)).text).toContain(
    'Behind',
  );
  const other = await pageAt(served.server.url, '/guarded');
  expect([other.status, other.headers.location]).toEqual([303, '/own-sign-in.html?return_to=%2Fguarded']);
  expect((await sendExactly(served.server.url, { path: '/guarded' })).status).toBe(401);
  expect((await pageAt(served.server.url, '/other.json')).headers['content-type']).toMatch(/^text\/html/);
});

test('the pages are served by the proxy, their forms sign in, and their redirects lead back', async () => {
  const database = join(temporaryFolder(), 'own.db');
  const paged = await served.application.start({
    env: { DATABASE_URL: `file:${database}`, GATEHOUSE_PAGES: 'on' },
  });
  await pageLife(paged.url);
  await paged.stop();
});

test('without a trusted proxy no header of a client is believed, and the log says it once', async () => {
  await post(served.server.url, '/auth/login', person, { 'x-forwarded-for': '203.0.113.9' });
  expect(new Set(networksIn(served.server.database))).toEqual(new Set(['unknown']));
  expect(served.server.stderr.match(/all clients share one count of failed logins/g)).toHaveLength(1);
  expect(served.server.stderr).toContain('add the word unix to GATEHOUSE_TRUSTED_PROXIES');
});

test('a second instance on the same database refuses a session that the first one ended', async () => {
  const second = await served.application.start();
  const cookie = await registered(served.server.url, 'second@example.com');
  expect((await sendExactly(second.url, { path: '/api/me', headers: { cookie } })).status).toBe(200);
  expect((await post(served.server.url, '/auth/logout', {}, { cookie })).status).toBe(204);
  expect((await sendExactly(second.url, { path: '/api/me', headers: { cookie } })).status).toBe(401);
  await second.stop();
});

test('the nearest address that a trusted proxy wrote is the client, whatever the client wrote before it', async () => {
  const folder = temporaryFolder();
  const database = join(folder, 'own.db');
  const proxied = await served.application.start({
    env: { DATABASE_URL: `file:${database}`, GATEHOUSE_TRUSTED_PROXIES: 'unix' },
  });
  await post(proxied.url, '/auth/register', person, { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' });
  expect(new Set(networksIn(database))).toEqual(new Set(['203.0.113.9']));
  expect(proxied.stderr).not.toContain('share one count');
  await proxied.stop();
});

test('while the database cannot be opened, everything that needs it is 503, and works once it can', async () => {
  const folder = temporaryFolder();
  const place = join(folder, 'data');
  writeFileSync(place, 'a file where the folder should be');
  const troubled = await served.application.start({ env: { DATABASE_URL: `file:${place}/gatehouse.db` } });
  const cookie = 'session_id=3a0a4f1d-1ab0-428d-bdf4-b7118fa53b4a';
  for (const path of ['/auth/session', '/api/me', '/api/items/7', '/guarded', '/login.json']) {
    const { status, headers } = await pageAt(troubled.url, path, cookie);
    expect([path, status, headers['retry-after'], headers['set-cookie']]).toEqual([
      path,
      503,
      '1',
      undefined,
    ]);
  }
  expect((await pageAt(troubled.url, '/open', cookie)).text).toContain('unknown');
  expect((await pageAt(troubled.url, '/profile', cookie)).status).toBe(500);
  await until(() => troubled.stderr.includes('a guard in proxy.ts answers 503') || undefined, 'the advice');
  expect(troubled.stderr).toMatch(/StoreUnusable/);
  rmSync(place);
  mkdirSync(place);
  await life(troubled.url);
  await troubled.stop();
});

test('the authentication of the page has at most twelve lines of server code, formatted as this project formats', () => {
  const folder = temporaryFolder();
  const lines = fencesOf('## Next.js')
    .filter(({ file }) => file !== '' && file !== 'app/layout.tsx')
    .flatMap(({ file, text }) => {
      const copy = join(folder, file.replaceAll('/', '-'));
      writeFileSync(copy, text);
      run(root, 'biome', 'format', '--write', `--config-path=${root}`, '--vcs-enabled=false', copy);
      expect(readFileSync(copy, 'utf8')).toBe(text);
      const all = text.split('\n').filter((line) => line.trim() !== '');
      // Without sign-in the page would be there, but none of these files.
      return file.endsWith('page.tsx') ? all.filter((line) => /signedIn/.test(line)) : all;
    });
  expect(lines.length).toBeGreaterThan(6);
  expect(lines.length).toBeLessThanOrEqual(12);
});

test.runIf(isFull)('a standalone build is complete', async () => {
  const { folder } = served.application;
  const config = join(folder, 'next.config.ts');
  const earlier = readFileSync(config, 'utf8');
  writeFileSync(config, earlier.replace('({})', "({ output: 'standalone' })"));
  run(folder, 'npx', 'next', 'build');
  writeFileSync(config, earlier);
  const elsewhere = temporaryFolder();
  run(folder, 'cp', '-a', '.next/standalone', 'public', elsewhere);
  run(elsewhere, 'cp', '-a', 'public', 'standalone/public');
  const standalone = await served.application.start({
    command: 'node server.js',
    cwd: join(elsewhere, 'standalone'),
    env: { DATABASE_URL: `file:${elsewhere}/own.db`, HOSTNAME: '127.0.0.1' },
  });
  await life(standalone.url);
  await standalone.stop();
});

test('development below a base path: a change of a module opens no second writer', patience, async () => {
  const { folder } = served.application;
  const config = join(folder, 'next.config.ts');
  writeFileSync(config, readFileSync(config, 'utf8').replace('({})', "({ basePath: '/app' })"));
  const database = join(temporaryFolder(), 'own.db');
  const development = await served.application.start({
    command: 'npx next dev',
    env: { DATABASE_URL: `file:${database}` },
  });
  await life(development.url, '/app');
  const guarded = await pageAt(development.url, '/app/guarded');
  expect([guarded.status, guarded.headers.location]).toEqual([
    303,
    '/app/own-sign-in.html?return_to=%2Fapp%2Fguarded',
  ]);
  const cookie = await registered(development.url, 'reload@example.com', '/app/auth/register');
  const before = openIn(database);
  expect(before.size).toBe(1);
  const page = join(folder, 'app/profile/page.tsx');
  for (const word of ['Servus', 'Moin', 'Salut']) {
    writeFileSync(page, readFileSync(page, 'utf8').replace(/Hello|Servus|Moin/, word));
    writeFileSync(join(folder, 'auth.ts'), `${readFileSync(join(folder, 'auth.ts'), 'utf8')}// ${word}\n`);
    await until(
      async () => (await pageAt(development.url, '/app/profile', cookie)).text.includes(word) || undefined,
      word,
      development.exited,
      startingPatienceMs,
    );
  }
  expect(openIn(database)).toEqual(before);
  await development.stop();
});
