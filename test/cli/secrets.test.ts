/** Secrets reach a command as they were meant, or not at all: never as an argument, never as other characters. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command, commandEnvironment, commandsOver } from '../support/command.ts';
import { fill, inStore, places } from '../support/moving.ts';
import { gather, startProcess } from '../support/process.ts';
import { theProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/server.ts';

const freshFile = () => join(temporaryFolder(), 'gatehouse.db');

/** Runs `user add` with bytes on standard input. */
const add = (file: string, name: string, input: Uint8Array | string) =>
  command(['user', 'add', name, '--password-stdin'], { file, input });

test('a password that is one line of UTF-8 is the one that its owner types, however the line ends', async () => {
  const server = await startProcess();
  const cases = [
    ['lf@example.com', 'Grüße aus Köln\n', 'Grüße aus Köln'],
    ['crlf@example.com', 'Grüße aus Köln\r\n', 'Grüße aus Köln'],
    ['end@example.com', 'Grüße aus Köln', 'Grüße aus Köln'],
    ['blank@example.com', '  with blanks\t\n', '  with blanks\t'],
  ] as const;
  for (const [email, input, password] of cases) {
    expect([email, (await add(server.file, email, input)).code]).toEqual([email, 0]);
    expect((await server.post('/auth/login', { email, password })).status).toBe(200);
  }
});

test.each([
  ['Latin-1', Buffer.from('Grüße aus Köln\n', 'latin1'), 'must be UTF-8'],
  ['UTF-16 with a byte order mark', Buffer.from('\ufeffstrongpassword', 'utf16le'), 'must be UTF-8'],
  ['a character cut short', Buffer.from('strongpasswordé').subarray(0, -1), 'must be UTF-8'],
  ['a character that stands for what could not be read', 'strong\ufffdpassword\n', 'must be UTF-8'],
  ['a byte order mark', '\ufeffstrongpassword\n', 'byte order mark'],
  ['a second line', 'strongpassword\nanother one\n', 'more than one line'],
  ['a second line that is empty', 'strongpassword\n\n', 'more than one line'],
  ['an empty line before it', '\nstrongpassword\n', 'more than one line'],
  ['an old line end', 'strongpassword\rmore', 'more than one line'],
  ['a carriage return at its end', 'strongpassword\r', 'more than one line'],
  ['an empty line', '\n', 'first line is empty'],
  ['an empty CRLF line', '\r\n', 'first line is empty'],
  ['nothing', '', 'first line is empty'],
  ['more than 16 KiB', 'a'.repeat(16_385), 'longer than 16 KiB'],
])('refused as a password: %s', async (_what, input, sentence) => {
  const file = freshFile();
  const refused = await add(file, 'grace', input);
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([2, '', expect.stringContaining(sentence)]);
  expect(refused.stderr).not.toContain('strong');
  expect((await command(['user', 'list'], { file })).code).toBe(5);
});

test('up to 16 KiB are read, and the rule for passwords decides', async () => {
  const refused = await add(freshFile(), 'grace', `${'a'.repeat(16_383)}\n`);
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('at most 256 characters')]);
});

test('a command stops reading after 16 KiB', async () => {
  const file = freshFile();
  await commandsOver(file)('user add ada');
  for (const words of [
    ['user', 'add', 'grace', '--password-stdin'],
    ['explain'],
    ['doctor', 'cookie', 'https://app.example.com/'],
  ]) {
    const child = spawn(process.execPath, [await theProgram(), ...words], {
      env: commandEnvironment({ file }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const running = gather(child);
    child.stdin.on('error', () => {});
    const more = () => {
      while (!child.stdin.destroyed && child.stdin.write(Buffer.alloc(65_536, 'a')));
    };
    child.stdin.on('drain', more);
    more();
    const { code } = await running.exited;
    expect([words, code, running.stderr]).toEqual([words, 2, expect.stringContaining('It is longer than')]);
  }
});

test('an address with a password is refused as an argument, and a variable that holds it is taken', async () => {
  const [from, to] = [await places.sqlite(), await places.postgres()];
  await fill(from);
  const inQuery = new URL(to);
  inQuery.password = '';
  inQuery.searchParams.set('password', 'hunter22');
  const inPlace = new URL(to);
  inPlace.password = 'hunter22';
  for (const address of [String(inPlace), String(inQuery)]) {
    for (const [words, option] of [
      [['--from', from, '--to', address], '--to'],
      [['--from', address, '--to', from], '--from'],
    ] as const) {
      const refused = await command(['migrate', ...words], { file: '' });
      expect([refused.code, refused.stdout]).toEqual([2, '']);
      expect(refused.stderr).toContain(`${option} contains a password`);
      expect(refused.stderr).toContain(`${option} env:POSTGRES_URL`);
      expect(refused.stderr).not.toContain('hunter22');
    }
  }
  await inStore(from, ({ ping }) => ping());
  for (const [environment, sentence] of [
    [{}, '--to names the environment variable NEW_PLACE, which is not set.'],
    [{ NEW_PLACE: ' ' }, '--to names the environment variable NEW_PLACE, which is not set.'],
    [
      { NEW_PLACE: 'mysql://root:hunter22@localhost/x' },
      '--to has an unusable value; expected a `file:` path',
    ],
  ] as const) {
    const refused = await command(['migrate', '--from', from, '--to', 'env:NEW_PLACE'], {
      file: '',
      environment,
    });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(sentence)]);
    expect(refused.stderr).not.toContain('hunter22');
  }
  const said = await command(['migrate', '--from', from, '--to', 'env:NEW_PLACE'], {
    file: '',
    environment: { NEW_PLACE: to },
  });
  expect([said.code, said.stdout]).toEqual([0, expect.stringContaining('Everything in file:')]);
});

test('an address of a web server with a password is refused as an argument', async () => {
  for (const words of [
    ['doctor', '--url', 'https://ada:hunter22@app.example.com/'],
    ['doctor', 'cookie', 'https://ada:hunter22@app.example.com/'],
  ]) {
    const refused = await command(words, { file: freshFile() });
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('must not contain a user or a password');
    expect(refused.stderr).not.toContain('hunter22');
  }
});
