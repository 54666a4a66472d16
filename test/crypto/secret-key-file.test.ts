/** Where the key of secrets comes from, how one is made beside a SQLite file, and what is said where there is none (F3). */

import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SecretBox } from '../../src/crypto/secret-box.ts';
import {
  type KeyNeed,
  type NoKey,
  openSecretBox,
  secretKeyFile,
  secretKeyFileProblems,
} from '../../src/crypto/secret-key-file.ts';
import { secretKeyForm } from '../../src/settings/factors/secret-keys.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { gather } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const bytes = new Uint8Array(32).fill(5);
const key = Buffer.from(bytes).toString('base64');
const postgres = 'postgres://db.example/gate';

const enrolment: KeyNeed = { mayCreate: true, hasSealed: async () => false };
const look: KeyNeed = { mayCreate: false, hasSealed: async () => false };
const withSecrets: KeyNeed = { mayCreate: true, hasSealed: async () => true };
/** The database must not be asked. */
const unasked: KeyNeed = { mayCreate: true, hasSealed: () => Promise.reject(new Error('asked')) };

/** A place for a database, with nothing in it. */
function place() {
  const folder = temporaryFolder();
  const database = join(folder, 'gatehouse.db');
  const settings = (env: Readonly<Record<string, string>> = {}) =>
    readSettings({ DATABASE_URL: `file:${database}`, ...env });
  return { folder, file: `${database}.key`, settings };
}

async function opened(settings: ReturnType<typeof readSettings>, need: KeyNeed): Promise<SecretBox> {
  const box = await openSecretBox(settings, need);
  if ('refused' in box) throw new Error(box.because);
  return box;
}

async function refusal(settings: ReturnType<typeof readSettings>, need: KeyNeed): Promise<NoKey> {
  const box = await openSecretBox(settings, need);
  if (box instanceof SecretBox) throw new Error('opened');
  return box;
}

test('F3: the key of the settings is used on both engines, and makes no file', async () => {
  const { folder, settings } = place();
  const ids = [
    await opened(settings({ GATEHOUSE_SECRET_KEY: key }), unasked),
    await opened(readSettings({ DATABASE_URL: postgres, GATEHOUSE_SECRET_KEY: key }), unasked),
  ].map(({ keyId }) => keyId);
  expect(ids).toEqual(Array(2).fill(new SecretBox(bytes).keyId));
  expect(readdirSync(folder)).toEqual([]);
  expect(secretKeyFile(settings({ GATEHOUSE_SECRET_KEY: key }))).toBeUndefined();
});

test('F3: the previous key of the settings opens what it sealed', async () => {
  const { settings } = place();
  const next = Buffer.alloc(32, 6).toString('hex');
  const box = await opened(
    settings({ GATEHOUSE_SECRET_KEY: next, GATEHOUSE_PREVIOUS_SECRET_KEY: key }),
    unasked,
  );
  const sealed = new SecretBox(bytes).seal('x', 'user-1');
  expect(box.open(sealed, 'user-1')).toEqual({ text: 'x', isCurrent: false });
});

test('F3: a file holds the key in any notation, with blanks around it', async () => {
  const { folder, settings } = place();
  const file = join(folder, 'key');
  const named = settings({ GATEHOUSE_SECRET_KEY_FILE: file });
  for (const text of [key, `\r\n ${key}\t\n\n`, Buffer.from(bytes).toString('hex')]) {
    writeFileSync(file, text);
    expect((await opened(named, unasked)).keyId).toBe(new SecretBox(bytes).keyId);
    expect(secretKeyFileProblems(named)).toEqual([]);
  }
  // Kubernetes mounts a secret as a link to a file.
  symlinkSync(file, join(folder, 'link'));
  const linked = settings({ GATEHOUSE_SECRET_KEY_FILE: join(folder, 'link') });
  expect((await opened(linked, unasked)).keyId).toBe(new SecretBox(bytes).keyId);
});

test('F3: a file of the settings that holds no key is refused without its content, and none is made in its place', async () => {
  const { folder, settings } = place();
  const file = join(folder, 'key');
  const named = settings({ GATEHOUSE_SECRET_KEY_FILE: file });
  const missing = `GATEHOUSE_SECRET_KEY_FILE names ${file}, which does not exist.`;
  expect(await refusal(named, enrolment)).toEqual({ refused: 'missing', because: missing });
  expect(secretKeyFileProblems(named)).toEqual([missing]);
  expect(readdirSync(folder)).toEqual([]);
  for (const text of [
    '',
    'hunter2',
    `${key}\n${key}`,
    key.slice(2),
    `${'\n'.repeat(4_096)}${key}`,
    '\0'.repeat(32),
  ]) {
    writeFileSync(file, text);
    const because = `${file} does not hold a key: it must be ${secretKeyForm}.`;
    expect(await refusal(named, enrolment), text).toEqual({ refused: 'malformed', because });
    expect(secretKeyFileProblems(named)).toEqual([because]);
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
  rmSync(file);
  mkdirSync(file);
  expect(await refusal(named, enrolment)).toEqual({
    refused: 'unreadable',
    because: `${file} is not a file.`,
  });
});

test('F3: the previous key is not the one in the file', () => {
  const { folder, settings } = place();
  const file = join(folder, 'key');
  writeFileSync(file, key);
  const env = { GATEHOUSE_SECRET_KEY_FILE: file, GATEHOUSE_PREVIOUS_SECRET_KEY: key };
  expect(secretKeyFileProblems(settings(env))).toEqual([
    'GATEHOUSE_PREVIOUS_SECRET_KEY is the same key as that in GATEHOUSE_SECRET_KEY_FILE: leave it unset.',
  ]);
  expect(secretKeyFileProblems(settings())).toEqual([]);
});

test('F3: on SQLite the first enrolment makes a key beside the database, for its owner alone', async () => {
  const { folder, file, settings } = place();
  expect(secretKeyFile(settings())).toBe(file);
  expect(await refusal(settings(), look)).toEqual({
    refused: 'missing',
    because: `${file} is made when the first authenticator app is enrolled.`,
  });
  expect(existsSync(file)).toBe(false);
  const made = await opened(settings(), enrolment);
  expect(readdirSync(folder)).toEqual(['gatehouse.db.key']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toMatch(/^[A-Za-z\d+/]{43}=\n$/);
  for (const need of [look, unasked, withSecrets])
    expect((await opened(settings(), need)).keyId).toBe(made.keyId);
  // Its content is a key of the settings, too.
  const content = readFileSync(file, 'utf8');
  expect((await opened(settings({ GATEHOUSE_SECRET_KEY: content }), unasked)).keyId).toBe(made.keyId);
  const other = place();
  expect((await opened(other.settings(), enrolment)).keyId).not.toBe(made.keyId);
});

test('F3: where the database has secrets, a missing key is not made anew', async () => {
  const { folder, file, settings } = place();
  const { refused, because } = await refusal(settings(), withSecrets);
  expect(refused).toBe('missing');
  expect(because).toContain(`${file} is missing`);
  expect(because).toContain('Put the file back, or set GATEHOUSE_SECRET_KEY to its content.');
  expect(readdirSync(folder)).toEqual([]);
});

test('F3: a file beside the database that is damaged or cannot be read is left as it is', async () => {
  const { folder, file, settings } = place();
  writeFileSync(file, 'damaged');
  expect(await refusal(settings(), enrolment)).toMatchObject({ refused: 'malformed' });
  expect(readFileSync(file, 'utf8')).toBe('damaged');
  rmSync(file);
  symlinkSync(join(folder, 'gone', 'key'), file);
  expect(await refusal(settings(), enrolment)).toEqual({
    refused: 'missing',
    because: `${file} leads nowhere: correct the link.`,
  });
  expect(readdirSync(folder)).toEqual(['gatehouse.db.key']);
});

test('F3: a place where no file can be is named with the reason, and what to do', async () => {
  const { folder } = place();
  writeFileSync(join(folder, 'data'), '');
  const database = join(folder, 'data', 'gatehouse.db');
  const { refused, because } = await refusal(readSettings({ DATABASE_URL: `file:${database}` }), enrolment);
  expect([refused, because]).toEqual([
    'unreadable',
    `Cannot read ${database}.key: Part of the path is a file where a folder is needed (ENOTDIR). Choose another path.`,
  ]);
  const missing = join(folder, 'gone', 'gatehouse.db');
  expect(await refusal(readSettings({ DATABASE_URL: `file:${missing}` }), enrolment)).toEqual({
    refused: 'unreadable',
    because: expect.stringContaining(`Cannot write ${missing}.key: It leads nowhere`),
  });
});

test('F3: on PostgreSQL a key has to be set, the same for all nodes', async () => {
  const settings = readSettings({ DATABASE_URL: postgres });
  expect(secretKeyFile(settings)).toBeUndefined();
  for (const need of [enrolment, look, unasked])
    expect(await refusal(settings, need)).toEqual({
      refused: 'missing',
      because:
        'GATEHOUSE_SECRET_KEY is not set, and PostgreSQL needs one for authenticator apps: make a key with ' +
        '`openssl rand -base64 32`, and give the same one to all nodes.',
    });
});

test('F3: processes that make the key at once agree on one', async () => {
  const { folder, settings } = place();
  const module = fileURLToPath(new URL('../../src/crypto/secret-key-file.ts', import.meta.url));
  const { databaseUrl, secretKey, secretKeyFile: named, previousSecretKey } = settings();
  const given = JSON.stringify({ databaseUrl, secretKey, secretKeyFile: named, previousSecretKey });
  const startAt = Date.now() + 1_500;
  const program = `
    const { openSecretBox } = await import(${JSON.stringify(module)});
    while (Date.now() < ${startAt});
    const box = await openSecretBox(${given}, { mayCreate: true, hasSealed: async () => false });
    console.log(box.keyId);`;
  const ids = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
      const gathered = gather(child);
      await gathered.exited;
      return gathered.stdout.trim() || gathered.stderr;
    }),
  );
  expect(ids).toEqual(Array(4).fill((await opened(settings(), unasked)).keyId));
  expect(readdirSync(folder)).toEqual(['gatehouse.db.key']);
});
