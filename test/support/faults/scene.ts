/** What the tests of a file share: a PostgreSQL server of their own, and nodes that use one database on it. */

import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type PostgresProxy, startPostgresProxy } from '../postgres/messages.ts';
import type { PostgresServer } from '../postgres/server.ts';
import { type PostgresOptions, startPostgres } from '../postgres.ts';
import { type Node, startFleet } from './fleet.ts';

export interface SceneOptions {
  readonly nodes: number;
  /** Settings of the server. */
  readonly server?: PostgresOptions['settings'];
  /** Settings of the nodes. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether there is a proxy before the server: none, one for all nodes, or one for each. */
  readonly proxies?: 'none' | 'one' | 'each';
}

export interface Scene {
  readonly server: PostgresServer;
  readonly nodes: readonly Node[];
  readonly proxies: readonly PostgresProxy[];
  /** The name of the database on the server. */
  readonly database: string;
}

/** Call it at the top of a file, and what it returns inside the tests. */
export function sharedScene(options: SceneOptions): () => Scene {
  const cleaning: (() => unknown)[] = [];
  let scene: Scene | undefined;
  beforeAll(async () => {
    scene = await openScene(options, (clean) => void cleaning.unshift(clean));
  }, 60_000);
  // Whatever a test that failed has left behind.
  beforeEach(() => scene && heal(scene));
  afterAll(async () => {
    for (const clean of cleaning) await clean();
  }, 60_000);
  return () => {
    if (!scene) throw new Error('The scene is there only while the tests run.');
    return scene;
  };
}

export async function openScene(
  { nodes: size, server: serverSettings = {}, settings, proxies: kind = 'none' }: SceneOptions,
  atEnd: (clean: () => Promise<void>) => void,
): Promise<Scene> {
  const server = await startPostgres({ settings: serverSettings, atEnd });
  const address = await server.createDatabase();
  const count = { none: 0, one: 1, each: size }[kind];
  const proxies = await Promise.all(
    Array.from({ length: count }, () =>
      startPostgresProxy(server.port, { atEnd: (clean) => atEnd(async () => clean()) }),
    ),
  );
  const addresses = Array.from(
    { length: size },
    (_, i) => proxies[i % Math.max(1, count)]?.url(address) ?? address,
  );
  const nodes = await startFleet({ addresses, ...(settings && { settings }), atEnd });
  return { server, nodes, proxies, database: new URL(address).pathname.slice(1) };
}

async function heal({ server, proxies, nodes }: Scene): Promise<void> {
  server.thaw();
  for (const proxy of proxies) {
    proxy.judge();
    proxy.delay(0);
    proxy.resume();
  }
  for (const node of nodes) {
    const { child } = node.process;
    child.kill('SIGCONT');
    if (child.exitCode !== null || child.signalCode !== null) await node.start();
  }
}
