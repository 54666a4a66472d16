/** Places where no database can be: each is refused by the name of its cause, with real disks, folders and users. */

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { command } from '../support/command.ts';
import { account } from '../support/postgres/account.ts';
import { type Ended, failToStart, gather, root, startProcess, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

/** A disk of its own in a folder, read-only from the call of `seal` on; skipped aloud where none may be mounted. */
function disk(context: TestContext, size = '8m'): { folder: string; seal(): void } {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  const run = (...words: string[]) => execFileSync('mount', words, { stdio: 'pipe' });
  try {
    run('-t', 'tmpfs', '-o', `size=${size}`, 'gatehouse-test', folder);
  } catch (error) {
    context.skip(`A disk cannot be mounted here: ${(error as Error).message}`);
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return { folder, seal: () => void run('-o', 'remount,ro', folder) };
}

/** Refused with one sentence of two lines, and nothing of a stack. */
function expectSentence({ code, stdout, stderr }: Ended, file: string, ...says: string[]): void {
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr.trimEnd().split('\n')).toEqual(['Gatehouse cannot start.', expect.stringContaining(file)]);
  for (const text of says) expect(stderr).toContain(text);
  expect(stderr).not.toMatch(/unable to open database file|\n {4}at /);
}

/** A database with an account in it, and no server. */
async function filled(file: string): Promise<void> {
  const server = await startProcess({}, { file });
  expect((await server.post('/auth/register', person)).status).toBe(201);
  await server.stop();
}

/** Starts the program as another user than root: as this one if it is not root. */
async function startAsOther(file: string): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'bin/gatehouse.js')], {
    cwd: '/',
    env: { PATH: process.env['PATH'], PORT: '0', DATABASE_URL: `file:${file}`, NODE_COMPILE_CACHE: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...account,
  });
  const running = gather(child);
  const exit = await running.exited;
  return { ...exit, stdout: running.stdout, stderr: running.stderr };
}

test('EROFS: a disk that is mounted read-only, with a database and without', async (context) => {
  const { folder, seal } = disk(context);
  const file = join(folder, 'gatehouse.db');
  await filled(file);
  seal();
  const says =
    'The file system is read-only (EROFS). Mount it read-write, or point DATABASE_URL at another disk.';
  expectSentence(await failToStart({}, { file }), file, says);
  expectSentence(await failToStart({}, { file: join(folder, 'other.db') }), join(folder, 'other.db'), says);
  const deep = join(folder, 'a/b/gatehouse.db');
  expectSentence(await failToStart({}, { file: deep }), deep, says);
});

test('EACCES: a folder, and a file, that another user may not use', async (context) => {
  if (process.platform === 'win32') context.skip('Windows has other rights.');
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const file = join(folder, 'gatehouse.db');
  await filled(file);
  const says =
    'There is no permission for it (EACCES). Give the user that runs Gatehouse read and write access to the file and its folder.';
  if (!account) chmodSync(folder, 0o500);
  onTestFinished(() => chmodSync(folder, 0o755));
  expectSentence(await startAsOther(join(folder, 'other.db')), join(folder, 'other.db'), says);
  expectSentence(await startAsOther(join(folder, 'data/other.db')), join(folder, 'data/other.db'), says);
  chmodSync(file, 0o000);
  expectSentence(await startAsOther(file), file, says);
  chmodSync(file, 0o444);
  expectSentence(await startAsOther(file), file, says);
  // The file is theirs, but its folder, where the log goes, is not.
  if (account) {
    chmodSync(file, 0o600);
    chownSync(file, account.uid, account.gid);
    expectSentence(await startAsOther(file), file, says);
  }
  chmodSync(folder, 0o000);
  expectSentence(await startAsOther(file), file, says);
});

test('ENOSPC: a disk that is full, with a database and without', async (context) => {
  const { folder } = disk(context, '2m');
  const file = join(folder, 'gatehouse.db');
  const says = 'The disk is full (ENOSPC). Free some space, or point DATABASE_URL at another disk.';
  await filled(file);
  fill(folder);
  expectSentence(await failToStart({}, { file }), file, says);
  expectSentence(await failToStart({}, { file: join(folder, 'other.db') }), join(folder, 'other.db'), says);
  expect(existsSync(join(folder, 'other.db'))).toBe(false);
});

/** Writes until nothing fits any more. */
function fill(folder: string): void {
  for (const size of [65_536, 4_096, 1])
    for (let number = 0; ; number += 1) {
      try {
        writeFileSync(join(folder, `fill-${size}-${number}`), Buffer.alloc(size));
      } catch {
        break;
      }
      if (size === 1 && number > 512) break;
    }
}

test('EISDIR, ENOTDIR, ELOOP, ENAMETOOLONG: what is no path of a file', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'gatehouse.db'));
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('loop.db', join(folder, 'loop.db'));
  symlinkSync(join(folder, 'nowhere/x.db'), join(folder, 'dangling.db'));
  for (const [path, says] of [
    ['gatehouse.db', 'is a folder (EISDIR) and is not a file. Point DATABASE_URL at a file.'],
    [
      'file/gatehouse.db',
      'Part of the path is a file where a folder is needed (ENOTDIR). Choose another path.',
    ],
    [
      'file/a/gatehouse.db',
      'Part of the path is a file where a folder is needed (ENOTDIR). Choose another path.',
    ],
    ['loop.db', 'Its links lead in a circle (ELOOP). Correct them.'],
    [
      'dangling.db',
      'It leads nowhere: a link, or its folder, has no end (ENOENT). Correct the link, or make the folder.',
    ],
    [`${'x'.repeat(300)}.db`, 'The name is too long (ENAMETOOLONG). Choose a shorter one.'],
  ] as const) {
    const file = join(folder, path);
    expectSentence(await failToStart({}, { file }), file, says);
  }
});

test('workers say so once', async (context) => {
  const { folder, seal } = disk(context);
  const file = join(folder, 'gatehouse.db');
  seal();
  const ended = await failToStart({ GATEHOUSE_WORKERS: '2' }, { file });
  expectSentence(ended, file, 'read-only (EROFS)');
});

test('a backup to such a place is refused the same way, and leaves nothing', async (context) => {
  const file = join(temporaryFolder(), 'gatehouse.db');
  await filled(file);
  const { folder, seal } = disk(context, '64k');
  const target = join(folder, 'copy.db');
  const full = await command(['backup', target], { file });
  expect([full.code, full.stdout]).toEqual([1, '']);
  expect(full.stderr).toContain(
    `Cannot write ${target}: The disk is full (ENOSPC). Free some space, or choose another place.`,
  );
  expect(existsSync(target)).toBe(false);
  seal();
  const sealed = await command(['backup', target], { file });
  expect([sealed.code, sealed.stdout]).toEqual([1, '']);
  expect(sealed.stderr).toContain('The file system is read-only (EROFS).');
  const under = await command(['backup', join(file, 'copy.db')], { file });
  expect(under.stderr).toContain('is a file where a folder is needed (ENOTDIR)');
});

test('a restore to such a place is refused the same way', async (context) => {
  const file = join(temporaryFolder(), 'gatehouse.db');
  await filled(file);
  const copy = join(temporaryFolder(), 'copy.db');
  expect((await command(['backup', copy], { file })).code).toBe(0);
  const { folder, seal } = disk(context, '64k');
  const place = join(folder, 'gatehouse.db');
  const full = await command(['restore', copy], { file: place });
  expect([full.code, full.stdout]).toEqual([1, '']);
  expect(full.stderr).toContain(`Cannot write ${place}: The disk is full (ENOSPC).`);
  expect(existsSync(place)).toBe(false);
  seal();
  const sealed = await command(['restore', copy], { file: place });
  expect(sealed.stderr).toContain(`Cannot write ${place}: The file system is read-only (EROFS).`);
});

test('an outbox in such a place: the mail waits, and the log names the cause', async (context) => {
  const { folder, seal } = disk(context);
  seal();
  const server = await startProcess({ GATEHOUSE_MAIL_OUTBOX: join(folder, 'outbox') });
  await server.post('/auth/register', person);
  const { cookie } = await server.post('/auth/login', person);
  const asked = await server.post('/auth/email/verify/request', {}, { cookie: `session_id=${cookie}` });
  expect(asked.status).toBe(202);
  const line = await until(
    () => server.log.find((entry) => /EROFS/.test(JSON.stringify(entry))),
    'the line about the outbox',
  );
  expect(JSON.stringify(line)).toContain('The file system is read-only (EROFS)');
  expect((await server.send({ path: '/readyz' })).status).toBe(200);
});
