/** The ways in which the documentation lets a proxy say who the client is: through nginx, to a real server behind it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { blocks, root } from '../support/docs.ts';
import { freePort } from '../support/port.ts';
import { startProcess } from '../support/process.ts';
import { assertInstalled, startProxy, writeNginx } from '../support/reverse-proxies.ts';
import { temporaryFolder } from '../support/server.ts';

/** What clients say of themselves, which must not be believed. */
const forged = { forwarded: 'for=203.0.113.7', 'x-forwarded-for': '203.0.113.7' };

/** Replaces text that has to be there. */
function replaced(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((changed, [from, to]) => {
    expect(changed).toContain(from);
    return changed.replaceAll(from, to);
  }, text);
}

/** The server of a page, without TLS and on ports of its own. */
function plainServer(page: string, listen: string, changes: Readonly<Record<string, string>>): string {
  const server = blocks(page, 'nginx').find((text) => text.startsWith('server {')) ?? '';
  return replaced(server, { 'listen 443 ssl;': listen, ...changes }).replace(/^ *ssl_certificate.*$/gm, '');
}

function stopAtEnd(child: ChildProcess): void {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exited;
  });
}

/** Starts nginx in front of what may still be starting, or skips the test where there is none. */
async function startNginx(context: TestContext, port: number, servers: string): Promise<void> {
  assertInstalled(context, 'nginx');
  await startProxy('nginx', writeNginx(temporaryFolder(), servers), port, { isPlain: true });
}

interface From {
  readonly host: string;
  readonly port: number;
  readonly localAddress: string;
}

function ask(
  from: From,
  path: string,
  body?: object,
  headers = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const method = body ? 'POST' : 'GET';
    const all = { ...forged, ...(body && { 'content-type': 'application/json' }), ...headers };
    request({ ...from, method, path, headers: all, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    })
      .once('error', reject)
      .end(body && JSON.stringify(body));
  });
}

let people = 0;

/** The network of a session that is made from an address. */
async function networkFrom(from: From): Promise<unknown> {
  people += 1;
  const person = { email: `user${people}@example.com`, password: 'strongpassword' };
  const { session_id: id } = JSON.parse((await ask(from, '/auth/register', person)).text);
  const { text } = await ask(from, '/auth/sessions', undefined, { 'x-session-id': id });
  return JSON.parse(text).sessions[0].network;
}

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

test('nginx that writes Forwarded, as docs/recipes.md shows: each client is counted under its own network', async (context) => {
  const node = await startProcess({
    GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1',
    GATEHOUSE_FORWARDED_HEADER: 'forwarded',
  });
  const port = await freePort();
  const ofPage = (words: string) =>
    blocks('docs/recipes.md', 'nginx').find((text) => text.startsWith(words)) ?? '';
  const listen = `listen 127.0.0.1:${port};${hasIpv6 ? ` listen [::1]:${port};` : ''}`;
  const server = plainServer('docs/recipes.md', listen, {
    'http://127.0.0.1:3000': node.url,
    'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;': ofPage('proxy_set_header Forwarded'),
  });
  await startNginx(context, port, `${ofPage('map $remote_addr')} ${server}`);
  expect(await networkFrom({ host: '127.0.0.1', port, localAddress: '127.0.0.9' })).toBe('127.0.0.9');
  if (hasIpv6) expect(await networkFrom({ host: '::1', port, localAddress: '::1' })).toBe('::/64');
});

test('nginx on a unix domain socket, as docs/embedding.md shows: each client is counted under its own network', async (context) => {
  const folder = temporaryFolder();
  const path = '/run/app/app.sock';
  const socket = join(folder, 'app.sock');
  const program = blocks('docs/embedding.md', 'js').find((text) => text.includes(path)) ?? '';
  writeFileSync(
    join(folder, 'program.mjs'),
    replaced(program, { [path]: socket, "from 'gatehouse-auth'": `from '${join(root, 'src/index.ts')}'` }),
  );
  const env = { DATABASE_URL: 'file:./gatehouse.db', GATEHOUSE_PBKDF2_ITERATIONS: '1000' };
  stopAtEnd(
    spawn(process.execPath, ['program.mjs'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  const port = await freePort();
  await startNginx(
    context,
    port,
    plainServer('docs/embedding.md', `listen 127.0.0.1:${port};`, { [path]: socket }),
  );
  expect(await networkFrom({ host: '127.0.0.1', port, localAddress: '127.0.0.9' })).toBe('127.0.0.9');
});
