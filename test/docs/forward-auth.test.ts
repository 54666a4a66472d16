/** Forward authentication behind real proxies, as docs/forward-auth.md sets them up (ruling W7). */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { command } from '../support/command.ts';
import { blocks } from '../support/docs.ts';
import { freePort } from '../support/port.ts';
import { sharedProcess } from '../support/process.ts';
import {
  assertInstalled,
  type Client,
  certificates,
  startProxy,
  writeNginx,
} from '../support/reverse-proxies.ts';
import { temporaryFolder } from '../support/server.ts';

const page = 'docs/forward-auth.md';
const node = sharedProcess({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' });
const [certificate, key] = [join(certificates, 'server.pem'), join(certificates, 'server.key')];
const ca = { NODE_EXTRA_CA_CERTS: join(certificates, 'authority.pem') };

const proxies = {
  nginx(text: string, port: number, folder: string): string[] {
    const own = text
      .replace('listen 443', `listen 127.0.0.1:${port}`)
      .replaceAll('/etc/ssl/notes.example.com', certificate.slice(0, -4))
      // The helper waits until the proxy answers.
      .replace('location / {', 'location = /readyz { return 200; }\n  location / {');
    return writeNginx(folder, own);
  },
  caddyfile(text: string, port: number, folder: string): string[] {
    const site = `localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${certificate} ${key}\n\thandle /readyz {\n\t\trespond 200\n\t}`;
    const file = join(folder, 'Caddyfile');
    writeFileSync(file, `{\n\tadmin off\n\tauto_https off\n}\n${text.replace('notes.example.com {', site)}`);
    return ['run', '--config', file, '--adapter', 'caddyfile'];
  },
};

interface Behind {
  readonly client: Client;
  readonly url: string;
  readonly probe: string;
}

/** Starts a proxy as the page configures it, in front of the server and of the place of the probe. */
async function start(
  context: TestContext,
  kind: keyof typeof proxies,
  change = (text: string) => text,
  gatehouse = new URL(node().url).host,
): Promise<Behind> {
  const program = kind === 'nginx' ? 'nginx' : 'caddy';
  assertInstalled(context, program);
  const [port, application, folder] = [await freePort(), await freePort(), temporaryFolder()];
  const probe = `127.0.0.1:${application}`;
  const [block = ''] = blocks(page, kind);
  const text = change(block.replaceAll('127.0.0.1:3000', gatehouse).replaceAll('127.0.0.1:8080', probe));
  const args = proxies[kind](text, port, folder);
  const env = { PATH: process.env['PATH'], HOME: folder };
  return { client: await startProxy(program, args, port, { env }), url: `https://localhost:${port}/`, probe };
}

const doctor = ({ url, probe }: Behind, sessionId: string) => {
  const words = [
    'doctor',
    'forward-auth',
    url,
    '--listen',
    probe,
    '--json',
    ...(sessionId ? ['--session'] : []),
  ];
  return command(words, { file: node().file, input: sessionId, environment: ca });
};

let people = 0;

async function newSession({ client }: Behind): Promise<string> {
  people += 1;
  const person = { email: `ada${people}@example.com`, password: 'strongpassword' };
  return JSON.parse((await client.ask('POST', '/auth/register', person)).text).session_id;
}

describe.each(['nginx', 'caddyfile'] as const)('%s', (kind) => {
  test('W7: none of the forged identity headers reach the application, and those of Gatehouse do', async (context) => {
    const behind = await start(context, kind);
    const said = await doctor(behind, await newSession(behind));
    const says = said.json.map(({ verdict, says }) => `${verdict}: ${says}`);
    expect(says, said.stderr).toEqual([
      expect.stringMatching(
        /^ok: Without a session nothing reached the application: the proxy answered 302\./,
      ),
      'ok: None of the forged identity headers reached the application, in 8 spellings.',
      expect.stringMatching(/^ok: Of a signed-in person the application gets Remote-User, Remote-Name, /),
      ...(kind === 'caddyfile'
        ? [expect.stringMatching(/^warning: A client that names Remote-User in Conn/)]
        : []),
    ]);
    expect(said.code).toBe(0);
  });

  test('W7: a browser is sent to sign in and back, and a script gets 401', async (context) => {
    const { client, url } = await start(context, kind);
    const opened = await client.ask('GET', '/notes?a=b', undefined, { accept: 'text/html' });
    expect(opened.status).toBe(302);
    const location = new URL(String(opened.headers.location), url);
    expect([location.pathname, location.searchParams.get('return_to')]).toEqual(['/sign-in', '/notes?a=b']);
    expect((await client.ask('GET', `${location.pathname}${location.search}`)).status).toBe(200);
    for (const [method, accept] of [
      ['GET', '*/*'],
      ['POST', 'text/html'],
    ] as const)
      expect((await client.ask(method, '/notes', undefined, { accept })).status).toBe(401);
  });

  test('W7: while the database or Gatehouse is away, the answer is 503 or 502, and no browser is sent to sign in', async (context) => {
    const { client } = await start(context, kind, undefined, `127.0.0.1:${await freePort()}`);
    const { status, headers } = await client.ask('GET', '/', undefined, { accept: 'text/html' });
    expect([status, headers.location]).toEqual([kind === 'nginx' ? 503 : 502, undefined]);
  });
});

test('a proxy that passes on what clients say is detected', async (context) => {
  const lenient = (text: string) =>
    text
      .replace(/ *proxy_set_header Remote-Email.*\n/, '')
      .replace('server {', 'underscores_in_headers on;\nserver {');
  const behind = await start(context, 'nginx', lenient);
  const said = await doctor(behind, await newSession(behind));
  const problems = said.json.filter(({ verdict }) => verdict === 'problem').map(({ says }) => says);
  expect(problems).toContainEqual(
    expect.stringMatching(/reached the application \(in capitals\): REMOTE-EMAIL\./),
  );
  expect(problems).toContainEqual(expect.stringMatching(/\(with underscores\): Remote_User, Remote_Name/));
  expect(said.code).toBe(1);
});

test('a proxy that does not ask is detected, and a session that is dead', async (context) => {
  const open = await start(context, 'nginx', (text) => text.replace(/ *auth_request \/forward;\n/, ''));
  const said = await doctor(open, '');
  expect(said.json).toMatchObject([
    { verdict: 'problem', says: expect.stringMatching(/^Without a session 8 of 8 requests reached/) },
    { verdict: 'warning' },
  ]);
  const closed = await start(context, 'nginx');
  expect((await doctor(closed, 'x'.repeat(26))).json).toContainEqual(
    expect.objectContaining({ says: expect.stringMatching(/did not reach the probe .* answered 302/) }),
  );
});
