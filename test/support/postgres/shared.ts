/** The one server that all test files of a run share, each in databases of its own. */

import { type Postgres, postgresAt } from './client.ts';
import { openFresh } from './fresh.ts';
import { optionsOf } from './options.ts';
import type { Template } from './template.ts';

/** How to find the server from another process. */
export interface SharedAddress {
  readonly port: number;
  readonly password: string;
}

/**
 * No test may stop this server, so none can see whether it writes to the disk in time; many test files connect at
 * once.
 */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  // It would visit the databases of all tests in turn, ten of them a second.
  autovacuum: 'off',
};

/** Starts the server; the keeper of this process ends it. */
export async function openShared(template: Template): Promise<SharedAddress> {
  const { port } = await openFresh({ template, settings, atEnd: () => {} });
  return { port, password: template.password };
}

export function sharedAt({ port, password }: SharedAddress): Postgres {
  return postgresAt(() => port, password);
}

/** Makes a database as a store makes it at its first start, for others to be copied from; resolves to its name. */
export async function makeMigrated(postgres: Postgres): Promise<string> {
  const url = await postgres.createDatabase();
  const { openPostgresStore } = await import('../../../src/storage/postgres/store.ts');
  const { store } = await openPostgresStore(optionsOf(url));
  await store.close();
  return new URL(url).pathname.slice(1);
}
