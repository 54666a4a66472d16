/** An interrupted move goes on where it was, or begins anew where the old place has changed; nothing half-done serves. */

import { spawn } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { command, commandEnvironment } from '../support/command.ts';
import { crowded } from '../support/crowd.ts';
import { query } from '../support/database.ts';
import { isFull } from '../support/length.ts';
import {
  context,
  everythingAt,
  fileOf,
  fill,
  inStore,
  move,
  moved,
  type Place,
  places,
} from '../support/moving.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { type Child, gather } from '../support/process.ts';
import { theProgram } from '../support/program.ts';
import { startProxy } from '../support/proxy.ts';

const goOn = 'Run the same command again to continue.';

async function start(from: string, to: string): Promise<Child> {
  const words = ['migrate', '--from', 'env:FROM', '--to', 'env:TO', '--json'];
  return gather(
    spawn(process.execPath, [await theProgram(), ...words], {
      env: commandEnvironment({ file: 'unused.db', environment: { FROM: from, TO: to } }),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
}

/** Whether a page of the crowd has arrived; a draft of SQLite cannot be looked into while it is written. */
async function arrived(to: string): Promise<boolean> {
  if (to.startsWith('file:')) {
    const log = statSync(`${fileOf(to)}.migrating-wal`, { throwIfNoEntry: false });
    return (log?.size ?? 0) > 1_000_000;
  }
  const rows = await query({ database: to }, 'SELECT 1 FROM users LIMIT 1').catch(() => []);
  return rows.length > 0;
}

/** Begins to move a crowd, and resolves once some of it has arrived. */
async function underWay(from: string, to: string): Promise<Child> {
  const moving = await start(from, to);
  let isOver = false;
  void moving.exited.finally(() => {
    isOver = true;
  });
  while (!(await arrived(to))) {
    if (isOver) throw new Error(`It ended too soon: ${moving.stdout}${moving.stderr}`);
    await sleep(2);
  }
  return moving;
}

const ways: readonly (readonly [from: Place, to: Place])[] = [
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
];

describe.each(ways)('from %s to %s', (one, other) => {
  test('killed again and again, the migration still completes', { timeout: 180_000 }, async () => {
    const [from, to] = [await crowded(one), await places[other]()];
    const before = await everythingAt(from);
    const first = await underWay(from, to);
    first.child.kill('SIGKILL');
    expect((await first.exited).signal).toBe('SIGKILL');
    let last = await start(from, to);
    for (let patienceMs = 500; ; patienceMs += isFull ? 200 : 500) {
      const timer = setTimeout(() => last.child.kill('SIGKILL'), Math.random() * patienceMs + 200);
      const { code } = await last.exited;
      clearTimeout(timer);
      if (code !== null) break;
      last = await start(from, to);
    }
    // Killed when all was done and nothing said yet, the next one says that it is done.
    const done = expect.stringMatching(/Now set DATABASE_URL|was moved to .* already/);
    expect(last.stderr).toEqual(done);
    expect(await everythingAt(to)).toEqual(before);
  });

  test('Ctrl-C ends it, no server starts on the unfinished copy, and the next run resumes', {
    timeout: 90_000,
  }, async () => {
    const [from, to] = [await crowded(one), await places[other]()];
    const before = await everythingAt(from);
    const moving = await underWay(from, to);
    moving.child.kill('SIGINT');
    expect([(await moving.exited).code, moving.stdout, moving.stderr]).toEqual([
      130,
      '',
      `Interrupted. ${goOn}\n`,
    ]);
    const unfinished = other === 'sqlite' ? `${to}.migrating` : to;
    const refused = await command(['user', 'list'], { file: '', environment: { DATABASE_URL: unfinished } });
    expect([refused.code, refused.stderr]).toEqual([
      5,
      expect.stringMatching(
        /^Copying from \S+ into the database was not finished. Run the same `gatehouse migrate` again/,
      ),
    ]);
    expect(refused.stderr).not.toMatch(/postgres:[^/]/);
    // The old place is as good as before until everything has arrived.
    await inStore(from, async (store) => store.ping());
    expect(await moved(from, to)).toMatchObject({ begun: 'resumed' });
    expect(await everythingAt(to)).toEqual(before);
    if (other === 'sqlite') expect(existsSync(fileOf(unfinished))).toBe(false);
  });

  test('if the old database has changed since, it begins again', { timeout: 90_000 }, async () => {
    const [from, to] = [await crowded(one), await places[other]()];
    const moving = await underWay(from, to);
    moving.child.kill('SIGKILL');
    await moving.exited;
    await inStore(from, async ({ sessions }) => {
      const ended = await sessions.removeByHandle('id-ada', 'live-ada', context('logout', Date.now()));
      expect(ended?.handle).toBe('live-ada');
    });
    const before = await everythingAt(from);
    const said = await move(from, to);
    expect([said.code, said.stderr]).toEqual([
      0,
      expect.stringContaining('had changed since the copy was begun'),
    ]);
    expect(await everythingAt(to)).toEqual(before);
    await inStore(to, async ({ sessions }) => {
      expect((await sessions.ofUser('id-ada', { limit: 99 })).map(({ handle }) => handle)).not.toContain(
        'live-ada',
      );
    });
  });

  test('a lost connection is reported, and the next run resumes', { timeout: 90_000 }, async () => {
    const proxy = await startProxy((await sharedPostgres()).port);
    const through = (address: string) => (address.startsWith('file:') ? address : proxy.url(address));
    const [from, to] = [await crowded(one), await places[other]()];
    const before = await everythingAt(from);
    const moving = await underWay(through(from), through(to));
    proxy.cut();
    expect((await moving.exited).code).toBe(5);
    expect(moving.stderr).toContain('The database does not answer: ');
    expect(moving.stderr).toContain(goOn);
    expect(await moved(through(from), through(to))).toMatchObject({ begun: 'resumed' });
    expect(await everythingAt(to)).toEqual(before);
  });

  test('an unfinished copy of something else is not touched', async () => {
    const [from, to] = [await crowded(one), await places[other]()];
    const moving = await underWay(from, to);
    moving.child.kill('SIGKILL');
    await moving.exited;
    const stranger = await places[one]();
    await fill(stranger);
    const refused = await move(stranger, to);
    expect([refused.code, refused.stderr]).toEqual([
      4,
      expect.stringContaining('holds an unfinished copy of'),
    ]);
    expect(await moved(from, to)).toMatchObject({ begun: 'resumed' });
  });
});

test('a draft that is not a database any more is begun again', async () => {
  const [from, to] = [await places.sqlite(), await places.sqlite()];
  await fill(from);
  writeFileSync(`${fileOf(to)}.migrating`, 'no database at all. '.repeat(1_000));
  expect(await moved(from, to)).toMatchObject({ begun: 'afresh' });
});
