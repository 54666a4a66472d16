/** A database of an unreleased version of Gatehouse is refused in one sentence by the server and every command, and stays as it is. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { command } from '../support/command.ts';
import { query } from '../support/database.ts';
import { fileOf, move, places } from '../support/moving.ts';
import { queryAt } from '../support/postgres/store-fixture.ts';
import { failToStart } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

/** What these versions wrote into the header of a file, and how far their numbers went. */
const markOfFiles = 0x47_41_54_45;
const versions = { sqlite: [1, 6], postgres: [1, 4] } as const;

/** A database as an unreleased version made it, with an account in it; resolves to its address. */
const make = {
  async sqlite(version: number): Promise<string> {
    const file = join(temporaryFolder(), 'unreleased.db');
    const db = new DatabaseSync(file);
    db.exec(`PRAGMA application_id = ${markOfFiles}; PRAGMA user_version = ${version};
      CREATE TABLE users (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO users VALUES ('1', 10)`);
    db.close();
    return `file:${file}`;
  },
  async postgres(version: number): Promise<string> {
    const url = await places.postgres();
    await queryAt(
      url,
      [
        `CREATE TABLE gatehouse (id integer PRIMARY KEY CHECK (id = 1), schema integer NOT NULL,
           oldest integer NOT NULL, copying text, note text, moved jsonb)`,
      ],
      ['INSERT INTO gatehouse VALUES (1, $1, 1)', version],
      ['CREATE TABLE names (canonical text PRIMARY KEY, user_id text NOT NULL)'],
      ['CREATE TABLE owners (key bytea PRIMARY KEY, user_id text NOT NULL)'],
      ['CREATE TABLE users (id text PRIMARY KEY, created_at bigint NOT NULL)'],
      ["INSERT INTO users VALUES ('1', 10)"],
    );
    return url;
  },
} as const;

/** Everything that is there. */
async function contents(address: string): Promise<unknown> {
  if (address.startsWith('file:')) return readFileSync(fileOf(address), 'base64');
  const tables = await query({ database: address }, 'SELECT tablename FROM pg_tables ORDER BY 1');
  return [tables, await query({ database: address }, 'SELECT * FROM gatehouse, users')];
}

const sentence = {
  sqlite: (address: string) =>
    `${fileOf(address)} was made by an unreleased version of Gatehouse, and this version does not read it. ` +
    'It is left as it is. Point DATABASE_URL at a new name to begin with an empty database.',
  postgres: () =>
    'The database has tables of an unreleased version of Gatehouse, and this version does not read them. ' +
    'They are left as they are. Point DATABASE_URL at an empty database.',
} as const;

const cases = (['sqlite', 'postgres'] as const).flatMap((engine) =>
  versions[engine].map((version) => ({ engine, version })),
);

describe.each(cases)('schema $version of an unreleased version on $engine', ({ engine, version }) => {
  test('is refused by the server and by commands, and stays as it is', async () => {
    const address = await make[engine](version);
    const said = sentence[engine](address);
    const before = await contents(address);
    const started = await failToStart({ DATABASE_URL: address });
    expect(started).toMatchObject({ code: 1, stderr: `Gatehouse cannot start.\n${said}\n` });
    for (const words of ['user list', 'user add joe', 'session list', 'audit verify', 'throttle show joe']) {
      const { code, stderr } = await command(words.split(' '), {
        file: '',
        environment: { DATABASE_URL: address },
      });
      expect([words, code, stderr]).toEqual([words, 5, expect.stringContaining(said)]);
    }
    const looked = await command(['doctor', '--json'], { file: '', environment: { DATABASE_URL: address } });
    expect(looked.code).toBe(1);
    expect(looked.stdout).toContain('an unreleased version of Gatehouse');
    expect(await contents(address)).toEqual(before);
  });

  test('is no place that rows move from or to', async () => {
    const address = await make[engine](version);
    const before = await contents(address);
    const other = await places.sqlite();
    const from = await move(address, other);
    expect([from.code, from.stderr]).toEqual([
      5,
      expect.stringContaining('an unreleased version of Gatehouse'),
    ]);
    if (engine === 'postgres') {
      const good = await places.sqlite();
      await command(['user', 'add', 'joe'], { file: fileOf(good), input: 'strongpassword\n' });
      const to = await move(good, address);
      expect([to.code, to.stderr]).toEqual([
        5,
        expect.stringContaining('an unreleased version of Gatehouse'),
      ]);
    }
    expect(await contents(address)).toEqual(before);
  });
});

test.each(versions.sqlite)(
  'a backup of an unreleased version (schema %i) is not restored',
  async (version) => {
    const backup = fileOf(await make.sqlite(version));
    const file = join(temporaryFolder(), 'gatehouse.db');
    const { code, stderr } = await command(['restore', backup], { file });
    expect([code, stderr]).toEqual([
      4,
      expect.stringContaining('This backup was made by an unreleased version of Gatehouse'),
    ]);
  },
);

test('no backup takes the place of a file of an unreleased version', async () => {
  const old = await make.sqlite(6);
  const before = await contents(old);
  const file = join(temporaryFolder(), 'gatehouse.db');
  const backup = `${file}.backup`;
  await command(['user', 'add', 'joe'], { file, input: 'strongpassword\n' });
  expect((await command(['backup', backup], { file })).code).toBe(0);
  const { code, stderr } = await command(['restore', backup], { file: fileOf(old) });
  expect([code, stderr]).toEqual([5, expect.stringContaining(sentence.sqlite(old))]);
  expect(await contents(old)).toEqual(before);
});

test('what an unreleased version left of a copy into a file is begun anew', async () => {
  const [from, to] = [await places.sqlite(), await places.sqlite()];
  await command(['user', 'add', 'joe'], { file: fileOf(from), input: 'strongpassword\n' });
  const draft = new DatabaseSync(`${fileOf(to)}.migrating`);
  draft.exec(`PRAGMA application_id = ${markOfFiles}; PRAGMA user_version = 6;
    CREATE TABLE gatehouse (id INTEGER PRIMARY KEY, copying TEXT, note TEXT, moved TEXT);
    INSERT INTO gatehouse VALUES (1, 'file:elsewhere', '{"copy":"c","from":"file:elsewhere"}', NULL)`);
  draft.close();
  expect(await move(from, to)).toMatchObject({ code: 0 });
  const listed = await command(['user', 'list'], { file: fileOf(to) });
  expect(listed.stdout).toContain('joe');
});
