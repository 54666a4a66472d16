/** Copies of a database with encrypted secrets come with one line about the key, which is in none of them (F3). */

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { command, commandsOver } from '../support/command.ts';
import { countRows } from '../support/database.ts';
import { doctor } from '../support/doctor.ts';
import { move, places } from '../support/moving.ts';
import { freshFile, prepared } from '../support/prepared.ts';
import { addPasskeys, boxOf, enrolApps, trustBrowser } from '../support/second-factors.ts';
import { temporaryFolder } from '../support/server.ts';

const withUser = prepared((run) => run('user add ada'));
const key = Buffer.alloc(32, 1).toString('base64');

/** A file in which ada has an app, whose secret is encrypted with the key beside it, or with one that is given. */
async function withApp(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const file = await withUser();
  const box = await boxOf({ DATABASE_URL: `file:${file}`, ...environment });
  await enrolApps(`file:${file}`, box, 'ada');
  return file;
}

test('F3: a backup says that the key is not in it, and where it is', async () => {
  const file = await withApp();
  const copy = join(temporaryFolder(), 'backup.db');
  const said = await commandsOver(file)(`backup ${copy}`);
  expect(said.stderr).toBe(
    'The key that encrypts the secrets of authenticator apps is not in the backup: ' +
      `keep ${file}.key too, and not in the same place.\n`,
  );
  const held = readFileSync(copy);
  const content = readFileSync(`${file}.key`, 'utf8').trim();
  for (const form of ['base64', 'hex', 'latin1'] as const)
    expect(held.includes(Buffer.from(content, 'base64').toString(form), 'latin1'), form).toBe(false);

  const set = { GATEHOUSE_SECRET_KEY: key };
  const other = await withApp(set);
  const named = await commandsOver(other, set)(`backup ${join(temporaryFolder(), 'backup.db')}`);
  expect(named.stderr).toBe(
    'The key that encrypts the secrets of authenticator apps is not in the backup: ' +
      'keep the value of GATEHOUSE_SECRET_KEY too, and not in the same place.\n',
  );
});

test('F3: a restored database needs the key of its time, and trusts no browser any more', async () => {
  const file = await withApp();
  await trustBrowser(`file:${file}`, 'ada', 'Firefox');
  const run = commandsOver(file);
  const copy = join(temporaryFolder(), 'backup.db');
  await run(`backup ${copy}`);
  const said = await run(`restore ${copy}`);
  expect(said.stderr).toMatch(
    /^Its secrets of authenticator apps need the key of the time of the backup, as \S+\.db\.key: `gatehouse doctor` says whether it fits\.\nThe old database is kept as /,
  );
  expect(said.stderr).toContain(`as ${file}.key:`);
  const database = `file:${file}`;
  expect(await countRows({ database }, 'second_factors')).toBe(1);
  expect(await countRows({ database }, 'recovery_codes')).toBe(10);
  expect(await countRows({ database }, 'browser_tokens')).toBe(0);
  await trustBrowser(database, 'ada', 'Firefox');
  await run(`backup ${copy}.2`);
  await run(`restore ${copy}.2 --keep-sessions`);
  expect(await countRows({ database }, 'browser_tokens')).toBe(0);
});

test('F3: a moved database needs the key of the old place', async () => {
  const file = await withApp();
  const to = await places.postgres();
  const there = await move(`file:${file}`, to);
  expect([there.code, there.stderr.split('\n')[0]]).toEqual([
    0,
    'The key that encrypts the secrets of authenticator apps was not moved: set GATEHOUSE_SECRET_KEY to that of the old ' +
      `server, or if it had none, to the content of ${file}.key.`,
  ]);
  const content = readFileSync(`${file}.key`, 'utf8').trim();
  const said = await doctor('unused.db', { DATABASE_URL: to, GATEHOUSE_SECRET_KEY: content });
  expect(said.json).toContainEqual({
    check: 'key',
    verdict: 'ok',
    says: 'It is GATEHOUSE_SECRET_KEY, and encrypts 1 secret of authenticator apps.',
  });
  const again = await places.sqlite();
  const back = await move(to, again);
  expect([back.code, back.stderr.split('\n')[0]]).toEqual([
    0,
    'The key that encrypts the secrets of authenticator apps was not moved: set GATEHOUSE_SECRET_KEY to that of the old server.',
  ]);
});

test('without encrypted secrets none of them speaks of a key', async () => {
  const file = await withUser();
  const run = commandsOver(file);
  const copy = join(temporaryFolder(), 'backup.db');
  await addPasskeys(`file:${file}`, 'ada', 'Laptop');
  expect((await run(`backup ${copy}`)).stderr).toBe('');
  expect((await run(`restore ${copy}`)).stderr).not.toContain('key');
  const plain = await withUser();
  const moved = await move(`file:${plain}`, await places.sqlite());
  expect([moved.code, moved.stderr]).toEqual([0, expect.not.stringContaining('key')]);
});

test.each(['backup', 'restore'])('F3: on PostgreSQL %s ends with advice', async (name) => {
  const environment = { DATABASE_URL: 'postgres://localhost:1/none' };
  const refused = await command([name, basename(freshFile())], { file: 'unused.db', environment });
  expect(refused.code).toBe(4);
  expect(refused.stderr.includes('It does not hold GATEHOUSE_SECRET_KEY')).toBe(name === 'backup');
});
