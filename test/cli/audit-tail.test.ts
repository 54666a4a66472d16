/** `gatehouse audit tail --follow --after`: no entry is left out, across ends of the command, of the database and of nodes. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Store } from '../../src/storage/port/port.ts';
import { command, commandEnvironment, commandsOver } from '../support/command.ts';
import { inStore, places } from '../support/moving.ts';
import { queryAt } from '../support/postgres/store-fixture.ts';
import { type Child, gather, until } from '../support/process.ts';
import { theProgram } from '../support/program.ts';
import { startProxy } from '../support/proxy.ts';
import { temporaryFolder } from '../support/server.ts';

type Entry = Record<string, unknown>;

const engines = ['sqlite', 'postgres'] as const;

const newPlace = async (engine: (typeof engines)[number]) =>
  engine === 'postgres' ? await places.postgres() : `file:${join(temporaryFolder(), 'gatehouse.db')}`;

async function append(store: Store, from: number, to: number, at = 1_000): Promise<void> {
  const about = { outcome: 'ok', contract: 'rest', network: '192.0.2.1', requestId: 'r' };
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  // All at once, so that they share transactions; their order is that of the calls.
  await Promise.all(
    numbers.map((n) =>
      store.audit.append({ ...about, at: at + n, event: `event${n}` }, { userId: String(n % 3) }),
    ),
  );
}

/** A command that follows, with JSON on its standard output. */
async function followed(address: string, ...words: readonly string[]): Promise<Child> {
  const args = ['audit', 'tail', '--follow', '--json', ...words];
  return gather(
    spawn(process.execPath, [await theProgram(), ...args], {
      env: commandEnvironment({ file: '', environment: { DATABASE_URL: address } }),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
}

/** A command starts late on a machine that is busy. */
const patienceMs = 60_000;

/** The entries in the complete lines of an output: a process that was killed may have left a part of one. */
const entriesOf = (stdout: string): Entry[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);

const hasLines = (child: Child, count: number) =>
  until(
    () => (child.stdout.split('\n').length > count ? true : undefined),
    `${count} lines; standard error: ${child.stderr}`,
    child.exited,
    patienceMs,
  );

const end = async (child: Child, signal: NodeJS.Signals) => {
  child.child.kill(signal);
  return await child.exited;
};

test.each(engines)(
  'on %s: killed again and again while two nodes write, it shows every entry once and in order',
  async (engine) => {
    const address = await newPlace(engine);
    const seen: Entry[] = [];
    await inStore(address, (one) =>
      inStore(address, async (other) => {
        await append(one, 1, 50);
        let isOver = false;
        const write = async (store: Store) => {
          for (let n = 51; !isOver; n += 1) {
            await append(store, n, n);
            await sleep(10);
          }
        };
        const writing = Promise.all([write(one), write(other)]);
        for (const wanted of [20, 80]) {
          const { seq = 0, hash } = seen.at(-1) ?? {};
          const child = await followed(address, '--after', hash === undefined ? '0' : `${seq}:${hash}`);
          await hasLines(child, wanted);
          await end(child, 'SIGKILL');
          seen.push(...entriesOf(child.stdout));
        }
        isOver = true;
        await writing;
        const last = await followed(address, '--after', String(seen.at(-1)?.['seq']));
        await hasLines(last, (await one.audit.ends()).last.seq - seen.length);
        // So at least three entries arrive while it follows.
        await append(other, 1, 3);
        await hasLines(last, (await one.audit.ends()).last.seq - seen.length);
        expect(await end(last, 'SIGINT')).toEqual({ code: 130, signal: null });
        seen.push(...entriesOf(last.stdout));
      }),
    );
    const { json } = await commandsOver('', { DATABASE_URL: address })('audit export');
    expect(json.length).toBeGreaterThan(100);
    expect(seen).toEqual(json);
  },
);

test('it waits for a database that does not answer, says so once, and leaves no entry out', async () => {
  const address = await places.postgres();
  const proxy = await startProxy(Number(new URL(address).port));
  await inStore(address, async (store) => {
    await append(store, 1, 3);
    const child = await followed(proxy.url(address), '--after', '1');
    await hasLines(child, 2);
    proxy.refuse();
    proxy.cut();
    await until(() => (child.stderr === '' ? undefined : true), 'a note', child.exited);
    await append(store, 4, 6);
    await proxy.accept();
    await hasLines(child, 5);
    await append(store, 7, 7);
    await hasLines(child, 6);
    expect(await end(child, 'SIGTERM')).toEqual({ code: 143, signal: null });
    expect(entriesOf(child.stdout).map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(child.stderr).toMatch(
      /^The database does not answer, and is asked again: [^\n]+\nThe database answers again\.\n$/,
    );
  });
});

test.each(engines)(
  'on %s: --after shows all entries behind one, and fails where some are missing',
  async (engine) => {
    const address = await newPlace(engine);
    await inStore(address, async (store) => {
      await append(store, 1, 1_500);
      await store.audit.sweep(1_000 + 101, 200);
    });
    const tail = (...words: string[]) =>
      command(['audit', 'tail', '--json', ...words], { file: '', environment: { DATABASE_URL: address } });
    const all = (await tail('--after', '0')).json;
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_400 }, (_, n) => n + 101));
    expect((await tail('--after', '100')).json).toEqual(all);
    expect((await tail('--after', `1498:${all.at(-3)?.['hash']}`)).json).toEqual(all.slice(-2));
    expect((await tail('--after', '1500')).json).toEqual([]);
    // The entry of the position is about another user.
    expect((await tail('--after', '1490', '--user', '1')).json.map(({ seq }) => seq)).toEqual([
      1492, 1495, 1498,
    ]);

    const refused = async (...words: string[]) => {
      const { code, stdout, stderr } = await tail(...words);
      return [code, stdout, stderr.trimEnd().split('\n')[0]];
    };
    expect(await refused('--after', '99')).toEqual([
      1,
      '',
      'The entries 100 to 100 are not kept any more. To go on behind them, use `--after 100`.',
    ]);
    expect(await refused('--after', '1501')).toEqual([
      1,
      '',
      'The audit does not contain the entry 1501: it ends at 1500. Another database, or a backup that was restored, has another history.',
    ]);
    expect(await refused('--after', `1400:${'0'.repeat(64)}`)).toEqual([
      1,
      '',
      expect.stringMatching(/^The audit does not contain the entry 1400 with this hash: it ends at 1500\./),
    ]);
  },
);

test('a chain that is cut under a reader that follows it, as by a backup that is restored, ends the command', async () => {
  const address = await places.postgres();
  await inStore(address, (store) => append(store, 1, 3));
  const child = await followed(address, '--after', '0');
  await hasLines(child, 3);
  await queryAt(
    address,
    ['DELETE FROM audit WHERE seq > 1'],
    ['UPDATE audit_ends SET last_seq = 1, last_hash = (SELECT hash FROM audit WHERE seq = 1)'],
  );
  expect(await child.exited).toEqual({ code: 1, signal: null });
  expect(child.stderr).toMatch(/^The audit does not contain the entry 3 with this hash: it ends at 1\./);
});

test('--after needs a number or a link of the chain, and stands alone', async () => {
  for (const after of ['-1', '01', '5:abc'])
    expect(await command(['audit', 'tail', `--after=${after}`], { file: 'x' })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--after must be the `seq` of an entry'),
    });
  expect(await command(['audit', 'tail', '--after', '1', '--lines', '5'], { file: 'x' })).toMatchObject({
    code: 2,
    stdout: '',
  });
});

test('it ends at a signal though its reader hangs, and without an error where its reader has gone', async () => {
  const address = await newPlace('sqlite');
  await inStore(address, (store) => append(store, 1, 3_000));
  const start = async () =>
    spawn(process.execPath, [await theProgram(), 'audit', 'tail', '--follow', '--json', '--after', '0'], {
      env: commandEnvironment({ file: '', environment: { DATABASE_URL: address } }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const hung = await start();
  hung.stdout.once('readable', () => {});
  await once(hung.stdout, 'readable');
  hung.kill('SIGTERM');
  expect(await once(hung, 'exit')).toEqual([143, null]);

  const left = await start();
  let stderr = '';
  left.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  left.stdout.once('data', () => left.stdout.destroy());
  expect(await once(left, 'exit')).toEqual([0, null]);
  expect(stderr).toBe('');
});
