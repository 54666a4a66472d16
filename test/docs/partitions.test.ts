/** The script for hash partitions on the page about scale keeps the sessions, and Gatehouse works with what it makes. */

import { describe, expect, test } from 'vitest';
import { account, context, findSession, hex, session } from '../storage/conformance/case.ts';
import { conformance } from '../storage/conformance.ts';
import { blocks } from '../support/docs.ts';
import { type Carried, carriedOut, explaining } from '../support/postgres/plans.ts';
import type { PostgresServer } from '../support/postgres/server.ts';
import { freshGround, openNode, queryAt, retried } from '../support/postgres/store-fixture.ts';
import { sharedPostgres, startPostgres } from '../support/postgres.ts';

/** The script, as operators copy it. */
const script = blocks('docs/scale.md', 'sql').find((sql) => sql.includes('PARTITION BY HASH')) ?? '';

/** A database that Gatehouse was started on once, with two sessions of joe, and whose sessions were then divided. */
async function divided(server: Pick<PostgresServer, 'createDatabase'>): Promise<string> {
  const url = await server.createDatabase();
  const node = await openNode(url);
  await node.accounts.create(account('joe'));
  for (const n of [1, 2]) await node.sessions.insert(hex(n), session(n, 'id-of-joe'));
  await node.close();
  await queryAt(url, [script]);
  return url;
}

/** The partitions that statements have touched, each statement by itself. */
const partitionsOf = (statements: readonly Carried[]) =>
  statements
    .map(({ tables }) => [...tables].filter((name) => /^sessions_\d+$/.test(name)).length)
    .filter((count) => count > 0);

test('sessions are kept, and a check and a logout touch one partition', async () => {
  const server = await startPostgres({ settings: { ...explaining, fsync: 'off' } });
  const { accounts, sessions } = await openNode(await divided(server), { trustMs: 0 });
  expect(await findSession(sessions, hex(1))).toEqual(session(1, 'id-of-joe'));
  const check = await carriedOut(server, async () => sessions.findWithUser(hex(1)));
  expect(partitionsOf(check)).toEqual([1]);
  const logout = await carriedOut(server, () => sessions.remove([hex(1)], context('logout')));
  expect(partitionsOf(logout)).toEqual([1]);
  expect(await sessions.rotate(hex(2), hex(9))).toBe(true);
  expect(await findSession(sessions, hex(9))).toEqual(session(2, 'id-of-joe'));
  expect(await accounts.remove('id-of-joe', 200, context('account_delete'))).toBe(true);
  expect(await findSession(sessions, hex(9))).toBeUndefined();
});

describe('what every store passes about ends and uses of sessions', () => {
  for (const { title, run } of conformance.filter(({ title }) => /^(?:remove|touch):/.test(title))) {
    test(title, retried, async () => {
      await run(
        await freshGround(0, async () => {
          const url = await (await sharedPostgres()).createDatabase();
          await (await openNode(url)).close();
          await queryAt(url, [script]);
          return url;
        }),
      );
    });
  }
});
