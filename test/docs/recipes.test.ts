/** The recipes for reverse proxies: each real proxy, as docs/recipes.md sets it up, in front of a real server. */

import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { blocks, part } from '../support/docs.ts';
import { embedded } from '../support/embedded.ts';
import { freePort } from '../support/port.ts';
import { sharedProcess, type TestProcess } from '../support/process.ts';
import { theProgram } from '../support/program.ts';
import {
  assertInstalled,
  type Client,
  certificates,
  startProxy,
  writeNginx,
} from '../support/reverse-proxies.ts';
import { temporaryFolder } from '../support/server.ts';

const page = 'docs/recipes.md';

/** The block of the page that begins with some words and holds others. */
function block(kind: string, begins: string, holds = ''): string {
  const found = blocks(page, kind).find((text) => text.trim().startsWith(begins) && text.includes(holds));
  if (!found) throw new Error(`${page} has no block of ${kind} that begins with ${begins}`);
  return found;
}

/** Replaces text that has to be there. */
function replaced(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((changed, [from, to]) => {
    expect(changed, page).toContain(from);
    return changed.replaceAll(from, to);
  }, text);
}

/** Where Gatehouse is, seen from the outside. */
const places = ['own host', 'beside', 'base path', 'stripped'] as const;
type Place = (typeof places)[number];

const prefix = (place: Place) => (place === 'base path' || place === 'stripped' ? '/id' : '');

/** The configurations of the page, with its addresses. */
const configurations = {
  nginx(place: Place): string {
    const server = block('nginx', 'server {');
    const locations = {
      'own host': '',
      beside: block('nginx', 'location ~'),
      'base path': block('nginx', 'location /id/', ':3000;'),
      stripped: block('nginx', 'location /id/', ':3000/;'),
    }[place];
    return locations ? server.replace(/ {2}location .*?\n {2}}\n/s, () => locations) : server;
  },
  caddy(place: Place): string {
    const lines = {
      'own host': '',
      beside: block('caddyfile', '@gatehouse'),
      'base path': block('caddyfile', 'reverse_proxy /id/*'),
      stripped: block('caddyfile', 'handle_path'),
    }[place];
    const whole = block('caddyfile', '{');
    return lines ? replaced(whole, { '\treverse_proxy 127.0.0.1:3000\n': lines }) : whole;
  },
  haproxy(place: Place): string {
    const whole = block('haproxy', 'defaults');
    if (place === 'own host') return whole;
    const lines = block('haproxy', 'use_backend', place === 'beside' ? 'path_reg' : 'path_beg');
    const [choice = '', application = ''] = lines.split('\n\n');
    const line = place === 'stripped' ? block('haproxy', 'http-request replace-path') : '';
    return `${replaced(whole, { '  default_backend gatehouse': choice })}${line}\n${application}`;
  },
};

const headings = { nginx: '## nginx', caddy: '## Caddy', haproxy: '## HAProxy' } as const;

type Proxy = keyof typeof configurations;

/** What the recipes set in Gatehouse. */
const settings = { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' };
const atRoot = sharedProcess(settings);
const underPath = sharedProcess({ ...settings, GATEHOUSE_BASE_PATH: '/id' });

interface Behind {
  readonly client: Client;
  readonly node: TestProcess;
  readonly port: number;
}

/** Starts a proxy on a port of its own, with the certificate of the tests; the rest is that of the page. */
async function start(context: TestContext, proxy: Proxy, place: Place): Promise<Behind> {
  assertInstalled(context, proxy);
  const node = place === 'base path' ? underPath() : atRoot();
  const [port, folder] = [await freePort(), temporaryFolder()];
  const hosts = {
    '127.0.0.1:3000': new URL(node.url).host,
    ...(place !== 'own host' && { '127.0.0.1:8080': await startApplication() }),
  };
  const text = replaced(configurations[proxy](place), hosts);
  const args = arranged[proxy](text, port, folder);
  const env = { PATH: process.env['PATH'], HOME: folder };
  return { client: await startProxy(proxy, args, port, { env }), node, port };
}

async function startApplication(): Promise<string> {
  const application = createServer((_, outgoing) => void outgoing.end('the application'));
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void application.close());
  return `127.0.0.1:${(application.address() as AddressInfo).port}`;
}

const [certificate, key] = [join(certificates, 'server.pem'), join(certificates, 'server.key')];

/** Writes a configuration with what belongs to the machine replaced; returns the arguments that start the proxy. */
const arranged: Readonly<Record<Proxy, (text: string, port: number, folder: string) => string[]>> = {
  nginx(text, port, folder) {
    const own = {
      'listen 443': `listen 127.0.0.1:${port}`,
      '/etc/ssl/auth.example.com': certificate.slice(0, -4),
    };
    return writeNginx(folder, replaced(text, own));
  },
  caddy(text, port, folder) {
    const site = `localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${certificate} ${key}`;
    const own = { 'auth.example.com {': site, 'auto_https disable_redirects': 'admin off\n\tauto_https off' };
    const file = join(folder, 'Caddyfile');
    writeFileSync(file, replaced(text, own));
    return ['run', '--config', file, '--adapter', 'caddyfile'];
  },
  haproxy(text, port, folder) {
    const pem = join(folder, 'both.pem');
    writeFileSync(pem, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'), { mode: 0o600 });
    const own = { 'bind :443': `bind 127.0.0.1:${port}`, '/etc/haproxy/auth.example.com.pem': pem };
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(file, replaced(text, own));
    return ['-db', '-f', file];
  },
};

let people = 0;

/** A page of the same origin registers and logs in, as a browser does that does not send `Sec-Fetch-Site`. */
async function logIn({ client, port }: Behind, base: string) {
  people += 1;
  const person = { email: `user${people}@example.com`, password: 'strongpassword' };
  const origin = { origin: `https://localhost:${port}` };
  expect(await client.ask('POST', `${base}/auth/register`, person, origin)).toMatchObject({ status: 201 });
  const login = await client.ask('POST', `${base}/auth/login`, person, origin);
  expect(login).toMatchObject({ status: 200 });
  const foreign = { origin: 'https://app.example.org' };
  expect(await client.ask('POST', `${base}/auth/login`, person, foreign)).toMatchObject({ status: 403 });
  const [cookie = ''] = /^session_id=[^;]*/.exec(login.headers['set-cookie']?.[0] ?? '') ?? [];
  return { cookie };
}

/** What clients say of themselves, which must not be believed. */
const forged = { forwarded: 'for=203.0.113.7', 'x-forwarded-for': '203.0.113.7' };

describe.each(['nginx', 'caddy', 'haproxy'] as const)('%s, as docs/recipes.md sets it up', (proxy) => {
  test.for(places)(
    '%s: people log in, clients are counted, pages of the same origin pass',
    async (place, context) => {
      const behind = await start(context, proxy, place);
      const base = prefix(place);
      const session = await logIn(behind, base);
      const ask = (path: string, headers = {}) => behind.client.ask('GET', path, undefined, headers);
      expect(await ask(`${base}/auth/session`, session)).toMatchObject({ status: 200 });
      const { text } = await ask(`${base}/auth/sessions`, { ...session, ...forged });
      expect(JSON.parse(text).sessions).toMatchObject([{ network: '127.0.0.9' }, { network: '127.0.0.9' }]);
      const [heading = headings[proxy], shows] = seen[place];
      expect(await shown(behind, heading)).toMatch(shows);
      for (const path of applications[place])
        expect(await ask(path), path).toMatchObject({ status: 200, text: 'the application' });
    },
  );

  test('beside an application: exactly the paths of Gatehouse reach it', async (context) => {
    const { client } = await start(context, proxy, 'beside');
    for (const path of (await embedded()).paths) {
      const { headers } = await client.ask('GET', `${path.replace(':handle', 'abc')}?s=1`);
      expect(headers, path).toHaveProperty('x-request-id');
    }
  });
});

test('Caddy redirects nothing to HTTPS, as docs/recipes.md says', (context) => {
  assertInstalled(context, 'caddy');
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'Caddyfile'), configurations.caddy('own host'));
  const args = ['adapt', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')];
  const { stdout, stderr } = spawnSync('caddy', args, { encoding: 'utf8', env: { HOME: folder } });
  expect(stderr).not.toContain('not formatted');
  const [server] = Object.values(JSON.parse(stdout).apps.http.servers);
  expect(server).toMatchObject({ listen: [':443'], automatic_https: { disable_redirects: true } });
});

/** Paths that Gatehouse does not answer. */
const shared = [
  '/',
  '/auth',
  '/auth/vault-key',
  '/auth/login/',
  '/auth/loginx',
  '/api/auth/other',
  '/other.json',
];
const applications: Readonly<Record<Place, readonly string[]>> = {
  'own host': [],
  beside: [...shared, '/healthz', '/auth/sessions/', '/auth/sessions/A', '/x/auth/login', '/loginXjson'],
  'base path': [...shared, '/ideas', '/auth/login', '/login.json', '/x/id/auth/login'],
  stripped: [...shared, '/ideas', '/auth/login', '/login.json', '/x/id/auth/login'],
};

/** Runs the commands of the page that show whether a recipe works, through the proxy; returns what they print. */
async function shown({ node, port }: Behind, heading: string): Promise<string> {
  const [, commands = ''] = /^```sh\n(.*?)^```$/ms.exec(part(page, heading)) ?? [];
  const folder = temporaryFolder();
  const program = `#!/bin/sh\nexec '${process.execPath}' '${await theProgram()}' "$@"\n`;
  writeFileSync(join(folder, 'gatehouse'), program, { mode: 0o755 });
  const authority = join(certificates, 'authority.pem');
  const env = {
    ...settings,
    DATABASE_URL: node.database,
    PATH: `${folder}${delimiter}${process.env['PATH']}`,
    CURL_CA_BUNDLE: authority,
    NODE_EXTRA_CA_CERTS: authority,
  };
  const here = commands.replace(/https:\/\/\w+\.example\.com/g, `https://localhost:${port}`);
  const { stdout } = await promisify(execFile)('bash', ['-ec', here], { env });
  return stdout;
}

/** Where the page says how to see that a recipe works, and what is then to be seen. */
const isReady = /^\{"status":"ready"\}.*\nok +origin /s;
const seen: Readonly<Record<Place, readonly [heading: string | undefined, shows: RegExp]>> = {
  'own host': [undefined, isReady],
  beside: ['## Beside an application', /^HTTP\/[\d.]+ 401.*application\/problem\+json/s],
  'base path': ['## Under a path', isReady],
  stripped: ['## Under a path', isReady],
};
