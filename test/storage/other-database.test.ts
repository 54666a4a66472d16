/** Databases of other systems are read in one snapshot, row by row, and nothing in them is changed. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OtherDatabase } from '../../src/storage/port/imports.ts';
import { openOtherServer } from '../../src/storage/postgres/maintenance/other-database.ts';
import { openKeptRows } from '../../src/storage/sqlite/maintenance/kept-rows.ts';
import { openOtherFile } from '../../src/storage/sqlite/maintenance/other-database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/server.ts';

/** A database of another system: what changes it, and what reads it. */
interface Other {
  readonly run: (sql: string) => Promise<unknown>;
  readonly open: () => Promise<OtherDatabase>;
}

const engines: Readonly<Record<string, () => Promise<Other>>> = {
  async sqlite() {
    const path = join(temporaryFolder(), 'other.db');
    const db = new DatabaseSync(path);
    onTestFinished(() => db.close());
    db.exec('PRAGMA journal_mode = WAL');
    return { run: async (sql) => db.exec(sql), open: async () => openOtherFile(path) };
  },
  async postgres() {
    const url = await (await sharedPostgres()).createDatabase();
    const client = new Client(url);
    await client.connect();
    onTestFinished(() => client.end());
    return { run: (sql) => client.query(sql), open: () => openOtherServer(url) };
  },
};

async function rowsOf(database: OtherDatabase, table: string, columns: readonly string[], maxBytes = 1_000) {
  const rows: (readonly (string | null)[] | undefined)[] = [];
  for await (const row of database.rows(table, undefined, columns, maxBytes)) rows.push(row);
  return rows;
}

/** Numbers from 1 to a last one, on both engines. */
const numbers = (last: number) =>
  `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${last}) SELECT n, 'x' FROM n`;

describe.each(Object.keys(engines))('%s', (engine) => {
  const other = (): Promise<Other> => engines[engine]?.() ?? Promise.reject(new Error(engine));

  test('all rows are read, page by page, from names of every kind', async () => {
    const { run, open } = await other();
    await run('CREATE TABLE "we""ird name" ("Id" bigint, "te""xt" text)');
    await run(`INSERT INTO "we""ird name" ${numbers(1_501)}`);
    await run(`INSERT INTO "we""ird name" VALUES (9007199254740993, NULL)`);
    await using database = await open();
    expect(await database.columnsOf('we"ird name')).toEqual(['Id', 'te"xt']);
    expect(await database.columnsOf('missing')).toBeUndefined();
    const rows = await rowsOf(database, 'we"ird name', ['te"xt', 'Id']);
    expect(rows).toHaveLength(1_502);
    expect(rows.slice(0, 2)).toEqual([
      ['x', '1'],
      ['x', '2'],
    ]);
    expect(rows.at(-1)).toEqual([null, '9007199254740993']);
    expect(await rowsOf(database, 'we"ird name', ['Id'])).toHaveLength(1_502);
  });

  test('a row that is too long is left out, and the next one is read', async () => {
    const { run, open } = await other();
    await run('CREATE TABLE t (a text, b text)');
    await run(`INSERT INTO t VALUES ('${'é'.repeat(500)}', ''), ('${'é'.repeat(500)}', 'x'), ('y', 'z')`);
    await using database = await open();
    expect(await rowsOf(database, 't', ['a', 'b'])).toEqual([['é'.repeat(500), ''], undefined, ['y', 'z']]);
  });

  test('what is written meanwhile is not seen, and does not wait', async () => {
    const { run, open } = await other();
    await run(`CREATE TABLE t (a text); INSERT INTO t VALUES ('1')`);
    await using database = await open();
    expect(await rowsOf(database, 't', ['a'])).toEqual([['1']]);
    await run(`INSERT INTO t VALUES ('2')`);
    expect(await rowsOf(database, 't', ['a'])).toEqual([['1']]);
  });
});

test('a SQLite file is not changed by being read', async () => {
  const path = join(temporaryFolder(), 'other.db');
  using db = new DatabaseSync(path);
  db.exec("CREATE TABLE t (a blob); INSERT INTO t VALUES (x'00ff')");
  const before = readFileSync(path);
  await using database = openOtherFile(path);
  expect(await rowsOf(database, 't', ['a'])).toEqual([['\\x00ff']]);
  expect(readFileSync(path)).toEqual(before);
});

test('a file that cannot be read and a server that cannot be reached say what to do', async () => {
  expect(() => openOtherFile(join(temporaryFolder(), 'missing.db'))).toThrow(/Cannot read the database/);
  await expect(openOtherServer('postgres://127.0.0.1:1/x')).rejects.toThrow(/the address to import from/);
});

test('rows that are kept on the disk come back in their order, each key once in its kind', () => {
  using kept = openKeptRows();
  for (let n = 0; n < 1_200; n += 1) expect(kept.put('a', `key ${n}`, String(n))).toBe(true);
  expect(kept.put('a', 'key 7', 'other')).toBe(false);
  expect(kept.put('b', 'key 7', 'other')).toBe(true);
  expect([kept.get('a', 'key 7'), kept.get('b', 'key 7'), kept.get('b', 'key 8')]).toEqual([
    '7',
    'other',
    undefined,
  ]);
  expect(Array.from(kept.each('a'), ({ value }) => value)).toEqual(
    Array.from({ length: 1_200 }, (_, n) => String(n)),
  );
});
