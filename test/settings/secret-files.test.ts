/** Secrets from files: every secret setting may be in one, and no message repeats a path or a content. */

import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environmentRemarks } from '../../src/settings/environment/environment-remarks.ts';
import { secretFileNames } from '../../src/settings/environment/secret-files.ts';
import { table } from '../../src/settings/option-table.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { command } from '../support/command.ts';
import { failToStart, startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';
import { problems } from '../support/settings.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const secret = 'postgres://gatehouse:hunter2@db.example.com/gatehouse';

/** A usable value for each secret setting. */
const values: Readonly<Record<string, string>> = {
  DATABASE_URL: secret,
  GATEHOUSE_DATABASE_LISTEN_URL: secret,
  GATEHOUSE_SECRET_KEY: key,
  GATEHOUSE_PREVIOUS_SECRET_KEY: Buffer.alloc(32, 8).toString('base64'),
  GATEHOUSE_SMTP_URL: 'smtps://user:hunter2@mail.example.com',
};

/** A file with a content, for its owner alone. */
function fileOf(content: string | Uint8Array, mode = 0o600): string {
  const file = join(temporaryFolder(), 'secret');
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

const ofNames = (names: readonly string[]) =>
  names.map((name) => [name, name.replace(/_FILE$/, '')] as const);

test('every secret setting can be in a file, and there is no list of them besides the table', () => {
  const secrets = Object.values(table).filter(({ secret }) => secret);
  expect(secrets.length).toBeGreaterThan(5);
  const withFile = secrets.filter(({ env }) => !env.endsWith('_FILE')).map(({ env }) => `${env}_FILE`);
  const own = Object.values(table).map(({ env }) => env);
  expect(secretFileNames).toEqual(withFile.filter((name) => !own.includes(name)));
  expect(withFile.filter((name) => own.includes(name))).toEqual(['GATEHOUSE_SECRET_KEY_FILE']);
});

test.each(ofNames(secretFileNames))(
  '%s: the value is the content, without one line break at its end',
  (fileEnv, env) => {
    const value = String(values[env]);
    const more = env === 'GATEHOUSE_PREVIOUS_SECRET_KEY' ? { GATEHOUSE_SECRET_KEY: key } : {};
    const name = (Object.keys(table) as (keyof Settings)[]).find((one) => table[one].env === env);
    const expected = readSettings({ ...more, [env]: value })[name as keyof Settings];
    for (const content of [value, `${value}\n`, `${value}\r\n`, `\ufeff${value}\n`, ` ${value}\t\n`])
      expect(readSettings({ ...more, [fileEnv]: fileOf(content), [env]: '' })[name as keyof Settings]).toBe(
        expected,
      );
  },
);

test('a link leads to a file, as in a volume of Kubernetes', () => {
  const link = join(temporaryFolder(), 'link');
  symlinkSync(fileOf(secret), link);
  expect(readSettings({ DATABASE_URL_FILE: link }).databaseUrl).toBe(secret);
});

test('a value and its file are an error, and so is a value in place of a path', () => {
  const file = fileOf(secret);
  expect(problems({ DATABASE_URL: 'file:./x.db', DATABASE_URL_FILE: file })).toEqual([
    'DATABASE_URL and DATABASE_URL_FILE are both set: give one of them.',
  ]);
  expect(problems({ DATABASE_URL_FILE: secret })).toEqual([
    'DATABASE_URL_FILE has no path: an address itself is given as DATABASE_URL.',
  ]);
  expect(problems({ GATEHOUSE_PREVIOUS_SECRET_KEY_FILE: key, GATEHOUSE_SECRET_KEY: key })).toEqual([
    'GATEHOUSE_PREVIOUS_SECRET_KEY_FILE names a file that does not exist.',
  ]);
});

test('a file that cannot be used is named by its variable, without its path or its content', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'hunter2'));
  const cases = {
    'a file that does not exist': join(folder, 'hunter2', 'missing'),
    'a folder, not a file': join(folder, 'hunter2'),
    'what is not a file, such as a pipe': '/dev/null',
    'no possible path': `${folder}\0hunter2`,
    'an empty file': fileOf('\n'),
    'a file of more than one line': fileOf(`${secret}\n\n`),
    'a file that is not UTF-8 text': fileOf(Buffer.from('ü', 'latin1')),
    'a file of more than 16384 bytes': fileOf('h'.repeat(16_385)),
  };
  for (const [what, path] of Object.entries(cases))
    expect(problems({ DATABASE_URL_FILE: path })).toEqual([`DATABASE_URL_FILE names ${what}.`]);
  const [unusable = '', ...others] = problems({ GATEHOUSE_SMTP_URL_FILE: fileOf('hunter2') });
  expect(others).toEqual([]);
  expect(unusable).toMatch(
    /^The file that GATEHOUSE_SMTP_URL_FILE names has an unusable value; expected an address/,
  );
  expect(unusable).not.toContain('hunter2');
});

test('a file that this user may not read is an error of its own', (context) => {
  const file = fileOf(secret, 0o000);
  const isRoot = process.getuid?.() === 0;
  if (isRoot && !process.seteuid) context.skip('it needs a process that can give up being root');
  if (isRoot) process.seteuid?.(65_534);
  try {
    expect(problems({ DATABASE_URL_FILE: file })).toEqual([
      'DATABASE_URL_FILE names a file that this user may not read.',
    ]);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test('a file that others can read is warned about, whoever reads it', () => {
  const says = (fileEnv: string) => [
    {
      level: 'warn',
      text: `Every user of this machine can read the file that ${fileEnv} names: chmod 600 keeps it to its owner.`,
    },
  ];
  for (const fileEnv of [...secretFileNames, 'GATEHOUSE_SECRET_KEY_FILE']) {
    expect(environmentRemarks({ [fileEnv]: fileOf(key, 0o644) })).toEqual(says(fileEnv));
    for (const mode of [0o600, 0o400, 0o440])
      expect(environmentRemarks({ [fileEnv]: fileOf(key, mode) })).toEqual([]);
  }
});

test('a server, its commands and its doctor read the files, and warn about one that others can read', async () => {
  const file = join(temporaryFolder(), 'gatehouse.db');
  const environment = { DATABASE_URL: '', DATABASE_URL_FILE: fileOf(`file:${file}\n`, 0o644) };
  // Blank counts as unset, so that the file is the only value.
  const server = await startProcess({ ...environment, DATABASE_URL: ' ' }, { file });
  const warning = 'Every user of this machine can read the file that DATABASE_URL_FILE names';
  expect(server.log.filter(({ msg }) => String(msg).startsWith(warning))).toHaveLength(1);
  expect(server.stderr).toContain(`Warning: ${warning}`);
  const email = 'ada@example.com';
  expect((await server.post('/auth/register', { email, password: 'supersecure' })).status).toBe(201);
  const run = (...words: string[]) => command(words, { file: 'unused', environment });
  expect((await run('doctor', '--json')).stdout).toContain(warning);
  await server.stop();
  const [copy, back, moved] = ['copy.db', 'back.db', 'moved.db'].map((name) => join(temporaryFolder(), name));
  const accounts = fileOf('id,email,hash\n1,grace@example.com,\n');
  // The last one closes the old database.
  const commands = [
    ['user', 'show', email],
    ['audit', 'verify'],
    ['import', '--from', 'csv', '--column', 'hash=hash', accounts],
    ['export'],
    ['backup', String(copy)],
    ['migrate', '--from', 'env:DATABASE_URL', '--to', `file:${moved}`],
  ];
  for (const words of commands) {
    const said = await run(...words);
    expect([words, said.code, said.stderr]).toEqual([words, 0, expect.any(String)]);
  }
  const restored = { DATABASE_URL: '', DATABASE_URL_FILE: fileOf(`file:${back}`) };
  expect((await command(['restore', String(copy)], { file: 'unused', environment: restored })).code).toBe(0);
  expect([existsSync(String(moved)), existsSync(String(back))]).toEqual([true, true]);
});

test('an address of an argument may be in a file too, and both are an error', async () => {
  const file = fileOf('postgres://gatehouse:hunter2@127.0.0.1:1/gatehouse');
  const migrate = (environment: Record<string, string>) =>
    command(['migrate', '--from', 'file:x.db', '--to', 'env:NEW_URL'], { file: 'x', environment });
  const both = await migrate({ NEW_URL: 'file:y.db', NEW_URL_FILE: file });
  expect([both.code, both.stderr]).toEqual([
    2,
    expect.stringContaining('--to: NEW_URL and NEW_URL_FILE are both set: give one of them.'),
  ]);
  const missing = await migrate({ NEW_URL_FILE: `${file}-hunter2` });
  expect([missing.code, missing.stderr]).toEqual([
    2,
    expect.stringContaining('--to: NEW_URL_FILE names a file that does not exist.'),
  ]);
  expect(missing.stderr).not.toContain('hunter2');
});

test('a start without the file of a secret says so, and nothing of what was given', async () => {
  const missing = await failToStart({ DATABASE_URL: '', DATABASE_URL_FILE: '/missing/hunter2' });
  expect(missing).toMatchObject({
    code: 1,
    stderr: 'Gatehouse cannot start.\nDATABASE_URL_FILE names a file that does not exist.\n',
  });
});
