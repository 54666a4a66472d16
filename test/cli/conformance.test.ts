/** The command `gatehouse conformance`: its options, its exit codes, and a report that a CI system can read. */

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { command, commandEnvironment } from '../support/command.ts';
import { joe, register } from '../support/contracts.ts';
import { countRows } from '../support/database.ts';
import { gather, until } from '../support/process.ts';
import { theProgram } from '../support/program.ts';
import { startServer, temporaryFolder } from '../support/server.ts';

const run = (...words: string[]) => command(['conformance', ...words], { file: 'none' });

/** A file with a text in it. */
function fileWith(text: string): string {
  const file = join(temporaryFolder(), 'password');
  writeFileSync(file, text);
  return file;
}

/** The elements of an XML document, each as its name and attributes; throws if it is not well-formed. */
function elementsOf(xml: string): { name: string; attributes: Record<string, string> }[] {
  const found = [];
  const open: string[] = [];
  const text = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const token = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<>]+)/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const [, isEnd, name, attributes = '', isEmpty, words] = token.exec(text) ?? [];
    const stray = /&(?!(?:amp|lt|gt|quot|apos);)/.exec(words ?? attributes);
    if ((name === undefined && words === undefined) || stray || (words?.trim() && open.length === 0))
      throw new Error(`not well-formed at ${at}: ${text.slice(at, at + 80)}`);
    if (name === undefined) continue;
    if (isEnd) expect(open.pop()).toBe(name);
    else {
      found.push({ name, attributes: Object.fromEntries(pairsOf(attributes)) });
      if (!isEmpty) open.push(name);
    }
  }
  expect(open).toEqual([]);
  return found;
}

const pairsOf = (text: string) =>
  [...text.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value] as const);

test('a user that exists is taken with the password of a file, and no account is registered', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const file = fileWith(`${joe.password}\r\n`);
  const output = join(temporaryFolder(), 'report.xml');
  const account = ['--contract', 'envelope', '--user', joe.username, '--password-file', file];
  const said = await run('--url', server.url, ...account, '--format', 'junit', '--output', output);
  expect([said.code, said.stdout, said.stderr]).toEqual([0, '', '']);
  expect(await countRows(server, 'users')).toBe(1);
  const elements = elementsOf(readFileSync(output, 'utf8'));
  const [suites, suite] = elements;
  expect([suites?.name, suite?.name, suite?.attributes['name']]).toEqual([
    'testsuites',
    'testsuite',
    'envelope',
  ]);
  const cases = elements.filter(({ name }) => name === 'testcase');
  expect(cases).toHaveLength(Number(suite?.attributes['tests']));
  expect(cases.length).toBeGreaterThan(60);
  expect(elements.filter(({ name }) => name === 'failure')).toEqual([]);
});

test('a wrong password is told in cases that are inconclusive, and is in no report', async () => {
  const server = await startServer();
  const file = fileWith('the wrong & secret one');
  const account = ['--contract', 'envelope', '--user', 'joe', '--password-file', file];
  for (const format of ['people', 'json', 'junit']) {
    const said = await run('--url', server.url, ...account, '--format', format, '--strict');
    expect(said.stdout).not.toMatch(/secret one/);
    expect(said.stdout).toContain('envelope.login');
    if (format === 'junit') expect(elementsOf(said.stdout).length).toBeGreaterThan(60);
    if (format === 'json') expect(JSON.parse(said.stdout).counts.inconclusive).toBeGreaterThan(10);
  }
});

test('headers come with every request, the pace is kept, and a server that cannot be judged is exit code 6', async () => {
  const seen: { headers: IncomingHttpHeaders; atMs: number }[] = [];
  const server = createServer(({ headers }, response) => {
    seen.push({ headers, atMs: performance.now() });
    response.writeHead(502).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = ['--header', 'X-Key: a b', '--header', 'X-Other:1'];
  const output = join(temporaryFolder(), 'report.xml');
  const said = await run('--url', url, ...headers, '--pace', '40', '--format', 'junit', '--output', output);
  expect([said.code, said.stdout]).toEqual([6, '']);
  expect(said.stderr).toMatch(/envelope cannot be judged\. .*a proxy does not reach the server behind it/);
  expect(seen).toHaveLength(6);
  for (const one of seen) expect(one.headers).toMatchObject({ 'x-key': 'a b', 'x-other': '1' });
  expect(Number(seen.at(-1)?.atMs) - Number(seen[0]?.atMs)).toBeGreaterThanOrEqual(190);
  const elements = elementsOf(readFileSync(output, 'utf8'));
  expect(elements.filter(({ name }) => name === 'error')).toHaveLength(3);
});

test('Ctrl-C ends a run: its sessions are ended, and the report has what was found until then', async () => {
  const server = await startServer();
  const running = gather(
    spawn(process.execPath, [await theProgram(), 'conformance', '--url', server.url, '--pace', '250'], {
      env: commandEnvironment({ file: 'none' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const sessions = async () => ((await countRows(server, 'sessions')) > 0 ? true : undefined);
  await until(sessions, 'a session', running.exited);
  running.child.kill('SIGINT');
  expect((await running.exited).code).toBe(130);
  expect(running.stderr).toContain('Interrupted: the report has what was found until then.');
  expect(running.stdout).toContain('The run was interrupted.');
  expect(running.stdout).not.toContain('could not be ended');
  expect(await countRows(server, 'sessions')).toBe(0);
});

test.each([
  ['no URL', [], 2, '--url is missing'],
  ['a query', ['--url', 'http://127.0.0.1:1/?a=1'], 2, 'no query'],
  ['a header without a colon', ['--url', 'http://127.0.0.1:1', '--header', 'secret'], 2, 'a name, a colon'],
  ['a pace that is no number', ['--url', 'http://127.0.0.1:1', '--pace', 'fast'], 2, '0 to 9999'],
  ['a check that is no path', ['--url', 'http://127.0.0.1:1', '--check', 'profile'], 2, 'a path below'],
  ['a user alone', ['--url', 'http://127.0.0.1:1', '--user', 'joe'], 2, 'belong together'],
  [
    'an origin with a path',
    ['--url', 'http://127.0.0.1:1', '--second-origin', 'https://a.example/x'],
    2,
    'an origin',
  ],
  ['a contract that is none', ['--url', 'http://127.0.0.1:1', '--contract', 'soap'], 2, 'envelope'],
] as const)('%s is refused in a sentence', async (_what, words, code, sentence) => {
  const said = await run(...words);
  expect([said.code, said.stdout]).toEqual([code, '']);
  expect(said.stderr).toContain(sentence);
  expect(said.stderr).not.toContain('secret');
});

test('a file that cannot be read, holds no password, or cannot be written is told so', async () => {
  const url = ['--url', 'http://127.0.0.1:1'];
  const of = (file: string) => run(...url, '--user', 'joe', '--password-file', file);
  const missing = await of('/nothing/here');
  expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining('cannot be read')]);
  for (const text of ['', '\n', 'one\ntwo\n']) {
    const said = await of(fileWith(text));
    expect([said.code, said.stderr]).toEqual([2, expect.stringContaining('one line, the password')]);
  }
  const said = await run(...url, '--output', '/nothing/here');
  expect([said.code, said.stderr]).toEqual([1, expect.stringContaining('/nothing/here cannot be written')]);
});
