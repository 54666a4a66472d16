/** A development server that loads modules again: no second writer, and nothing that keeps the process alive. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { root } from '../../support/docs.ts';
import { gather } from '../../support/process.ts';
import { temporaryFolder } from '../../support/server.ts';
import { optionsFor } from './support/application.ts';

/** The adapter as a server has it that has dropped all modules it had loaded. */
async function loadAgain() {
  vi.resetModules();
  return (await import('../../../src/adapters/express.ts')).gatehouse;
}

test('modules that are loaded again find the database that is open', async () => {
  const { options } = optionsFor();
  const [first, second] = [await loadAgain(), await loadAgain()];
  expect(first).not.toBe(second);
  const [before, after] = [first(options), second(options)];
  onTestFinished(() => after.close());
  expect(await after.ready).toBe(await before.ready);
});

test('with settings that were edited the database is closed, and then opened again', async () => {
  const { options, settings } = optionsFor();
  const before = (await loadAgain())(options);
  const old = await before.ready;
  const after = (await loadAgain())({ ...options, settings: { ...settings, registration: 'closed' } });
  onTestFinished(() => after.close());
  expect(await after.ready).not.toBe(old);
  const headers = new Headers({ cookie: 'session_id=00000000-0000-4000-8000-000000000000' });
  expect(await old.session(headers)).toMatchObject({ status: 'unknown' });
  expect(await after.session({ headers } as never)).toEqual({ status: 'none' });
});

test('after a start that failed the next one is tried anew', async () => {
  const { options, settings } = optionsFor();
  const gatehouse = await loadAgain();
  const broken = gatehouse({
    ...options,
    settings: { ...settings, databaseUrl: `file:${temporaryFolder()}` },
  });
  await expect(broken.ready).rejects.toThrow();
  const mended = gatehouse(options);
  onTestFinished(() => mended.close());
  await expect(mended.ready).resolves.toHaveProperty('fetch');
});

/** Runs a program that may import `gatehouse`, and waits for its end. */
async function run(program: string) {
  const adapter = join(root, 'src/adapters/express.ts');
  const child = gather(
    spawn(process.execPath, ['--input-type=module', '--eval', program.replaceAll('ADAPTER', adapter)], {
      cwd: temporaryFolder(),
      env: { PATH: process.env['PATH'], GATEHOUSE_PBKDF2_ITERATIONS: '1000' },
    }),
  );
  return { ...(await child.exited), stdout: child.stdout, stderr: child.stderr };
}

test('a process that has loaded the adapter again and again ends by itself once it is closed', async () => {
  const ended = await run(`
    const loaded = [];
    for (const n of [1, 2, 3]) {
      const { gatehouse } = await import('ADAPTER?' + n);
      loaded.push(gatehouse());
      await loaded.at(-1).ready;
    }
    await loaded.at(-1).close();
    await loaded[0].close();
    console.log('closed');`);
  expect(ended).toEqual({ code: 0, signal: null, stdout: 'closed\n', stderr: '' });
});

test('a start that cannot succeed ends the process with its sentence, also after a request', async () => {
  const ended = await run(`
    process.env.GATEHOUSE_REGISTRATION = 'nonsense';
    const { gatehouse } = await import('ADAPTER');
    const auth = gatehouse();
    auth({ url: '/', headers: {}, rawHeaders: [] }, {}, () => {});
    setInterval(() => {}, 1_000);`);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('GATEHOUSE_REGISTRATION');
});
