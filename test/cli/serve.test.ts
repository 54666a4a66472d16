/** The program chooses between the server and its commands, and ends with the code that was promised. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../support/command.ts';
import { gather, root, startProcess, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const freshFile = () => join(temporaryFolder(), 'gatehouse.db');

test('gatehouse alone starts the server, and loads no command', async () => {
  const server = await startProcess({ NODE_DEBUG: 'esm' }, { isSources: true });
  expect(await server.send({ path: '/readyz' })).toMatchObject({ status: 200 });
  expect(server.stderr).toMatch(/src\/server\//);
  expect(server.stderr).not.toMatch(/commander|cli-progress|src\/cli\//);
  expect((await server.stop()).code).toBe(0);
});

test('gatehouse serve starts the server', async () => {
  const child = spawn(process.execPath, [join(root, 'bin/gatehouse.js'), 'serve'], {
    env: { PATH: process.env['PATH'], PORT: '0', DATABASE_URL: `file:${freshFile()}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const serving = gather(child);
  await until(() => /"msg":"listening"/.exec(serving.stdout)?.[0], 'the server', serving.exited);
  child.kill('SIGTERM');
  expect((await serving.exited).code).toBe(0);
});

test('--version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const said = await command(['--version'], { file: freshFile() });
  expect([said.code, said.stdout, said.stderr]).toEqual([0, `${version}\n`, '']);
});

test.each([
  [['--help'], 0],
  [['help'], 0],
  [['user', '--help'], 0],
  [['user', 'help', 'add'], 0],
  [['user'], 2],
  [['nonsense'], 2],
  [['user', 'nonsense'], 2],
  [['--nonsense'], 2],
  [['user', 'list', '--nonsense'], 2],
  [['user', 'show'], 2],
  [['user', 'show', 'ada', 'bob'], 2],
  [['user', 'list', 'ada'], 2],
  [['serve', '--port', '1'], 2],
  [['serve', 'now'], 2],
  [['doctor', 'nonsense'], 2],
])('%j ends with %i', async (words, code) => {
  const said = await command(words, { file: freshFile() });
  expect(said.code).toBe(code);
  expect(code === 0 ? said.stderr : said.stdout).toBe('');
});

test('settings that cannot be used are all named', async () => {
  const environment = { PORT: '65536', GATEHOUSE_NONSENSE: '1' };
  const said = await command(['user', 'list'], { file: freshFile(), environment });
  expect([said.code, said.stdout]).toEqual([2, '']);
  expect(said.stderr).toContain('PORT is "65536"');
  expect(said.stderr).toContain('GATEHOUSE_NONSENSE is not a setting');
});

test('messages at a terminal have no stack trace', async () => {
  const file = join(temporaryFolder(), 'gatehouse.db');
  const said = await command(['user', 'add', 'ada'], { file: join(file, '\u0000') }).catch((error) => error);
  expect(String(said.stderr ?? said)).not.toMatch(/\n {4}at /);
});
