/** What `gatehouse import` refuses before it changes anything, and disks that fill while it runs. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { query, rowCounts } from '../support/database.ts';
import { commandsAt, imported, linesFile } from '../support/importing.ts';
import { places } from '../support/moving.ts';
import { temporaryFolder } from '../support/server.ts';

const account = { id: '1', username: 'ada' };
const fileOf = (content: string, name = 'file') => {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
};

test.each([
  [3, 'no file', () => ['missing.jsonl'], 'There is no file missing.jsonl.'],
  [2, 'a folder', () => [temporaryFolder()], /is a folder\. Name the files in it\.$/],
  [4, 'an empty file', () => [fileOf('')], /is empty\.$/],
  [4, 'an empty file of a named format', () => [fileOf(''), '--from', 'gatehouse'], /is empty\.$/],
  [
    2,
    'a file of no format',
    () => [fileOf('hello\n')],
    /looks like no format that is known\. Formats: .*Name one/,
  ],
  [
    2,
    'a format that is none',
    () => [fileOf('{}'), '--from', 'djago'],
    /There is no format "djago"\. Did you mean django\?/,
  ],
  [
    4,
    'another format than the named one',
    () => [linesFile([account]), '--from', 'focusreader'],
    /does not look like focusreader\. It looks like --from gatehouse\. Nothing was changed\.$/,
  ],
  [2, 'the same file twice', () => ['-', '-'], '- is named twice.'],
  [
    2,
    'a wrong choice',
    () => [linesFile([account]), '--on-conflict', 'merge'],
    /Allowed choices are report, skip, suffix/,
  ],
  [2, 'a wrong time', () => [linesFile([account]), '--weak-seconds', 'ten'], /It is not a number of seconds/],
  [2, 'a wrong pair', () => [linesFile([account]), '--column', 'hash'], /It is not in the form name=value/],
] as const)('%i for %s', async (code, _what, words, message) => {
  const address = await places.sqlite();
  const said = await commandsAt(address)(['import', ...words()]);
  expect([said.code, said.stdout]).toEqual([code, '']);
  if (typeof message === 'string') expect(said.stderr.trimEnd()).toBe(message);
  else expect(said.stderr.split('\n')[0]).toMatch(message);
  expect(existsSync(address.slice('file:'.length))).toBe(false);
});

test('an address with a password is refused as a file, and never repeated', async () => {
  const said = await commandsAt(await places.sqlite())([
    'import',
    'postgres://a:hunter2@example.com/b',
    '--from',
    'supabase',
  ]);
  expect([said.code, said.stderr.includes('hunter2')]).toEqual([2, false]);
});

/** A small disk of its own; skipped aloud where none may be mounted. */
function smallDisk(skip: (why: string) => void, size = '512k'): string {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    skip(`A disk cannot be mounted here: ${(error as Error).message}`);
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }));
  return folder;
}

const sessionsEach = 5;
/** Sessions that take several megabytes. */
const crowd = (people: number) =>
  linesFile(
    Array.from({ length: people }, (_, n) => ({
      id: `id-${n}`,
      username: `user${n}`,
      sessions: Array.from({ length: sessionsEach }, (_each, m) => ({
        id: `019a6e5d-5228-7bbc-a0f0-${String(n * sessionsEach + m).padStart(12, '0')}`,
        device: 'x'.repeat(250),
      })),
    })),
  );

test('ENOSPC: a full disk under the database ends the import with whole accounts, and more space completes it', async (context) => {
  const people = 1_500;
  // The empty database fits.
  const folder = smallDisk((why) => context.skip(why), '1m');
  const address = `file:${join(folder, 'gatehouse.db')}`;
  const [file, words] = [crowd(people), ['--weak-seconds', '0']];
  const run = commandsAt(address);
  const said = await run(['import', file, ...words]);
  expect([said.code, said.stdout, said.stderr]).toEqual([
    5,
    '',
    'The database does not answer: database or disk is full. What was imported stays. Run the same command again to continue.\n',
  ]);
  execFileSync('mount', ['-o', 'remount,size=64m', folder], { stdio: 'pipe' });
  const database = { database: address };
  const [users = 0, auth, known] = await rowCounts(database, 'users', 'auth', 'imported_accounts');
  expect([auth, known]).toEqual([users, users]);
  const [sessions = 0, knownSessions] = await rowCounts(database, 'sessions', 'imported_sessions');
  expect(sessions).toBe(knownSessions);
  expect(users + sessions).toBeGreaterThan(0);
  expect(await query(database, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(await imported(address, [file])).toMatchObject({
    complete: true,
  });
  expect(await rowCounts(database, 'users', 'sessions')).toEqual([people, people * sessionsEach]);
});

test('ENOSPC: a full disk for temporary files ends the import with advice, and the next one completes it', async (context) => {
  // Less stays in memory.
  const people = 4_000;
  const folder = smallDisk((why) => context.skip(why));
  const address = await places.sqlite();
  const [file, words] = [crowd(people), ['--weak-seconds', '0']];
  const run = commandsAt(address, { SQLITE_TMPDIR: folder });
  const said = await run(['import', file, ...words]);
  expect([said.code, said.stderr]).toEqual([
    1,
    'Cannot write the temporary file of the import: The disk is full (ENOSPC). Free some space, or set TMPDIR to a folder on another disk.\n',
  ]);
  expect((await imported(address, [file])).complete).toBe(true);
  expect(await rowCounts({ database: address }, 'users', 'sessions')).toEqual([
    people,
    people * sessionsEach,
  ]);
});

test('ENOSPC: a full disk for the report, or for an export, leaves no half file and whole accounts', async (context) => {
  const folder = smallDisk((why) => context.skip(why));
  const address = await places.sqlite();
  const file = crowd(1_500);
  const run = commandsAt(address);
  const said = await run(['import', file, '--weak-seconds', '0', '--report', join(folder, 'report.jsonl')]);
  expect([said.code, said.stderr]).toEqual([1, expect.stringContaining('The disk is full (ENOSPC)')]);
  expect((await imported(address, [file])).complete).toBe(true);
  const exported = await run(['export', join(folder, 'export.jsonl')]);
  expect([exported.code, exported.stderr]).toEqual([1, expect.stringContaining('The disk is full (ENOSPC)')]);
  expect(existsSync(join(folder, 'export.jsonl'))).toBe(false);
});
