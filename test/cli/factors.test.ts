/** `gatehouse user factors`: what an account has, without a secret; and the way back for a person who lost it all (F5). */

import { expect, test } from 'vitest';
import { command, commandsOver } from '../support/command.ts';
import { countRows, query, rowCounts } from '../support/database.ts';
import { prepared } from '../support/prepared.ts';
import { addPasskeys, boxOf, enrolApps, failCodes, noon, trustBrowser } from '../support/second-factors.ts';

const withUsers = prepared(async (run) => {
  await run('user add ada@example.com');
  await run('user add bob');
});

/** A database in which ada has an app, two passkeys and a trusted browser. */
async function withFactors() {
  const file = await withUsers();
  const [database, name] = [`file:${file}`, 'ada@example.com'];
  const box = await boxOf({ DATABASE_URL: database });
  await enrolApps(database, box, name);
  await addPasskeys(database, name, 'Laptop', 'Phone');
  await trustBrowser(database, name, 'Firefox on Linux');
  return { file, database, name, run: commandsOver(file) };
}

const at = new Date(noon).toISOString();

test('F7: list shows everything but secrets, to people and to programs', async () => {
  const { run, name } = await withFactors();
  const [listed] = (await run(`user factors ${name} list --json`)).json;
  expect(listed).toEqual({
    id: expect.any(String),
    identifier: name,
    required: false,
    totp: { enrolled_at: at, locked: false },
    recovery_codes_left: 10,
    passkeys: [
      { handle: 'passkey-Laptop', name: 'Laptop', created_at: at, last_used_at: null, synced: true },
      expect.objectContaining({ handle: 'passkey-Phone', name: 'Phone' }),
    ],
    trusted_browsers: [
      {
        handle: 'browser-Firefox on Linux',
        device: 'Firefox on Linux',
        network: '192.0.2.1',
        created_at: expect.any(String),
        expires_at: expect.any(String),
      },
    ],
  });
  const { stdout } = await run(`user factors ${name} list`);
  expect(
    stdout
      .split('\n')
      .map((line) => line.replace(/ {2,}/g, ': ').replace(/since 20(?!26-01-02).*/, 'since …')),
  ).toEqual([
    `Identifier: ${name}`,
    'Authenticator app: since 2026-01-02 12:00:00Z',
    'Recovery codes: 10',
    'Passkey: Laptop, since 2026-01-02 12:00:00Z, used -',
    'Passkey: Phone, since 2026-01-02 12:00:00Z, used -',
    'Trusted browser: Firefox on Linux, since …',
    '',
  ]);
});

test('F2: list says that the codes of an app are locked', async () => {
  const { run, database, name } = await withFactors();
  await failCodes(database, name, 99);
  expect((await run(`user factors ${name} list --json`)).json).toMatchObject([{ totp: { locked: false } }]);
  await failCodes(database, name, 1);
  expect((await run(`user factors ${name} list --json`)).json).toMatchObject([{ totp: { locked: true } }]);
  expect((await run(`user factors ${name} list`)).stdout).toContain('12:00:00Z, locked\n');
});

test('list of an account without a factor shows that there is none, and makes no key', async () => {
  const file = await withUsers();
  const run = commandsOver(file);
  expect((await run('user factors bob list --json')).json).toMatchObject([
    { totp: null, recovery_codes_left: 0, passkeys: [], trusted_browsers: [] },
  ]);
  expect((await run('user factors bob list')).stdout).toMatch(
    /^Identifier +bob\nAuthenticator app +-\nRecovery codes +0\n$/,
  );
});

test('F5: remove takes every factor, the recovery codes and the trust in browsers, is audited, and tells the owner', async () => {
  const { run, database, name } = await withFactors();
  const id = (await run(`user show ${name} --json`)).json[0]?.['id'];
  const removed = await run(`user factors ${name} remove --yes --json`);
  expect(removed.json).toEqual([
    { id, identifier: name, totp_removed: true, passkeys_removed: 2, trusted_browsers_ended: 1 },
  ]);
  const tables = ['second_factors', 'recovery_codes', 'passkeys', 'browser_tokens'];
  expect(await rowCounts({ database }, ...tables)).toEqual([0, 0, 0, 0]);
  const [entry] = (await run('audit tail --lines 1 --json')).json;
  expect(entry).toMatchObject({ event: 'factor_remove', outcome: 'all', contract: 'cli', user_id: id });
  const mails = await query({ database }, 'SELECT kind, recipient, details FROM mails');
  expect(mails).toEqual([
    { kind: 'factor_removed', recipient: name, details: expect.stringContaining('"factor":"all"') },
  ]);
  expect((await run(`user factors ${name} list --json`)).json).toMatchObject([{ totp: null, passkeys: [] }]);
});

test('remove says to people what happened', async () => {
  const { run, name } = await withFactors();
  expect((await run(`user factors ${name} remove --yes`)).stdout).toBe(
    `${name} has no second factor any more. 1 browser is not trusted any more.\n`,
  );
});

test('F5: the factors of others stay', async () => {
  const { run, database, name } = await withFactors();
  await addPasskeys(database, 'bob', 'Key of bob');
  await run(`user factors ${name} remove --yes`);
  expect((await run('user factors bob list --json')).json).toMatchObject([
    { passkeys: [{ name: 'Key of bob' }], recovery_codes_left: 10 },
  ]);
});

test.each([
  [
    'an account without a factor',
    'user factors bob remove --yes',
    3,
    'The account has no such second factor.\n',
  ],
  ['a name that is unknown', 'user factors cyd list', 3, 'There is no user "cyd".\n'],
  [
    'no terminal to ask at',
    'user factors ada@example.com remove',
    2,
    'There is no terminal to confirm at: add --yes.\n',
  ],
  ['another action', 'user factors bob show', 2, /Allowed choices are list, remove/],
  ['no action', 'user factors bob', 2, /missing required argument 'action'/],
])('%s is refused, and nothing changes', async (_what, words, code, said) => {
  const { file, database } = await withFactors();
  const entries = await countRows({ database }, 'audit');
  const refused = await command(words.split(' '), { file });
  expect([refused.code, refused.stdout]).toEqual([code, '']);
  if (typeof said === 'string') expect(refused.stderr).toBe(said);
  else expect(refused.stderr).toMatch(said);
  expect(await rowCounts({ database }, 'second_factors', 'passkeys', 'audit')).toEqual([1, 2, entries]);
});
