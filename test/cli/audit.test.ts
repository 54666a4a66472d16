/** `gatehouse audit`: what happened is shown, written out whole, and checked. */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { digest } from '../../src/crypto/ids.ts';
import { openSqliteStore } from '../../src/storage/sqlite/store.ts';
import { command, commandEnvironment, commandsOver } from '../support/command.ts';
import { gather, until } from '../support/process.ts';
import { theProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/server.ts';

const freshFile = () => join(temporaryFolder(), 'gatehouse.db');

/** A database with so many entries about users `1` to `3` in turn. */
async function withEntries(count: number): Promise<string> {
  const file = freshFile();
  const store = openSqliteStore(file, digest);
  const about = { outcome: 'ok', contract: 'rest', network: '192.0.2.1', requestId: 'r' };
  await Promise.all(
    Array.from({ length: count }, (_, n) =>
      store.audit.append(
        { ...about, at: 1_000 + n, event: `event${n + 1}` },
        { userId: String((n % 3) + 1) },
      ),
    ),
  );
  await store.close();
  return file;
}

test('tail: the newest, oldest of them first', async () => {
  const run = commandsOver(await withEntries(50));
  const events = async (words: string) =>
    (await run(`audit tail --json ${words}`.trim())).json.map(({ event }) => event);
  expect(await events('')).toEqual(Array.from({ length: 20 }, (_, n) => `event${n + 31}`));
  expect(await events('--lines 2')).toEqual(['event49', 'event50']);
  expect(await events('--lines 2 --user 1')).toEqual(['event46', 'event49']);
  expect((await run('audit tail --lines 1')).stdout).toMatch(
    /^TIME +EVENT +OUTCOME +CONTRACT +NETWORK +HANDLE +USER\n1970-01-01 00:00:01Z +event50 +ok +rest +192\.0\.2\.1 +- +2\n$/,
  );
});

test('tail: entries of a user by name, and of a deleted user by id', async () => {
  const file = freshFile();
  const run = commandsOver(file);
  const [ada] = (await run('user add ada --json')).json;
  expect((await run('audit tail')).stdout).toMatch(/ register .* ada\n/);
  await run('user delete ada --yes');
  const gone = (await run(`audit tail --json --user ${ada?.['id']}`)).json.map(({ event }) => event);
  expect(gone).toEqual(['register', 'password_link', 'account_delete']);
  const missing = await command(['audit', 'tail', '--user', 'ada'], { file });
  expect([missing.code, missing.stdout]).toEqual([3, '']);
});

test('tail --follow: prints new entries', async () => {
  const file = freshFile();
  const run = commandsOver(file);
  await run('user add ada');
  const following = gather(
    spawn(process.execPath, [await theProgram(), 'audit', 'tail', '--follow', '--json'], {
      env: commandEnvironment({ file }),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const shows = (text: string) => until(() => (following.stdout.includes(text) ? true : undefined), text);
  await shows('password_link');
  await run('user disable ada');
  await shows('account_disable');
  following.child.kill('SIGINT');
  await following.exited;
  const events = following.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).event);
  expect(events).toEqual(['register', 'password_link', 'account_disable']);
});

test('tail needs a number of lines', async () => {
  for (const lines of ['0', '-1', 'ten', '1e3', '']) {
    const refused = await command(['audit', 'tail', `--lines=${lines}`], { file: freshFile() });
    expect([lines, refused.code, refused.stdout]).toEqual([lines, 2, '']);
  }
});

test('export: everything, oldest first, with the hashes that chain it', async () => {
  const file = await withEntries(2_345);
  const run = commandsOver(file);
  const { json } = await run('audit export');
  expect(json.map(({ seq }) => seq)).toEqual(Array.from({ length: 2_345 }, (_, n) => n + 1));
  let hash = '0'.repeat(64);
  for (const entry of json) {
    const { seq, at, event, outcome, user_id, handle, contract, network, request_id } = entry;
    const fields = [
      seq,
      Date.parse(String(at)),
      event,
      outcome,
      user_id,
      handle,
      contract,
      network,
      request_id,
    ];
    hash = digest(hash + JSON.stringify(fields));
    expect(entry['hash']).toBe(hash);
  }
  const ofOne = (await run('audit export --user 3')).json;
  expect(ofOne).toEqual(json.filter((entry) => entry['user_id'] === '3'));
});

test('export --output: a new file, for its owner alone', async () => {
  const file = await withEntries(3);
  const output = join(temporaryFolder(), 'audit.jsonl');
  const said = await commandsOver(file)(`audit export --output ${output}`);
  expect([said.stdout, said.stderr]).toEqual(['', '3 entries.\n']);
  expect(readFileSync(output, 'utf8').split('\n')).toHaveLength(4);
  expect(statSync(output).mode & 0o777).toBe(0o600);
  writeFileSync(output, 'precious');
  const refused = await command(['audit', 'export', '--output', output], { file });
  expect([refused.code, refused.stdout]).toEqual([4, '']);
  expect(readFileSync(output, 'utf8')).toBe('precious');
  const nowhere = await command(['audit', 'export', '--output', join(output, 'x')], { file });
  expect(nowhere.code).not.toBe(0);
  const missing = join(temporaryFolder(), 'missing', 'x');
  expect((await command(['audit', 'export', '--output', missing], { file })).code).toBe(3);
  expect(existsSync(missing)).toBe(false);
});

test('a reader that closes the pipe early is not a failure', async () => {
  const file = await withEntries(20_000);
  const child = spawn(process.execPath, [await theProgram(), 'audit', 'export'], {
    env: commandEnvironment({ file }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.once('data', () => child.stdout.destroy());
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  expect([code, stderr]).toEqual([0, '']);
});

test('verify: an intact chain, and one that was changed', async () => {
  const file = await withEntries(1_500);
  const run = commandsOver(file);
  const end = expect.stringMatching(/^1500:[\da-f]{64}$/);
  expect((await run('audit verify --json')).json).toEqual([{ intact: true, entries: 1_500, end }]);
  expect((await run('audit verify')).stdout).toMatch(/^Intact: 1500 entries\.\nEnd: 1500:[\da-f]{64}\n$/);
  const db = new DatabaseSync(file);
  db.exec("UPDATE audit SET outcome = 'changed' WHERE seq = 1234");
  db.close();
  const broken = await command(['audit', 'verify', '--json'], { file });
  expect([broken.code, broken.json]).toEqual([1, [{ intact: false, broken_at: 1234 }]]);
  const said = await command(['audit', 'verify'], { file });
  expect([said.code, said.stdout]).toEqual([1, 'Broken: entry 1234 is changed, missing or out of place.\n']);
});
