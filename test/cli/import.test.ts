/** `gatehouse import`: accounts and live sessions come over whole, while the server runs, and twice is as once. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { query, rowsOf } from '../support/database.ts';
import { commandsAt, imported, linesFile } from '../support/importing.ts';
import { places } from '../support/moving.ts';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const bcrypt = hashSync('correct horse', 4);
const idOf = (n: number) => `019a6e5d-5228-7bbc-a0f0-${String(n).padStart(12, '0')}`;
const ada = {
  id: 'origin-1',
  username: 'ada',
  email: 'ada@example.com',
  email_verified: '2021-01-01T00:00:00Z',
  created_at: '2020-01-02T03:04:05.678Z',
  password_hash: bcrypt,
  sessions: [{ id: idOf(1) }],
};
const otherAda = { id: 'origin-2', username: 'Ada', sessions: [{ id: idOf(2) }] };
const everyTable = ['users', 'auth', 'sessions', 'audit', 'imported_accounts', 'imported_sessions'];

const everything = async (address: string) =>
  Object.fromEntries(
    await Promise.all(
      everyTable.map(async (table) => [table, await rowsOf({ database: address }, table)] as const),
    ),
  );

describe.each(['sqlite', 'postgres'] as const)('into %s', (engine) => {
  test('I1: a running server knows accounts and sessions at once, with their ids and instants', async () => {
    const address = await places[engine]();
    const server = await startProcess({ DATABASE_URL: address });
    // An id that was asked for before it came is not remembered as dead.
    const ask = (n: number) => server.send({ path: '/auth/session', headers: { 'x-session-id': idOf(n) } });
    expect((await ask(1)).status).toBe(401);
    const summary = await imported(address, [linesFile([ada])]);
    expect(summary).toMatchObject({ complete: true, accounts: { imported: 1 }, sessions: { imported: 1 } });
    const { status, json } = await ask(1);
    expect([status, json['user']]).toEqual([
      200,
      { id: 'origin-1', username: 'ada', created_at: '2020-01-02T03:04:05.678Z' },
    ]);
    await server.stop();
  });

  test('I4: the same files again change nothing, and an ended session stays ended', async () => {
    const address = await places[engine]();
    const file = linesFile([ada, otherAda]);
    await imported(address, [file]);
    const before = await everything(address);
    // The one that waits for its name is told of again.
    expect(await imported(address, [file])).toMatchObject({
      accounts: { unchanged: 1, parked: 1 },
      sessions: { unchanged: 2 },
    });
    expect(await everything(address)).toEqual(before);
    const run = commandsAt(address);
    expect((await run(['session', 'end', '--user', 'ada'])).code).toBe(0);
    expect((await imported(address, [file])).sessions).toEqual({ ended: 1, unchanged: 1 });
  });

  test('I4: a dry run changes nothing, and reports what the real run does', async () => {
    const file = linesFile([
      ada,
      otherAda,
      { id: 'origin-3', username: 'BOB', sessions: [{ id: idOf(3) }] },
      { id: 'origin-4', username: 'x\u0007', sessions: [{ id: idOf(4) }] },
      { user: 'nowhere', sessions: [{ id: idOf(5) }] },
    ]);
    for (const onConflict of engine === 'sqlite' ? ['report', 'skip', 'suffix'] : ['suffix']) {
      const place = await places[engine]();
      await commandsAt(place)(['user', 'add', 'bob']);
      const before = await everything(place);
      const dry = await imported(place, [file], '--dry-run', '--on-conflict', onConflict);
      expect(await everything(place)).toEqual(before);
      const real = await imported(place, [file], '--on-conflict', onConflict);
      expect({ ...dry, dry_run: false }).toEqual(real);
      expect(Object.values(real.accounts).reduce((sum, count) => sum + count, 0)).toBe(4);
    }
  });

  test('I4: of names that differ in case only the first is reachable, the others wait or get a name', async () => {
    const address = await places[engine]();
    const file = linesFile([ada, otherAda]);
    const summary = await imported(address, [file]);
    expect(summary).toMatchObject({
      complete: false,
      accounts: { imported: 1, parked: 1 },
      sessions: { imported: 2 },
    });
    const [parked] = summary.problems.filter(({ outcome }) => outcome === 'parked');
    expect(parked?.lines).toEqual([
      { file, line: 2, user_id: 'origin-2', message: expect.any(String), other: { file, line: 1 } },
    ]);
    const again = await imported(address, [file], '--on-conflict', 'suffix');
    expect(again).toMatchObject({ complete: true, accounts: { unchanged: 1, suffixed: 1 } });
    const names = await query({ database: address }, 'SELECT canonical FROM auth ORDER BY canonical');
    expect(names.map((row) => row['canonical'])).toEqual(['ada', 'ada-2']);
  });

  test('prune ends sessions that are gone at the origin, and no other', async () => {
    const address = await places[engine]();
    const full = { ...ada, sessions: [{ id: idOf(1) }, { id: idOf(2) }] };
    await imported(address, [linesFile([full])]);
    const now = linesFile([{ ...ada, sessions: [{ id: idOf(2) }] }]);
    expect((await imported(address, [now])).sessions_pruned).toBe(0);
    expect((await imported(address, [now], '--prune', '--dry-run')).sessions_pruned).toBe(1);
    expect((await imported(address, [now], '--prune')).sessions_pruned).toBe(1);
    expect((await imported(address, [now], '--prune')).sessions_pruned).toBe(0);
    const server = await startProcess({ DATABASE_URL: address });
    const statuses = [1, 2].map(async (n) => {
      const asked = await server.send({ path: '/auth/session', headers: { 'x-session-id': idOf(n) } });
      return asked.status;
    });
    expect(await Promise.all(statuses)).toEqual([401, 200]);
    await server.stop();
  });

  test('each account that came has an audit entry of the command', async () => {
    const address = await places[engine]();
    await imported(address, [linesFile([ada, otherAda])]);
    const entries = (await commandsAt(address)(['audit', 'export'])).json;
    const ours = entries.filter(({ event }) => event === 'import');
    expect(ours.map(({ outcome, user_id, contract }) => [outcome, user_id, contract]).toSorted()).toEqual([
      ['ok', 'origin-1', 'cli'],
      ['parked', 'origin-2', 'cli'],
    ]);
  });
});

test('the report names every line, in a file of its owner alone, and no secret', async () => {
  const address = await places.sqlite();
  const report = join(temporaryFolder(), 'report.jsonl');
  const secret = 'JBSWY3DPEHPK3PXP';
  const file = linesFile([{ ...ada, totp_secret: secret, password_hash: bcrypt }, otherAda]);
  await imported(address, [file], '--report', report);
  expect(statSync(report).mode & 0o777).toBe(0o600);
  const text = readFileSync(report, 'utf8');
  for (const kept of [secret, bcrypt, idOf(1), idOf(2)]) expect(text).not.toContain(kept);
  const entries = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(
    entries.filter(({ kind }) => kind === 'account').map(({ line, outcome }) => [line, outcome]),
  ).toEqual([
    [1, 'imported'],
    [2, 'parked'],
  ]);
  expect(entries.at(-1)).toMatchObject({ kind: 'summary', accounts: { imported: 1, parked: 1 } });
  const again = await commandsAt(address)(['import', file, '--report', report]);
  expect([again.code, again.stderr]).toEqual([4, `${report} exists already. It was not changed.\n`]);
});

test('standard input is a file like any other, and its format is found', async () => {
  const address = await places.sqlite();
  const said = await commandsAt(address)(['import', '-', '--json', '--weak-seconds', '0'], {
    input: `${JSON.stringify(ada)}\n`,
  });
  expect([said.code, said.json[0]?.['from'], said.json[0]?.['accounts']]).toEqual([
    0,
    'gatehouse',
    { imported: 1 },
  ]);
});

test('empty passwords and names as passwords are found, for as long as is allowed', async () => {
  const passwords = { empty: '', named: 'named', other: 'correct horse' };
  const lines = Object.entries(passwords).map(([username, password]) => ({
    id: username,
    username,
    password_hash: hashSync(password, 4),
  }));
  const file = linesFile([...lines, { id: 'none', username: 'none' }]);
  const address = await places.sqlite();
  const found = await imported(address, [file], '--weak-seconds', '30');
  expect([found.weak_passwords_tried, found.notes]).toEqual([
    3,
    { no_credential: 1, empty_password: 1, password_is_name: 1 },
  ]);
  const [empty] = found.problems.filter(({ outcome }) => outcome === 'empty_password');
  expect(empty?.lines).toMatchObject([{ line: 1, user_id: 'empty' }]);
  expect((await imported(address, [file], '--weak-seconds', '0')).weak_passwords_tried).toBe(0);
});

test('a dry run makes no database', async () => {
  const address = await places.sqlite();
  const said = await commandsAt(address)(['import', linesFile([ada]), '--dry-run']);
  expect(said.code).toBe(5);
  expect(existsSync(address.slice('file:'.length))).toBe(false);
});
