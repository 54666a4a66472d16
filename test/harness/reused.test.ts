/** Databases of PostgreSQL that tests use one after another: the next test finds one as at the first start of a store. */

import { expect, test } from 'vitest';
import { giveBack, takeDatabase } from '../support/database/reused.ts';
import { queryAt } from '../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../support/postgres.ts';

const contents = (url: string) =>
  queryAt(url, [
    'SELECT (SELECT json_agg(g) FROM gatehouse AS g) AS marks, (SELECT count(*) FROM users) AS users',
  ]);

test('rows of a test are gone, and those of the first start are back', async () => {
  const url = await takeDatabase();
  const before = await contents(url);
  expect(before).toMatchObject([{ marks: [{ id: 1 }], users: '0' }]);
  await queryAt(url, ["INSERT INTO users (id, created_at) VALUES ('joe', 1)"], ['DELETE FROM gatehouse']);
  await giveBack(url);
  expect(await takeDatabase()).toBe(url);
  expect(await contents(url)).toEqual(before);
  await giveBack(url);
});

test.each([
  ['another column', 'ALTER TABLE users ADD COLUMN n integer'],
  ['another name of a table', 'ALTER TABLE users RENAME TO users_gone'],
  ['a function', 'CREATE FUNCTION f() RETURNS integer LANGUAGE sql RETURN 1'],
  ['an index', 'CREATE INDEX i ON users (created_at)'],
  ['statistics', 'ANALYZE users'],
  ['a schema', 'CREATE SCHEMA s'],
  [
    'many rows',
    "INSERT INTO users (id, created_at) SELECT repeat('x', 100) || i, 1 FROM generate_series(1, 20000) AS i",
  ],
])('a database to which a test gave %s is dropped', async (_what, sql) => {
  const url = await takeDatabase();
  await queryAt(url, [sql]);
  await giveBack(url);
  const name = new URL(url).pathname.slice(1);
  const server = await sharedPostgres();
  expect(await server.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])).toEqual([]);
});
