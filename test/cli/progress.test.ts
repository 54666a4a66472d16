/** Something long shows how far it is at a terminal, and can be interrupted without leaving anything behind. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { commandEnvironment, commandsOver } from '../support/command.ts';
import { isFull } from '../support/length.ts';
import { gather, until } from '../support/process.ts';
import { theProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/server.ts';

/** How large a database has to be for a copy of it to be interrupted. */
const slowMegabytes = isFull ? 300 : 150;

/** A database that takes a while to copy. */
async function large(megabytes: number): Promise<string> {
  const file = join(temporaryFolder(), 'gatehouse.db');
  await commandsOver(file)('user add ada');
  const db = new DatabaseSync(file);
  db.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${megabytes})
           INSERT INTO mails (kind, user_id, recipient, canonical, details, created_at)
           SELECT 'x', '1', 'a', 'a', json_quote(hex(randomblob(500000))), 1 FROM n`);
  db.close();
  return file;
}

/** Interrupts a command once it has begun to write, and returns how it ended. */
async function interrupt(
  words: readonly string[],
  file: string,
  begun: (name: string) => boolean,
  folder: string,
) {
  const running = gather(
    spawn(process.execPath, [await theProgram(), ...words], {
      env: commandEnvironment({ file }),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  await until(() => (readdirSync(folder).some(begun) ? true : undefined), 'a draft', running.exited);
  running.child.kill('SIGINT');
  const { code } = await running.exited;
  return { code, stdout: running.stdout, stderr: running.stderr };
}

test('an interrupted backup leaves nothing behind', async () => {
  const file = await large(slowMegabytes);
  const target = join(temporaryFolder(), 'backup.db');
  const folder = dirname(target);
  const said = await interrupt(['backup', target], file, (name) => name.includes('.part-'), folder);
  expect(said).toEqual({ code: 130, stdout: '', stderr: 'Interrupted. Nothing was changed.\n' });
  expect(readdirSync(folder)).toEqual([]);
});

test('an interrupted restore leaves everything as it was', async () => {
  const backup = await large(slowMegabytes);
  const file = join(temporaryFolder(), 'gatehouse.db');
  const run = commandsOver(file);
  await run('user add bob');
  const folder = dirname(file);
  const said = await interrupt(['restore', backup], file, (name) => name.includes('.restore-'), folder);
  expect(said).toEqual({ code: 130, stdout: '', stderr: 'Interrupted. Nothing was changed.\n' });
  expect(readdirSync(folder)).toEqual(['gatehouse.db']);
  expect((await run('user list --json')).json).toMatchObject([{ identifier: 'bob' }]);
});

const hasScript = spawnSync('script', ['--version']).status === 0;

test.skipIf(!hasScript)('a progress bar at a terminal, on standard error only', async () => {
  const file = await large(20);
  const folder = temporaryFolder();
  const program = await theProgram();
  const shown = (words: string, output: string) =>
    spawnSync('script', ['-qec', `'${process.execPath}' '${program}' ${words} ${output}`, '/dev/null'], {
      cwd: folder,
      env: commandEnvironment({ file }),
      encoding: 'utf8',
    }).stdout;
  for (const words of [`backup one.db`, 'audit verify', 'audit export']) {
    expect(shown(words, '')).toContain('100 %');
    expect(shown(words.replace('one', 'two'), '2>/dev/null')).not.toContain('%');
  }
  expect(existsSync(join(folder, 'two.db'))).toBe(true);
});

test('no progress bar without a terminal', async () => {
  const file = await large(1);
  const run = commandsOver(file);
  const backup = join(temporaryFolder(), 'backup.db');
  for (const words of [`backup ${backup}`, 'audit verify', 'audit export']) {
    expect((await run(words)).stderr).toBe('');
  }
});
