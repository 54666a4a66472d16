/** `gatehouse doctor` on the key of second factors: where it is, what it encrypts, what is left, and what is lost (F3). */

import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keyFindings } from '../../src/cli/doctor/key-checks.ts';
import { inspectServer } from '../../src/maintenance/backup.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { commandsOver } from '../support/command.ts';
import { query } from '../support/database.ts';
import { doctor } from '../support/doctor.ts';
import { places } from '../support/moving.ts';
import { prepared } from '../support/prepared.ts';
import { addPasskeys, boxOf, enrolApps } from '../support/second-factors.ts';

const [key, next, third] = [1, 2, 3].map((n) => Buffer.alloc(32, n).toString('base64')) as [
  string,
  string,
  string,
];

const withUsers = prepared(async (run) => {
  for (const name of ['ada', 'bob', 'cyd']) await run(`user add ${name}`);
});

/** What is found about the key, as `verdict: sentence`. */
async function about(file: string, environment: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const said = await doctor(file, environment);
  expect(said.stdout + said.stderr).not.toMatch(/AQEBAQ|AgICAg|AwMDAw/);
  return said.json.filter(({ check }) => check === 'key').map(({ verdict, says }) => `${verdict}: ${says}`);
}

/** The sentences about the clock. */
async function clock(file: string): Promise<string> {
  const { json } = await doctor(file);
  return json.flatMap(({ check, says }) => (check === 'clock' ? String(says) : [])).join();
}

test('without an app no key is needed, and none is made', async () => {
  const file = await withUsers();
  await addPasskeys(`file:${file}`, 'ada', 'Laptop');
  expect(await about(file)).toEqual([
    `ok: None is needed yet. ${file}.key is made when the first authenticator app is enrolled.`,
  ]);
  expect(existsSync(`${file}.key`)).toBe(false);
  expect(await about(file, { GATEHOUSE_SECRET_KEY: key })).toEqual([
    'ok: It is GATEHOUSE_SECRET_KEY, and encrypts 0 secrets of authenticator apps.',
  ]);
  expect(await clock(file)).not.toContain('Codes');
});

test('the key beside the database is found with the secrets that it encrypts, and the clock has to be exact', async () => {
  const file = await withUsers();
  const box = await boxOf({ DATABASE_URL: `file:${file}` });
  await enrolApps(`file:${file}`, box, 'ada');
  expect(await about(file)).toEqual([
    `ok: It is in ${file}.key, and encrypts 1 secret of authenticator apps.`,
  ]);
  expect(await clock(file)).toMatch(
    /^It is \S+ by this machine's clock\. Codes of authenticator apps allow a difference of 30 s\.$/,
  );
  await enrolApps(`file:${file}`, box, 'bob');
  chmodSync(`${file}.key`, 0o640);
  expect(await about(file)).toEqual([
    `ok: It is in ${file}.key, and encrypts 2 secrets of authenticator apps.`,
    `warning: Others than its owner may open ${file}.key: it has mode 640; chmod 600 keeps it to its owner.`,
  ]);
});

test('a key that is gone or damaged is a problem as soon as there are secrets', async () => {
  const file = await withUsers();
  await enrolApps(`file:${file}`, await boxOf({ DATABASE_URL: `file:${file}` }), 'ada');
  renameSync(`${file}.key`, `${file}.moved`);
  const [missing = '', ...others] = await about(file);
  expect(missing).toContain(`problem: ${file}.key is missing`);
  expect(others).toEqual([]);
  expect((await doctor(file)).code).toBe(1);
  // Its content is as good as a setting, or as another file.
  const content = readFileSync(`${file}.moved`, 'utf8').trim();
  expect(await about(file, { GATEHOUSE_SECRET_KEY: content })).toEqual([
    'ok: It is GATEHOUSE_SECRET_KEY, and encrypts 1 secret of authenticator apps.',
  ]);
  expect(await about(file, { GATEHOUSE_SECRET_KEY_FILE: `${file}.moved` })).toEqual([
    `ok: It is in ${file}.moved, and encrypts 1 secret of authenticator apps.`,
  ]);
  writeFileSync(`${file}.key`, 'damaged');
  expect(await about(file)).toEqual([
    expect.stringContaining(`problem: ${file}.key does not hold a key: it must be 32 random bytes`),
  ]);
  rmSync(`${file}.moved`);
  expect(await about(file, { GATEHOUSE_SECRET_KEY_FILE: `${file}.moved` })).toEqual([
    `problem: GATEHOUSE_SECRET_KEY_FILE names ${file}.moved, which does not exist.`,
  ]);
});

test('while the key is changed it says how many secrets are left, and when the old key can go', async () => {
  const file = await withUsers();
  const [before, after] = [
    await boxOf({ GATEHOUSE_SECRET_KEY: key }),
    await boxOf({ GATEHOUSE_SECRET_KEY: next }),
  ];
  await enrolApps(`file:${file}`, before, 'ada', 'bob');
  await enrolApps(`file:${file}`, after, 'cyd');
  const both = { GATEHOUSE_SECRET_KEY: next, GATEHOUSE_PREVIOUS_SECRET_KEY: key };
  expect(await about(file, both)).toEqual([
    'ok: It is GATEHOUSE_SECRET_KEY, and encrypts 1 secret of authenticator apps.',
    'warning: 2 secrets left under GATEHOUSE_PREVIOUS_SECRET_KEY: keep it set until the sweep of a server has encrypted all of them with the new key.',
  ]);
  // Too early: the two can be read no more.
  expect(await about(file, { GATEHOUSE_SECRET_KEY: next })).toEqual([
    'ok: It is GATEHOUSE_SECRET_KEY, and encrypts 1 secret of authenticator apps.',
    expect.stringMatching(
      /^problem: 2 secrets under another key, so that the codes of these people are refused\. Put that key back/,
    ),
  ]);
  await query(
    { database: `file:${file}` },
    `DELETE FROM second_factors WHERE totp_secret LIKE 'v1.${before.keyId}.%'`,
  );
  expect(await about(file, both)).toEqual([
    'ok: It is GATEHOUSE_SECRET_KEY, and encrypts 1 secret of authenticator apps.',
    'warning: No secret is left under GATEHOUSE_PREVIOUS_SECRET_KEY: once all nodes have the new key, remove it.',
  ]);
});

test('a key that is none of both is told from the previous one', async () => {
  const settings = readSettings({ GATEHOUSE_SECRET_KEY: next, GATEHOUSE_PREVIOUS_SECRET_KEY: key });
  const prefixes = await Promise.all(
    [key, next, third].map(async (one) => (await boxOf({ GATEHOUSE_SECRET_KEY: one })).prefix),
  );
  const found = await keyFindings(
    settings,
    prefixes.map((prefix, n) => ({ prefix, count: 10 ** n })),
  );
  expect(found.map(({ verdict, says }) => `${verdict}: ${says.slice(0, 40)}`)).toEqual([
    'ok: It is GATEHOUSE_SECRET_KEY, and encrypts',
    'warning: 1 secret left under GATEHOUSE_PREVIOUS_S',
    'problem: 100 secrets under another key, so that t',
  ]);
  expect((await keyFindings(settings, undefined)).map(({ says }) => says)).toContain(
    'The secrets that it encrypts could not be counted in time.',
  );
});

test('on PostgreSQL the key has to be set before there are apps, and the secrets are counted there, too', async () => {
  const address = await places.postgres();
  const environment = { DATABASE_URL: address };
  for (const name of ['ada', 'bob']) await commandsOver('unused.db', environment)(`user add ${name}`);
  const look = async (env: Readonly<Record<string, string>> = {}) => {
    const settings = readSettings({ ...environment, ...env });
    const { sealed } = await inspectServer(settings, Date.now);
    return (await keyFindings(settings, sealed)).map(({ verdict, says }) => `${verdict}: ${says}`);
  };
  const unset =
    'GATEHOUSE_SECRET_KEY is not set, and PostgreSQL needs one for authenticator apps: make a key with ' +
    '`openssl rand -base64 32`, and give the same one to all nodes.';
  expect(await look()).toEqual([`ok: None is needed yet. ${unset}`]);
  await enrolApps(address, await boxOf({ GATEHOUSE_SECRET_KEY: key }), 'ada', 'bob');
  expect(await look()).toEqual([`problem: ${unset}`]);
  expect(await look({ GATEHOUSE_SECRET_KEY: key })).toEqual([
    'ok: It is GATEHOUSE_SECRET_KEY, and encrypts 2 secrets of authenticator apps.',
  ]);
});
