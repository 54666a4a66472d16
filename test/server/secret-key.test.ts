/** A start with a key that cannot be used ends with a sentence, and no key is in any output (rulings F3 and G18). */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createGatehouse } from '../../src/index.ts';
import { commandsOver } from '../support/command.ts';
import { query } from '../support/database.ts';
import { doctor } from '../support/doctor.ts';
import { freshFile } from '../support/prepared.ts';
import { failToStart, startProcess } from '../support/process.ts';
import { boxOf, enrolApps } from '../support/second-factors.ts';
import { temporaryFolder } from '../support/server.ts';

const key = Buffer.from(Array.from({ length: 32 }, (_, n) => 7 * n)).toString('base64');

test('F3: a file without a key stops the start before a database is made', async () => {
  const folder = temporaryFolder();
  const [file, named] = [join(folder, 'gatehouse.db'), join(folder, 'key')];
  const missing = await failToStart({ GATEHOUSE_SECRET_KEY_FILE: named }, { file });
  expect(missing).toMatchObject({
    code: 1,
    stderr: `Gatehouse cannot start.\nGATEHOUSE_SECRET_KEY_FILE names ${named}, which does not exist.\n`,
  });
  writeFileSync(named, key.slice(1));
  const malformed = await failToStart({ GATEHOUSE_SECRET_KEY_FILE: named }, { file });
  expect(malformed.stderr).toContain(`${named} does not hold a key: it must be 32 random bytes in base64`);
  expect(malformed.stderr + malformed.stdout).not.toContain(key.slice(4, 20));
  writeFileSync(named, key);
  const same = { GATEHOUSE_SECRET_KEY_FILE: named, GATEHOUSE_PREVIOUS_SECRET_KEY: key };
  expect((await failToStart(same, { file })).stderr).toContain('is the same key as that in');
  expect(readdirSync(folder)).toEqual(['key']);
});

test('F3: an embedded Gatehouse does not start either', async () => {
  const secretKeyFile = join(temporaryFolder(), 'key');
  await expect(createGatehouse({ settings: { secretKeyFile } })).rejects.toThrow(
    `GATEHOUSE_SECRET_KEY_FILE names ${secretKeyFile}, which does not exist.`,
  );
});

test('G18: a server with keys writes none of them, and a server without any makes none before it is needed', async () => {
  const previous = Buffer.alloc(32, 9).toString('base64');
  const server = await startProcess({
    GATEHOUSE_SECRET_KEY: key,
    GATEHOUSE_PREVIOUS_SECRET_KEY: previous,
    GATEHOUSE_SWEEP_SECONDS: '1',
  });
  await server.post('/auth/register', { email: 'ada@example.com', password: 'strongpassword' });
  await server.post('/auth/login', { email: 'ada@example.com', password: 'strongpassword' });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await server.stop();
  for (const secret of [key, previous])
    expect(server.stdout + server.stderr).not.toContain(secret.slice(0, 20));
  expect(server.stdout).not.toContain('sweep failed');

  const plain = await startProcess();
  await plain.post('/auth/register', { email: 'ada@example.com', password: 'strongpassword' });
  await plain.stop();
  expect(existsSync(`${plain.file}.key`)).toBe(false);
  expect(readdirSync(dirname(plain.file)).filter((name) => name.includes('.key'))).toEqual([]);
});

test('F3: the documented change of a key: a running server encrypts all secrets anew, and the old key can go', async () => {
  const file = freshFile();
  const run = commandsOver(file);
  for (const name of ['ada', 'bob']) await run(`user add ${name}`);
  const database = `file:${file}`;
  // The key was in the file beside the database until now.
  const old = await boxOf({ DATABASE_URL: database });
  await enrolApps(database, old, 'ada', 'bob');
  const content = readFileSync(`${file}.key`, 'utf8').trim();

  const changing = { GATEHOUSE_SECRET_KEY: key, GATEHOUSE_PREVIOUS_SECRET_KEY: content };
  const server = await startProcess({ ...changing, GATEHOUSE_SWEEP_SECONDS: '1' }, { file });
  const { prefix } = await boxOf({ GATEHOUSE_SECRET_KEY: key });
  const sealed = () => query({ database }, 'SELECT user_id, totp_secret FROM second_factors');
  const isDone = async () => (await sealed()).every((row) => String(row['totp_secret']).startsWith(prefix));
  await expect.poll(isDone).toBe(true);
  const [found] = (await doctor(file, changing)).json.filter(({ verdict }) => verdict === 'warning');
  expect(found).toMatchObject({ check: 'key', says: expect.stringContaining('No secret is left under') });
  await server.stop();
  expect(server.stdout).not.toContain('sweep failed');

  const after = await boxOf({ GATEHOUSE_SECRET_KEY: key });
  for (const row of await sealed()) {
    const [userId, secret] = [String(row['user_id']), String(row['totp_secret'])];
    expect(after.open(secret, userId)).toEqual({ text: 'JBSWY3DPEHPK3PXP', isCurrent: true });
  }
});
