/** The configurations of `deploy/` without forward authentication, with real proxies: a path prefix, and two nodes. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { forgedNames, startApplication, upgrade } from '../support/application.ts';
import { deploy, followPage } from '../support/deployed.ts';
import { root } from '../support/docs.ts';
import { sharedProcess } from '../support/process.ts';
import { assertInstalled, certificates } from '../support/reverse-proxies.ts';

const node = sharedProcess({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1', GATEHOUSE_BASE_PATH: '/id' });
const authority = readFileSync(join(certificates, 'authority.pem'), 'utf8');

describe.each(['nginx', 'caddy', 'haproxy'] as const)('%s', (program) => {
  test('W6: people sign in under the path, and the application beside it gets no identity header of a client', async (context) => {
    const application = await startApplication();
    const behind = await deploy(context, program, {
      name: 'path-prefix',
      hosts: { '127.0.0.1:3000': new URL(node().url).host, '127.0.0.1:8080': application.host },
      readyPath: '/id/readyz',
    });
    const { client, port } = behind;
    const person = { email: `${program}@example.com`, password: 'strongpassword' };
    const own = { origin: `https://localhost:${port}`, 'x-forwarded-for': '203.0.113.7' };
    expect((await client.ask('POST', '/id/auth/register', person, own)).status).toBe(201);
    const login = await client.ask('POST', '/id/auth/login', person, own);
    const [cookie = ''] = /^session_id=[^;]*/.exec(login.headers['set-cookie']?.[0] ?? '') ?? [];
    const check = async () => (await client.ask('GET', '/id/auth/session', undefined, { cookie })).status;
    expect([login.status, await check()]).toEqual([200, 200]);
    const { text } = await client.ask('GET', '/id/auth/sessions', undefined, { ...own, cookie });
    const networks = JSON.parse(text).sessions.map(({ network }: { network: string }) => network);
    expect(networks).toEqual(['127.0.0.9', '127.0.0.9']);
    expect((await client.ask('POST', '/id/auth/logout', undefined, { ...own, cookie })).status).toBe(204);
    expect(await check()).toBe(401);

    expect(await client.ask('GET', '/auth/session')).toMatchObject({ text: 'the application' });
    expect(await upgrade(behind, authority)).toEqual({ status: 101, echo: 'ping' });
    expect(await forgedNames(behind, authority, application)).toEqual([]);
  });

  test('W7: no identity header of a client passes a proxy in front of two nodes either', async (context) => {
    const application = await startApplication();
    const behind = await deploy(context, program, {
      name: 'two-nodes',
      hosts: { '10.0.0.11:3000': application.host, '10.0.0.12:3000': application.host },
    });
    expect(await forgedNames(behind, authority, application)).toEqual([]);
  });
});

test.for([
  ['nginx', 'forward-auth', { '127.0.0.1:3000': '127.0.0.1:1', '127.0.0.1:8080': '127.0.0.1:2' }],
  ['caddy', 'forward-auth', { '127.0.0.1:3000': '127.0.0.1:1', '127.0.0.1:8080': '127.0.0.1:2' }],
  ['haproxy', 'two-nodes', { '10.0.0.11:3000': '127.0.0.1:1', '10.0.0.12:3000': '127.0.0.1:2' }],
] as const)('the commands of docs/deploy/%s.md accept the file', async ([program, name, hosts], context) => {
  assertInstalled(context, program);
  await followPage(program, name, hosts);
});

test('the files for Caddy have the form that it gives them', (context) => {
  assertInstalled(context, 'caddy');
  const folder = join(root, 'deploy/caddy');
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    expect(spawnSync('caddy', ['fmt', file], { encoding: 'utf8' }).stdout, name).toBe(
      readFileSync(file, 'utf8'),
    );
  }
});
