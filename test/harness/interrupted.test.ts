/** Whatever ends a test run, no PostgreSQL server and no folder survives it. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../support/postgres/processes.ts';
import { pidFile } from '../support/postgres/remains.ts';
import { gather, root, until } from '../support/process.ts';

test.concurrent.for(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'a test run that is ended by %s leaves no server and no folder',
  // Three runs at once, each with servers of its own, take a while to start on a busy machine.
  { timeout: 150_000 },
  async (signal, { onTestFinished }) => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const config = join(import.meta.dirname, 'interrupted/vitest.config.ts');
    const run = gather(
      // Without the marks of the run it is started by.
      spawn(process.execPath, [vitest, 'run', '--config', config], {
        env: { PATH: process.env['PATH'] },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
      onTestFinished,
    );
    const told = await until(
      () => /^STARTED (.*)$/m.exec(run.stderr + run.stdout)?.[1],
      'the servers',
      run.exited,
      120_000,
    );
    // Two servers of a test, of which one is frozen, and the one that all tests share.
    const folders = JSON.parse(told) as string[];
    const pids = folders.map((folder) => Number(pidFile(folder)?.pid));
    expect(pids.length).toBe(3);
    expect(pids.every(isAlive)).toBe(true);
    run.child.kill(signal);
    await until(() => (pids.some(isAlive) ? undefined : true), `the end of ${pids}`);
    const homes = folders.map((folder) => dirname(dirname(folder)));
    await until(() => (homes.some(existsSync) ? undefined : true), `the end of ${homes}`);
  },
);
