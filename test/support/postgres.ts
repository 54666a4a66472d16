/** Real PostgreSQL servers: one that all test files share, and others that a test may stop, freeze and kill. */

import { inject, onTestFinished } from 'vitest';
import type { Postgres } from './postgres/client.ts';
import { type Door, enter } from './postgres/door.ts';
import { openFresh } from './postgres/fresh.ts';
import type { AtEnd, PostgresServer } from './postgres/server.ts';
import { makeMigrated, openShared, type SharedAddress, sharedAt } from './postgres/shared.ts';
import { makeTemplate, type Template } from './postgres/template.ts';
import type { Tls } from './postgres/tls.ts';

export interface PostgresOptions {
  /** Settings of the server, by name. What is committed is on the disk, unless `fsync` is `off`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Offers TLS to clients that ask for it. Default: no TLS. */
  readonly tls?: boolean | Tls;
  /** Who removes the server. Default: the end of the test that started it. */
  readonly atEnd?: AtEnd;
}

let template: Promise<Template> | undefined;
let shared: Promise<SharedAddress> | undefined;
let migrated: Promise<string> | undefined;

/** Starts a server of one's own, which is removed at the end of the test. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { settings = {}, tls = false, atEnd = onTestFinished } = options;
  return openFresh({
    template: await theTemplate(),
    settings,
    atEnd,
    tls: tls === true ? {} : tls || undefined,
  });
}

/** The server that all test files of a run share. Leave it as it is, and work in databases of your own. */
export async function sharedPostgres(): Promise<Postgres> {
  const door = theDoor();
  shared ??= door ? enter<SharedAddress>(door, 'server') : theTemplate().then(openShared);
  return sharedAt(await shared);
}

/** A new database of the shared server with the tables of a store and nothing in them: to copy them is quicker than to make them. */
export async function migratedDatabase(): Promise<string> {
  const [door, server] = [theDoor(), await sharedPostgres()];
  migrated ??= door ? enter<string>(door, 'migrated') : makeMigrated(server);
  return server.createDatabase(await migrated);
}

function theTemplate(): Promise<Template> {
  const door = theDoor();
  template ??= door ? enter<Template>(door, 'template') : makeTemplate();
  return template;
}

/** Absent if vitest runs without our set-up; then each process makes its own. */
function theDoor(): Door | undefined {
  return inject('postgresDoor');
}
