/** Tables are made once, brought up to date once, and refused where they are not Gatehouse's or too new for it. */

import { expect, onTestFinished, test } from 'vitest';
import { StoreUnavailable, StoreUnusable } from '../../../src/storage/port/port.ts';
import { prepareTables } from '../../../src/storage/postgres/connection/migrations.ts';
import { Login } from '../../../src/storage/postgres/connection/session-setup.ts';
import { type Migration, migrations } from '../../../src/storage/postgres/schema.ts';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import { optionsOf } from '../../support/postgres/options.ts';
import { refusal } from '../../support/postgres/refused.ts';
import { openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { failToStart } from '../../support/process.ts';
import { account } from '../conformance/case.ts';

const current = migrations.length;

/** A release after this one: it adds a column, and older programs still work. */
const next: Migration = { oldest: 1, sql: 'ALTER TABLE users ADD COLUMN note text' };

/** A release after that: older programs than the one before would not understand what it changes. */
const afterNext: Migration = {
  oldest: current + 1,
  sql: 'ALTER TABLE devices RENAME last_used_at TO used_at',
};

async function freshDatabase(): Promise<string> {
  return (await sharedPostgres()).createDatabase();
}

async function versionAt(url: string): Promise<unknown> {
  const [row] = await queryAt(url, ['SELECT version AS schema, oldest FROM gatehouse']);
  return row;
}

/** What a program that knows these migrations does to a database when it starts. */
const prepare = async (url: string, steps: readonly Migration[]) => prepareTables(await Login.at(url), steps);

test('N8: of ten nodes that start at once on an empty database all get to work', async () => {
  const url = await freshDatabase();
  const opened = await Promise.all(Array.from({ length: 10 }, () => openPostgresStore(optionsOf(url))));
  onTestFinished(async () => {
    await Promise.all(opened.map(({ store }) => store.close()));
  });
  const created = await Promise.all(opened.map(({ store }) => store.accounts.create(account('joe'))));
  expect(created.filter((outcome) => outcome === 'created')).toHaveLength(1);
  expect(opened.flatMap(({ warnings }) => warnings)).toEqual([]);
  expect(await versionAt(url)).toEqual({
    schema: current,
    oldest: Math.max(...migrations.map((one) => one.oldest)),
  });
});

test('N8: of ten nodes that bring the tables up to date at once one does it', async () => {
  const url = await freshDatabase();
  await prepare(url, migrations);
  const slow: Migration = { oldest: 1, sql: `SELECT pg_sleep(0.3); ${next.sql}` };
  await Promise.all(Array.from({ length: 10 }, () => prepare(url, [...migrations, slow])));
  expect(await versionAt(url)).toMatchObject({ schema: current + 1 });
});

test('N8: who waits for the one that brings the tables up to date may wait longer than for a statement', async () => {
  const url = await freshDatabase();
  const slow: Migration = { oldest: 1, sql: 'SELECT pg_sleep(2)' };
  await Promise.all([prepare(url, [...migrations, slow]), prepare(url, [...migrations, slow])]);
  expect(await versionAt(url)).toMatchObject({ schema: current + 1 });
});

test('a step that fails leaves the tables as they were', async () => {
  const url = await freshDatabase();
  await prepare(url, migrations);
  const broken: Migration = { oldest: 1, sql: 'ALTER TABLE users ADD COLUMN note text; SELECT 1 / 0' };
  await expect(prepare(url, [...migrations, broken])).rejects.toThrow('division by zero');
  expect(await versionAt(url)).toMatchObject({ schema: current });
  await prepare(url, [...migrations, next]);
  expect(await versionAt(url)).toMatchObject({ schema: current + 1 });
});

test('N8: an older program starts and goes on working on newer tables for as long as they say that it may', async () => {
  const url = await freshDatabase();
  const old = await openNode(url);
  await prepare(url, [...migrations, next]);
  await old.ping();
  expect(await old.accounts.create(account('joe'))).toBe('created');
  const another = await openNode(url);
  expect(await another.accounts.findUser('id-of-joe')).toMatchObject({ identifier: 'joe' });
  // It does not take the newer tables back.
  expect(await versionAt(url)).toMatchObject({ schema: current + 1 });
});

test('N8: an older program is refused when the tables say that it is too old, and one that runs says so too', async () => {
  const url = await freshDatabase();
  const old = await openNode(url);
  await prepare(url, [...migrations, next, afterNext]);
  const said = `The database was brought to schema ${current + 2} by a newer Gatehouse, and this one knows up to ${current}. Run the newer version.`;
  expect(await refusal(url)).toBe(said);
  await expect(old.ping()).rejects.toThrow(StoreUnavailable);
  await expect(prepare(url, [...migrations, next])).resolves.toBeUndefined();
  const { code, stderr } = await failToStart({ DATABASE_URL: url });
  expect([code, stderr]).toEqual([1, `Gatehouse cannot start.\n${said}\n`]);
});

test('N8: tables of another program are left alone', async () => {
  const url = await freshDatabase();
  await queryAt(url, ['CREATE TABLE users (name text)'], ['CREATE VIEW sessions AS SELECT 1 AS one']);
  expect(await refusal(url)).toMatch(
    /^The database has tables of another program \(sessions, users\)\. Give Gatehouse/,
  );
  expect(await queryAt(url, ["SELECT 1 FROM pg_tables WHERE tablename IN ('gatehouse', 'audit')"])).toEqual(
    [],
  );
});

test('N8: in a schema of its own it works beside another program', async () => {
  const url = await freshDatabase();
  const database = new URL(url).pathname.slice(1);
  await queryAt(
    url,
    ['CREATE TABLE users (name text)'],
    ['CREATE SCHEMA own'],
    [`ALTER DATABASE ${database} SET search_path = own`],
  );
  const node = await openNode(url);
  expect(await node.accounts.create(account('joe'))).toBe('created');
  await node.ping();
  expect(await queryAt(url, ['SELECT * FROM public.users'])).toEqual([]);
});

test('N8: a database into which something is only half copied, or that has lost a part', async () => {
  const url = await freshDatabase();
  await (await openNode(url)).close();
  await queryAt(url, ["UPDATE gatehouse SET copying = 'a file'"]);
  expect(await refusal(url)).toContain('was not finished. Run the same `gatehouse migrate` again.');
  await queryAt(url, ['UPDATE gatehouse SET copying = NULL'], ['DROP TABLE devices, tokens']);
  expect(await refusal(url)).toBe(
    'The database has lost tables of Gatehouse (tokens, devices). Restore it from a backup.',
  );
  await queryAt(url, ['DELETE FROM gatehouse']);
  expect(await refusal(url)).toContain('Restore the database from a backup.');
});

test('a store that runs says so when its database loses a table, gets a newer one, or is moved from', async () => {
  const url = await freshDatabase();
  const node = await openNode(url);
  await node.ping();
  for (const [spoil, mend] of [
    ['ALTER TABLE devices RENAME TO lost', 'ALTER TABLE lost RENAME TO devices'],
    ['UPDATE gatehouse SET oldest = 99', 'UPDATE gatehouse SET oldest = 1'],
    ["UPDATE gatehouse SET copying = 'a file'", 'UPDATE gatehouse SET copying = NULL'],
    [
      'DELETE FROM audit_ends',
      `INSERT INTO audit_ends VALUES (1, 0, decode(repeat('00', 32), 'hex'), 0, decode(repeat('00', 32), 'hex'))`,
    ],
  ] as const) {
    await queryAt(url, [spoil]);
    await expect(node.ping(), spoil).rejects.toThrow(StoreUnavailable);
    await queryAt(url, [mend]);
    await node.ping();
  }
  await expect(openPostgresStore(optionsOf(url.replace(/\/[^/]*$/, '/missing')))).rejects.toThrow(
    StoreUnusable,
  );
});
