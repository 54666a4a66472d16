/** What `gatehouse migrate` refuses, in which words and with which exit code; then nothing has changed anywhere. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command } from '../support/command.ts';
import { pretendNewer, query } from '../support/database.ts';
import {
  everythingAt,
  fileOf,
  fill,
  inStore,
  move,
  openStore,
  type Place,
  places,
} from '../support/moving.ts';
import { sharedPostgres, startPostgres } from '../support/postgres.ts';
import { startProxy } from '../support/proxy.ts';
import { temporaryFolder } from '../support/server.ts';

const engines: readonly Place[] = ['sqlite', 'postgres'];

async function filled(place: Place): Promise<string> {
  const address = await places[place]();
  await fill(address);
  return address;
}

describe.each(engines)('%s', (place) => {
  test('as the source, while a server runs on it', async () => {
    const [from, to] = [await filled(place), await places.sqlite()];
    const store = await openStore(from);
    const refused = await move(from, to);
    await store.close();
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      4,
      '',
      'The database at --from is in use. Stop all servers, and every other command, and try again.\n',
    ]);
    expect((await move(from, to)).code).toBe(0);
  });

  test('as the target, while it holds any row', async () => {
    const [from, to] = [await filled('sqlite'), await places[place]()];
    await inStore(to, ({ audit }) =>
      audit.append(
        { at: 1, event: 'login', outcome: 'unknown_account', contract: 'rest', network: '', requestId: '' },
        {},
      ),
    );
    const before = await everythingAt(to);
    const refused = await move(from, to);
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      4,
      '',
      place === 'sqlite'
        ? 'There is a file where --to leads, and is left as it is. Move it away, or choose another name.\n'
        : 'The database at --to holds rows already. They are left as they are; choose an empty database.\n',
    ]);
    expect(await everythingAt(to)).toEqual(before);
    await inStore(from, ({ ping }) => ping());
  });

  test('of a newer version, as source or target', async () => {
    const [newer, other] = [await filled(place), await places.sqlite()];
    await pretendNewer({ database: newer });
    const refused = await move(newer, other);
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('newer')]);
    if (place === 'sqlite') return;
    const again = await move(await filled('sqlite'), newer);
    expect([again.code, again.stderr]).toEqual([5, expect.stringContaining('newer')]);
  });

  test('as source and target at once', async () => {
    const address = await filled(place);
    const before = await everythingAt(address);
    expect((await move(address, address)).code).toBe(2);
    // Written in another way, it is no other place.
    const refused = await move(
      address,
      place === 'sqlite' ? `file://${fileOf(address)}` : `${address}?application_name=x`,
    );
    expect([Number(refused.code) > 3, refused.stdout]).toEqual([true, '']);
    expect(await everythingAt(address)).toEqual(before);
    await inStore(address, ({ ping }) => ping());
  });
});

test('a file that is not there, is no file, or is of another program', async () => {
  const to = await places.sqlite();
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'folder.db'));
  writeFileSync(join(folder, 'empty.db'), '');
  writeFileSync(join(folder, 'text.db'), 'x'.repeat(5_000));
  const strange = await filled('sqlite');
  await query({ database: strange }, 'PRAGMA application_id = 42');
  const cases: readonly (readonly [from: string, code: number, says: string])[] = [
    [`file:${join(folder, 'missing.db')}`, 3, 'There is no file where --from leads.'],
    [`file:${join(folder, 'folder.db')}`, 5, 'is not a file. Point --from at a file.'],
    [`file:${join(folder, 'empty.db')}`, 5, 'is empty'],
    [`file:${join(folder, 'text.db')}`, 5, 'not a SQLite database'],
    [strange, 5, 'of another program. Point --from at'],
  ];
  for (const [from, code, says] of cases) {
    const refused = await move(from, to);
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([code, '', expect.stringContaining(says)]);
    expect(refused.stderr).not.toContain('DATABASE_URL');
  }
});

test('addresses that lead nowhere, without their passwords', async () => {
  const [file, database] = [await filled('sqlite'), await places.postgres()];
  const changed = (change: (url: URL) => void) => {
    const url = new URL(database);
    url.password = 'hunter22';
    change(url);
    return String(url);
  };
  const cases: readonly (readonly [address: string, code: number, says: RegExp])[] = [
    [changed(() => {}), 5, /refuses the password of postgres\. Correct user and password in --(?:from|to)\./],
    [changed((url) => (url.port = '1')), 5, /Nothing listens at 127\.0\.0\.1, port 1\./],
    [changed((url) => (url.hostname = 'nowhere.invalid')), 5, /nowhere\.invalid/],
    ['mysql://root:hunter22@localhost/x', 2, /^--(?:from|to) has an unusable value; expected a `file:` path/],
    ['postgres://:hunter22', 2, /^--(?:from|to) has an unusable value/],
  ];
  for (const [address, code, says] of cases) {
    for (const [from, to, option] of [
      [address, await places.sqlite(), '--from'],
      [file, address, '--to'],
    ] as const) {
      const refused = await move(from, to);
      expect([refused.code, refused.stdout, refused.stderr]).toEqual([code, '', expect.stringMatching(says)]);
      expect(refused.stderr).not.toContain('hunter22');
      expect(refused.stderr).not.toContain(option === '--from' ? '--to' : '--from');
    }
  }
  await inStore(file, ({ ping }) => ping());
});

test('a command line without a source or a target', async () => {
  for (const words of [['migrate'], ['migrate', '--from', 'file:x'], ['migrate', 'file:x', 'file:y']]) {
    const refused = await command(words, { file: 'unused.db' });
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).not.toMatch(/\n {4}at /);
  }
});

test('a target that accepts no writes', async () => {
  const server = await startPostgres();
  const to = await server.createDatabase();
  await server.query(
    `ALTER DATABASE ${new URL(to).pathname.slice(1)} SET default_transaction_read_only = on`,
  );
  const refused = await move(await filled('sqlite'), to);
  expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('Point --to at the primary')]);
});

test('an address that leads through a pooler, which hides other clients', async () => {
  const [file, database] = [await filled('sqlite'), await places.postgres()];
  // Poolers do not keep what was asked for at the start of a connection.
  const forgetful = (bytes: Buffer) =>
    Buffer.from(
      bytes.toString('latin1').replace('statement_timeout\0' + '1500', 'statement_timeout\0' + '1499'),
      'latin1',
    );
  const proxy = await startProxy((await sharedPostgres()).port, {
    tap: (_connection, pass) => ({
      see: (from, bytes) => pass(from, from === 'client' ? forgetful(bytes) : bytes),
    }),
  });
  const pooled = proxy.url(database);
  for (const [from, to, option] of [
    [pooled, await places.sqlite(), '--from'],
    [file, pooled, '--to'],
  ] as const) {
    const refused = await move(from, to);
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      4,
      '',
      `${option} leads through a pooler. Give the address of the database itself.\n`,
    ]);
  }
});

test('a role without the needed privileges', async () => {
  const server = await startPostgres();
  const to = await server.createDatabase();
  const name = new URL(to).pathname.slice(1);
  await inStore(to, async () => {});
  await server.query("CREATE ROLE weak LOGIN PASSWORD 'weak'");
  await server.query('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO weak', [], name);
  const weak = new URL(to);
  [weak.username, weak.password] = ['weak', 'weak'];
  const refused = await move(await filled('sqlite'), String(weak));
  expect([refused.code, refused.stderr]).toEqual([
    5,
    expect.stringContaining(`weak may not do in ${name} what Gatehouse needs. Make weak the owner`),
  ]);
  weak.password = '';
  await server.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO weak`, [], name);
  await server.query(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO weak`, [], name);
  // Out of the list of processes.
  const said = await move(await filled('sqlite'), String(weak), [], { PGPASSWORD: 'weak' });
  expect([said.code, said.stdout]).toEqual([0, expect.stringContaining('Everything in file:')]);
});

test('a row that PostgreSQL cannot keep: it is named, and once it is corrected the move goes on', async () => {
  const [from, to] = [await filled('sqlite'), await places.postgres()];
  await query({ database: from }, "UPDATE sessions SET device = 'a' || char(0) WHERE handle = 'live-ada'");
  const before = await everythingAt(from);
  const refused = await move(from, to);
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([
    4,
    '',
    expect.stringMatching(
      /^A row of sessions cannot be moved \(id_hash [\da-f]{64}\)\. PostgreSQL cannot keep U\+0000, which is in device\. Correct or remove it at --from\.\n$/,
    ),
  ]);
  expect(await everythingAt(from)).toEqual(before);
  await query({ database: from }, "UPDATE sessions SET device = 'a' WHERE handle = 'live-ada'");
  const said = await move(from, to);
  expect([said.code, said.stderr]).toEqual([0, expect.stringContaining('was begun anew')]);
});
