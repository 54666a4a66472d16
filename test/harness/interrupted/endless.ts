/** A test that starts servers in every state, says which, and waits to be interrupted. */

import { writeSync } from 'node:fs';
import { test } from 'vitest';
import { sharedPostgres, startPostgres } from '../../support/postgres.ts';

test('waits', async () => {
  const shared = await sharedPostgres();
  const [{ data } = {}] = await shared.query<{ data: string }>(
    "SELECT current_setting('data_directory') AS data",
  );
  const servers = await Promise.all([startPostgres(), startPostgres()]);
  await servers[1]?.freeze();
  // Past vitest, which reports only what has come to an end.
  writeSync(2, `STARTED ${JSON.stringify([data, ...servers.map((server) => server.data)])}\n`);
  await new Promise(() => {});
});
