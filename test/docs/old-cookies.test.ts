/** The cookies that browsers have from another system, through nginx as docs/import-sources.md shows it. */

import { expect, test } from 'vitest';
import { blocks } from '../support/docs.ts';
import { imported } from '../support/importing.ts';
import { openBetterAuth, sqliteOrigin } from '../support/originals/better-auth.ts';
import { freePort } from '../support/port.ts';
import { assertInstalled, startProxy, writeNginx } from '../support/reverse-proxies.ts';
import { startServer, temporaryFolder } from '../support/server.ts';

/** A database that better-auth made for one person, and the cookie that it gave to the browser. */
async function betterAuthWith(email: string, password: string) {
  const origin = sqliteOrigin();
  const { api } = await openBetterAuth(origin);
  const body = { email, password, name: 'Ada' };
  const { headers, response } = await api.signUpEmail({ body, returnHeaders: true });
  const [cookie = ''] = headers.getSetCookie().map((line) => line.split(';')[0]);
  return { file: origin.argument, cookie, userId: response.user.id };
}

test('I1: a browser stays signed in with the cookie of better-auth, until its owner signs out', async (context) => {
  assertInstalled(context, 'nginx');
  const email = 'ada@example.com';
  const old = await betterAuthWith(email, 'correct horse battery');
  expect(old.cookie).toMatch(/^better-auth\.session_token=\w{32}\./);
  const server = await startServer({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' });
  const summary = await imported(`file:${server.file}`, [old.file], '--from', 'better-auth');
  expect(summary).toMatchObject({ complete: true, sessions: { imported: 1 } });
  const port = await freePort();
  const [shown = ''] = blocks('docs/import-sources.md', 'nginx');
  const servers = shown
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace('http://127.0.0.1:3000', server.url)
    .replace('$host', '$http_host')
    .replace(/^ *ssl_certificate.*$/gm, '');
  const nginx = await startProxy('nginx', writeNginx(temporaryFolder(), servers), port, { isPlain: true });
  const whose = async (cookie: string) => {
    const { status, text } = await nginx.ask('GET', '/auth/session', undefined, { cookie });
    return status === 200 ? JSON.parse(text).user.id : status;
  };
  expect(await whose(old.cookie)).toBe(old.userId);
  expect(await whose(`theme=dark; __Secure-${old.cookie}; lang=en`)).toBe(old.userId);
  expect(await whose(`x${old.cookie}`)).toBe(401);

  // The cookie of Gatehouse counts where there is one.
  const { headers } = await nginx.ask('POST', '/auth/register', {
    email: 'grace@example.com',
    password: 'strongpassword',
  });
  const own = String(headers['set-cookie']?.[0]).split(';')[0];
  const theirs = await whose(`${own}; ${old.cookie}`);
  expect([typeof theirs, theirs === old.userId]).toEqual(['string', false]);

  // What is sent by a browser is judged as what a browser sends (ruling G13).
  const from = (origin: string) =>
    nginx.ask('POST', '/auth/logout', undefined, { cookie: old.cookie, origin });
  expect((await from('https://evil.example')).status).toBe(403);
  expect((await from(`http://localhost:${port}`)).status).toBe(204);
  expect(await whose(old.cookie)).toBe(401);
});
