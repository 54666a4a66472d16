/** An interrupted import leaves whole accounts, and the same command again completes it: nothing twice, nothing lost (I4). */

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { batchRows } from '../../src/maintenance/import/pipeline.ts';
import { commandEnvironment } from '../support/command.ts';
import { countRows, query, rowCounts } from '../support/database.ts';
import { commandsAt, imported, linesFile } from '../support/importing.ts';
import { isFull } from '../support/length.ts';
import { places } from '../support/moving.ts';
import { type Child, gather } from '../support/process.ts';
import { theProgram } from '../support/program.ts';

const people = isFull ? 20_000 : 2_500;

const idOf = (n: number) => `019a6e5d-5228-7bbc-a0f0-${String(n).padStart(12, '0')}`;

/** Instants that are given, so that two imports bring the same. */
const instants = { created_at: new Date(Date.now() - 3_600_000).toISOString() };
const seen = { ...instants, last_seen_at: instants.created_at };

/** Accounts with a session each, which comes before its account. */
const crowd = () =>
  linesFile(
    Array.from({ length: people }, (_, n) => [
      { user: `id-${n}`, sessions: [{ id: idOf(n), handle: `handle-${n}`, ...seen }] },
      { id: `id-${n}`, username: `user${n}`, ...instants },
    ]).flat(),
  );

/** What is there in the end, line by line, but for the account that was there before. */
async function exportOf(address: string): Promise<string[]> {
  const { stdout } = await commandsAt(address)(['export', '-']);
  return stdout.split('\n').filter((line) => line.includes('"id":"id-'));
}

/** The export of an import that nothing interrupted. */
let whole: Promise<readonly string[]> | undefined;

async function undisturbed(): Promise<readonly string[]> {
  const address = await places.sqlite();
  await imported(address, [crowd()]);
  return exportOf(address);
}

async function start(address: string, file: string): Promise<Child> {
  const words = ['import', file, '--weak-seconds', '0', '--json'];
  return gather(
    spawn(process.execPath, [await theProgram(), ...words], {
      env: commandEnvironment({ file: 'unused.db', environment: { DATABASE_URL: address } }),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
}

/** Resolves when some rows of a table have arrived. */
async function underWay(running: Child, address: string, table: string): Promise<void> {
  let isOver = false;
  void running.exited.finally(() => {
    isOver = true;
  });
  while ((await countRows({ database: address }, table).catch(() => 0)) < 2) {
    if (isOver) throw new Error(`It ended too soon: ${running.stdout}${running.stderr}`);
    await sleep(2);
  }
}

/** Accounts with one of their records only. */
const halves = `SELECT (SELECT count(*) FROM auth WHERE user_id NOT IN (SELECT id FROM users))
  + (SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM auth))
  + (SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM imported_accounts)) - 1 AS halves`;

async function halvesAt(address: string): Promise<number> {
  const [row] = await query({ database: address }, halves);
  return Number(row?.['halves']);
}

const ends = [
  ['SIGKILL', 'auth', null],
  ['SIGTERM', 'sessions', 143],
  ['SIGINT', 'auth', 130],
  ['SIGKILL', 'sessions', null],
] as const;

describe.each(['sqlite', 'postgres'] as const)('into %s', (engine) => {
  test.each(isFull || engine === 'sqlite' ? ends : ends.slice(0, 2))(
    '%s while rows of %s come',
    async (signal, table, code) => {
      const address = await places[engine]();
      // So that the tables are there.
      await commandsAt(address)(['user', 'add', 'first']);
      const file = crowd();
      const running = await start(address, file);
      await underWay(running, address, table);
      running.child.kill(signal);
      expect((await running.exited).code).toBe(code);
      expect(running.stdout).toBe('');
      if (code !== null)
        expect(running.stderr).toBe(
          'Interrupted. What was imported stays. Run the same command again to continue.\n',
        );
      // Whole batches have come, and not all of them.
      const [users = 0, sessions = 0] = await rowCounts({ database: address }, 'users', 'sessions');
      const come = users - 1;
      const arrived = table === 'sessions' ? sessions : come;
      expect(arrived).toBeGreaterThan(0);
      expect(arrived).toBeLessThan(people);
      expect([arrived % batchRows, await halvesAt(address)]).toEqual([0, 0]);

      const summary = await imported(address, [file]);
      expect(summary).toMatchObject({
        complete: true,
        accounts: { unchanged: come },
      });
      expect(Object.values(summary.accounts).reduce((sum, one) => sum + one, 0)).toBe(people);
      expect(await rowCounts({ database: address }, 'users', 'auth', 'sessions')).toEqual([
        people + 1,
        people + 1,
        people,
      ]);
      expect(await halvesAt(address)).toBe(0);
      whole ??= undisturbed();
      expect(await exportOf(address)).toEqual(await whole);
      expect((await whole).length).toBe(people);
      expect((await commandsAt(address)(['audit', 'verify', '--json'])).json).toMatchObject([
        { intact: true },
      ]);
    },
  );
});

/** Ends an import that waits for more of its standard input, with one signal. */
async function endSilent(address: string, signal: NodeJS.Signals, accounts: number, waitMs: number) {
  const running = gather(
    spawn(process.execPath, [await theProgram(), 'import', '-', '--json'], {
      env: commandEnvironment({ file: 'unused.db', environment: { DATABASE_URL: address } }),
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
  for (let n = 0; n < accounts; n += 1) {
    const email = `${'x'.repeat(60)}${n}@a.example`;
    running.child.stdin?.write(`${JSON.stringify({ id: `id-${n}`, username: `user${n}`, email })}\n`);
  }
  if (accounts > 0) await underWay(running, address, 'users');
  else await sleep(waitMs);
  running.child.kill(signal);
  return { ...(await running.exited), stdout: running.stdout, stderr: running.stderr };
}

// More than is read to find the format, and nothing.
test.each([
  ['SIGINT', 130, 900],
  ['SIGTERM', 143, 900],
  ['SIGINT', 130, 0],
] as const)(
  'one %s (%d) is enough while standard input is silent after %d accounts',
  async (signal, code, accounts) => {
    const address = await places.sqlite();
    await commandsAt(address)(['user', 'add', 'first']);
    let ended = await endSilent(address, signal, accounts, 1_000);
    // On a slow machine the program had not begun to wait.
    for (let waitMs = 2_000; ended.code === null && waitMs < 20_000; waitMs *= 2)
      ended = await endSilent(address, signal, accounts, waitMs);
    expect(ended).toMatchObject({
      code,
      stdout: '',
      stderr: 'Interrupted. What was imported stays. Run the same command again to continue.\n',
    });
    expect(await halvesAt(address)).toBe(0);
  },
);
