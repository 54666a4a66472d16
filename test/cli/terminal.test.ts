/** What a person types at a terminal: secrets unseen, a question before the worst, and a way out of both. */

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandEnvironment, commandsOver } from '../support/command.ts';
import { gather, root, until } from '../support/process.ts';
import { addPasskeys } from '../support/second-factors.ts';
import { temporaryFolder } from '../support/server.ts';

const hasScript = spawnSync('script', ['--version']).status === 0;

/** Runs a command at a terminal of its own; `typed` is typed once it asks. */
async function atTerminal(words: string, file: string, asks: string, typed: string) {
  const line = `'${process.execPath}' '${join(root, 'bin/gatehouse.js')}' ${words}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: commandEnvironment({ file }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const running = gather(child);
  await until(() => (running.stdout.includes(asks) ? true : undefined), asks, running.exited);
  child.stdin.write(typed);
  const { code } = await running.exited;
  return { code, shown: running.stdout };
}

async function withUser(): Promise<string> {
  const file = join(temporaryFolder(), 'gatehouse.db');
  await commandsOver(file)('user add ada');
  return file;
}

test.skipIf(!hasScript)('a password and a session id are not shown', async () => {
  const file = await withUser();
  const added = await atTerminal('user add bob --password-stdin', file, 'Password:', 'strongpassword\r');
  expect(added.code).toBe(0);
  expect(added.shown).not.toContain('strongpassword');
  const id = 'abcdefghijklmnopqrstuvwxyz';
  const explained = await atTerminal('explain', file, 'Session id:', `${id}\r`);
  expect(explained.code).toBe(3);
  expect(explained.shown).toContain('Unknown.');
  expect(explained.shown).not.toContain(id);
});

test.skipIf(!hasScript)('deleting asks for the name, and accepts no other', async () => {
  const file = await withUser();
  const other = await atTerminal('user delete ada', file, 'Type the name', 'adam\r');
  expect([other.code, other.shown]).toEqual([1, expect.stringContaining('The name does not match.')]);
  const gone = await atTerminal('user delete ada', file, 'Type the name', 'ada\r');
  expect([gone.code, gone.shown]).toEqual([0, expect.stringContaining('ada was deleted.')]);
});

test.skipIf(!hasScript)('removing second factors asks for the name, and accepts no other', async () => {
  const file = await withUser();
  await addPasskeys(`file:${file}`, 'ada', 'Laptop');
  const other = await atTerminal('user factors ada remove', file, 'Type the name', 'adam\r');
  expect([other.code, other.shown]).toEqual([1, expect.stringContaining('The name does not match.')]);
  const gone = await atTerminal('user factors ada remove', file, 'Type the name', 'ada\r');
  expect([gone.code, gone.shown]).toEqual([0, expect.stringContaining('ada has no second factor any more.')]);
});

test.skipIf(!hasScript).each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s ends a prompt', async (_key, typed) => {
  const file = await withUser();
  for (const [words, asks] of [
    ['explain', 'Session id:'],
    ['user delete ada', 'Type the name'],
  ] as const) {
    const { code, shown } = await atTerminal(words, file, asks, typed);
    expect([words, code, shown]).toEqual([words, 130, expect.stringContaining('Interrupted.')]);
    expect(shown).not.toMatch(/\n\s+at /);
  }
  expect((await commandsOver(file)('user list --json')).json).toHaveLength(1);
});
