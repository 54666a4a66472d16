/** The end of the audit's chain: noted elsewhere, it shows that the newest entries were cut off (ruling P12). */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, commandEnvironment, commandsOver } from '../support/command.ts';
import { query } from '../support/database.ts';
import { spread } from '../support/length.ts';
import { context, inStore, places } from '../support/moving.ts';
import { root, startProcess, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const verify = (url: string, ...words: string[]) =>
  command(['audit', 'verify', '--json', ...words], { file: '', environment: { DATABASE_URL: url } });

async function leave(url: string, count: number): Promise<void> {
  await inStore(url, async ({ audit }) => {
    for (let n = 0; n < count; n += 1) await audit.append(context('login', 1_000 + n), {});
  });
}

/** What a person who may write to the database can do: cut off the newest entries, and correct the end. */
async function cutOff(url: string, behind: number): Promise<void> {
  const on = { database: url };
  await query(on, `DELETE FROM audit WHERE seq > ${behind}`);
  await query(
    on,
    `UPDATE audit_ends SET last_seq = ${behind}, last_hash = (SELECT hash FROM audit WHERE seq = ${behind})`,
  );
}

describe.each(['sqlite', 'postgres'] as const)('%s', (place) => {
  test('an end that was noted is found again, and is reported missing after entries were cut off', {
    timeout: 90_000,
  }, async () => {
    const url = await places[place]();
    await leave(url, 10);
    const before = await verify(url);
    const end = String(before.json[0]?.['end']);
    expect(before.json).toEqual([
      { intact: true, entries: 10, end: expect.stringMatching(/^10:[\da-f]{64}$/) },
    ]);
    await leave(url, 5);
    const later = String((await verify(url)).json[0]?.['end']);
    for (const noted of [end, end.toUpperCase(), later, `0:${'0'.repeat(64)}`])
      expect([noted, (await verify(url, '--end', noted)).code]).toEqual([noted, 0]);

    await cutOff(url, 12);
    const unaware = await verify(url);
    expect([unaware.code, unaware.json[0]?.['intact']]).toEqual([0, true]);
    const cut = await verify(url, '--end', later);
    expect([cut.code, cut.json]).toEqual([
      1,
      [{ intact: false, lacks: later, because: 'missing', entries: 12, end: unaware.json[0]?.['end'] }],
    ]);
    expect((await verify(url, '--end', end)).code).toBe(0);

    // As many entries as there were, and others.
    await leave(url, 8);
    expect((await verify(url, '--end', later)).code).toBe(1);
    const said = await command(['audit', 'verify', '--end', later], {
      file: '',
      environment: { DATABASE_URL: url },
    });
    expect([said.code, said.stdout]).toEqual([
      1,
      expect.stringMatching(
        /^Broken: the chain does not hold 15:[\da-f]{64}\. Entries were cut off or replaced /,
      ),
    ]);
  });

  test('an end older than the kept entries is reported differently from a missing one, and also fails', async () => {
    const url = await places[place]();
    await leave(url, 10);
    const ends: string[] = [];
    await inStore(url, async ({ audit }) => {
      for (const { seq, hash } of await audit.read({ after: 0, limit: 10 })) ends.push(`${seq}:${hash}`);
      expect(await audit.sweep(1_004, 100)).toBe(4);
    });
    const swept = await verify(url, '--end', String(ends[2]));
    expect([swept.code, swept.json[0]?.['because']]).toEqual([1, 'swept']);
    for (const kept of [3, 4, 9]) expect((await verify(url, '--end', String(ends[kept]))).code).toBe(0);
    const wrong = await verify(url, '--end', `4:${'f'.repeat(64)}`);
    expect([wrong.code, wrong.json[0]?.['because']]).toEqual([1, 'missing']);
  });

  test('the log of a server has the end with a sweep once it has moved, and when it stops', {
    timeout: 90_000,
  }, async () => {
    const url = await places[place]();
    const server = await startProcess({ DATABASE_URL: url, GATEHOUSE_SWEEP_SECONDS: '1' });
    const ends = () => server.log.filter(({ msg }) => msg === 'audit end').map(({ end }) => String(end));
    await until(() => ends()[0], 'the first end');
    expect(ends()).toEqual([`0:${'0'.repeat(64)}`]);
    await server.post('/auth/register', { email: 'ada@example.com', password: 'strongpassword' });
    await until(() => ends()[1], 'the second end');
    await until(() => (server.log.length > 0 ? true : undefined), 'a line');
    // Some sweeps later nothing has moved, and nothing is said.
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect(ends()).toHaveLength(2);
    await server.post('/auth/login', { email: 'ada@example.com', password: 'strongpassword' });
    await server.stop();
    expect(ends()).toHaveLength(3);
    for (const end of ends()) expect((await verify(url, '--end', end)).code).toBe(0);
    expect(ends().at(-1)).toBe((await verify(url)).json[0]?.['end']);
  });
});

test('several workers note the end once', { timeout: 90_000 }, async () => {
  const server = await startProcess({ GATEHOUSE_WORKERS: '2', GATEHOUSE_SWEEP_SECONDS: '1' });
  await until(() => server.log.find(({ msg }) => msg === 'audit end'), 'an end');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await server.stop();
  expect(server.log.filter(({ msg }) => msg === 'audit end')).toHaveLength(1);
});

const noEnds = ['', '5', '5:', 'x:y', `-1:${'0'.repeat(64)}`, `5:${'0'.repeat(63)}`, `5:${'g'.repeat(64)}`];

test.each(spread(noEnds, 4))('--end needs a number and a hash: %j', async (end) => {
  const refused = await command(['audit', 'verify', `--end=${end}`], { file: 'unused.db' });
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([
    2,
    '',
    expect.stringContaining('--end must be SEQ:HASH'),
  ]);
});

test('the example of docs/operating.md finds the last end in a log and checks it', {
  timeout: 90_000,
}, async () => {
  const docs = readFileSync(join(root, 'docs/operating.md'), 'utf8');
  const example = /```sh\n([^`]*audit verify --end[^`]*)```/.exec(docs)?.[1] ?? '';
  const folder = temporaryFolder();
  const file = join(folder, 'gatehouse.db');
  const server = await startProcess({}, { file });
  await server.post('/auth/register', { email: 'ada@example.com', password: 'strongpassword' });
  await server.stop();
  writeFileSync(join(folder, 'gatehouse.log'), server.stdout);
  const run = () =>
    spawnSync(
      'sh',
      [
        '-c',
        example.replace('gatehouse audit', `'${process.execPath}' '${join(root, 'bin/gatehouse.js')}' audit`),
      ],
      {
        cwd: folder,
        env: commandEnvironment({ file }),
        encoding: 'utf8',
      },
    );
  expect([run().status, run().stdout]).toEqual([0, expect.stringContaining('Intact: ')]);
  await commandsOver(file)('user disable ada@example.com');
  await cutOff(`file:${file}`, 1);
  expect([run().status, run().stdout]).toEqual([1, expect.stringContaining('the chain does not hold')]);
});
