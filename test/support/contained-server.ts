/** The server in a container of its image, on the network of this machine, with nothing but what it needs. */

import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { send } from './client.ts';
import type { Podman, Said } from './containers.ts';
import { read } from './docs.ts';
import { freePort } from './port.ts';
import { until } from './process.ts';
import { type Client, startProxy } from './reverse-proxies.ts';

export const image = 'localhost/gatehouse';
/** The server writes to its volume only, and can do nothing that root can. */
export const confined = [
  '--read-only',
  '--read-only-tmpfs=false',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
];

export interface Container {
  readonly name: string;
  readonly url: string;
}

/** Starts a server in a container on the network of this machine, and waits until it is ready. */
export async function startContained(podman: Podman, ...options: string[]): Promise<Container> {
  const port = await freePort();
  const name = `gatehouse-${port}`;
  onTestFinished(async () => void (await podman.try('rm', '--force', name)));
  const local = ['--network=host', `--env=PORT=${port}`, '--env=GATEHOUSE_PBKDF2_ITERATIONS=1000'];
  const { code, stderr } = await podman.run(
    '--detach',
    `--name=${name}`,
    ...confined,
    ...local,
    ...options,
    image,
  );
  expect(code, stderr).toBe(0);
  const url = `http://127.0.0.1:${port}`;
  await until(
    () =>
      send(url, { path: '/readyz' }).then(
        ({ status }) => status === 200 || undefined,
        () => undefined,
      ),
    `the server in the container: ${stderr}`,
  );
  return { name, url };
}

/** Starts a server that refuses to start; returns how it ended. */
export function refuse(podman: Podman, ...options: string[]): Promise<Said> {
  return podman.run('--rm', '--network=none', ...confined, ...options, image);
}

/** A volume of its own. */
export async function newVolume(podman: Podman): Promise<string> {
  const name = await podman.do('volume', 'create');
  onTestFinished(async () => void (await podman.try('volume', 'rm', '--force', name)));
  return name;
}

/** What is read here of a service of Compose. */
interface Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** Starts the nodes of `postgres.yaml`, with its environment and its secrets. Their proxy is this machine. */
export async function startComposed(
  podman: Podman,
  folder: string,
  secrets: Readonly<Record<string, string>>,
): Promise<Container[]> {
  const { services } = parse(read('deploy/compose/postgres.yaml'), { merge: true });
  const nodes: Container[] = [];
  for (const name of ['gatehouse-1', 'gatehouse-2']) {
    const { environment, secrets: names } = services[name] as Service;
    const own = { ...environment, GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' };
    const given = Object.entries(own).map(
      ([env, value]) => `--env=${env}=${value.replace(/\$\{[^}]+\}/, 'localhost')}`,
    );
    // Compose mounts the files of secrets as they are, with their owner and mode.
    const mounted = names.map((secret) => {
      const file = join(folder, secret);
      writeFileSync(file, String(secrets[secret]));
      chmodSync(file, 0o400);
      chownSync(file, 65532, 65532);
      return `--volume=${file}:/run/secrets/${secret}:ro`;
    });
    nodes.push(await startContained(podman, ...given, ...mounted));
  }
  return nodes;
}

/** Starts Caddy on this machine with the Caddyfile of Compose, in front of two nodes. */
export async function startComposedProxy(folder: string, nodes: readonly Container[]): Promise<Client> {
  const port = await freePort();
  const file = join(folder, 'Caddyfile');
  const own = nodes.reduce(
    (text, { url }, i) => text.replace(`gatehouse-${i + 1}:3000`, new URL(url).host),
    read('deploy/compose/Caddyfile'),
  );
  writeFileSync(file, own.replace('{\n', '{\n\tadmin off\n'));
  const host = `http://localhost:${port}`;
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, GATEHOUSE_HOST: host };
  const args = ['run', '--adapter', 'caddyfile', '--config', file];
  return startProxy('caddy', args, port, { isPlain: true, env });
}
