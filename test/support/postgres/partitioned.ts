/** Databases whose tables were divided by the script of the documentation. */

import type { Store } from '../../../src/storage/port/port.ts';
import { blocks } from '../docs.ts';
import { sharedPostgres } from '../postgres.ts';
import type { Postgres } from './client.ts';
import { openNode } from './store-fixture.ts';

/** The script, as operators copy it. */
function script(): string {
  const found = blocks('docs/scale.md', 'sql').find((sql) => sql.includes('PARTITION BY HASH'));
  if (found === undefined) throw new Error('docs/scale.md has no script that divides the tables.');
  return found;
}

export const nameOf = (url: string) => new URL(url).pathname.slice(1);

/** A database that Gatehouse was started on once, and lived in, and that was then divided; resolves to its address. */
export async function divided(
  server: Postgres,
  live: (store: Store) => Promise<unknown> = async () => {},
): Promise<string> {
  const url = await server.createDatabase();
  const first = await openNode(url);
  await live(first);
  await first.close();
  await server.query(script(), [], nameOf(url));
  return url;
}

let template: Promise<string> | undefined;

/** A divided database of the shared server with nothing in it. */
export async function dividedDatabase(): Promise<string> {
  const server = await sharedPostgres();
  template ??= divided(server).then(nameOf);
  return server.createDatabase(await template);
}
