/** What a person sees who starts the server at a terminal, and what a program gets from a pipe. */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { send } from '../support/client.ts';
import { gather, root, startProcess, until } from '../support/process.ts';
import { theProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/server.ts';

const hasScript = spawnSync('script', ['--version']).status === 0;
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const credentials = { email: 'user@example.com', password: 'strongpassword' };

/** Starts the server at a terminal of its own, and waits until it has greeted. */
async function atTerminal(environment: Readonly<Record<string, string>> = {}, redirect = '') {
  const folder = temporaryFolder();
  const line = `exec '${process.execPath}' '${await theProgram()}' ${redirect}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      TERM: 'xterm-256color',
      PORT: '0',
      GATEHOUSE_PBKDF2_ITERATIONS: '210000',
      ...environment,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const running = gather(child, onTestFinished);
  const url = await until(
    () => /http:\/\/[\d.]+:\d+/.exec(running.stdout)?.[0],
    'the greeting',
    running.exited,
  );
  await until(() => /First user|user add|Ready\?|listens on/.exec(running.stdout) ?? undefined, 'all of it');
  return {
    url,
    folder,
    get shown() {
      return running.stdout.replaceAll('\r\n', '\n');
    },
    /** As Ctrl+C. */
    async stop() {
      child.stdin.write('\u0003');
      await running.exited;
    },
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is about control characters.
const withoutColours = (text: string) => text.replace(/\u001b\[\d+m/g, '');

test.skipIf(!hasScript).each(['1', '2'])(
  'workers: %s. The greeting at a terminal has colours and six lines at most',
  async (GATEHOUSE_WORKERS) => {
    const server = await atTerminal({ GATEHOUSE_WORKERS });
    expect(server.shown).toContain('\u001b[1mGatehouse');
    const lines = withoutColours(server.shown).trim().split('\n');
    expect(lines.map((line) => line.replace(/ in \d+ ms$/, ' in N ms'))).toEqual([
      `Gatehouse ${version}  started in N ms`,
      `  Local      ${server.url}`,
      `  Reference  ${server.url}/reference`,
      '  Data       ./data/gatehouse.db',
      `  First user ${server.url}/register`,
    ]);
    await server.stop();
  },
);

test.skipIf(!hasScript || !hasCurl)(
  'without pages its command registers a first user; then there is none to register',
  async () => {
    const server = await atTerminal({ GATEHOUSE_PAGES: 'off' });
    const [, command = ''] = /First user (curl .*)/.exec(withoutColours(server.shown)) ?? [];
    expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toContain('session_id');
    const again = await atTerminal({ DATABASE_URL: `file:${server.folder}/data/gatehouse.db` });
    expect(withoutColours(again.shown)).toContain(`Ready?     curl -i ${again.url}/readyz`);
    expect(again.shown).not.toContain('First user');
    await server.stop();
    await again.stop();
  },
);

test.skipIf(!hasScript).each(['1', '2'])(
  'workers: %s. The log at a terminal is text, each line once',
  async (GATEHOUSE_WORKERS) => {
    const server = await atTerminal({ GATEHOUSE_WORKERS });
    await send(server.url, {
      method: 'POST',
      path: '/auth/register',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(credentials),
    });
    await until(() => / login /.exec(withoutColours(server.shown)) ?? undefined, 'the line');
    await server.stop();
    const lines = withoutColours(server.shown).split('\n');
    expect(lines.filter((line) => line.includes('{'))).toEqual([]);
    const logged = lines.filter((line) =>
      /^\d\d:\d\d:\d\d info {2}register {2}.*outcome=ok contract=rest/.test(line),
    );
    expect(logged).toHaveLength(1);
    expect(logged[0]?.includes('worker=')).toBe(GATEHOUSE_WORKERS === '2');
    expect(lines.filter((line) => / info {2}stopped$/.test(line))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('listening'))).toEqual([]);
  },
);

test.skipIf(!hasScript)('warnings are in the greeting, in yellow, and nowhere else', async () => {
  const server = await atTerminal({ GATEHOUSE_DEBUG: 'true', TZ: 'MSK' });
  expect(server.shown).toContain('\u001b[33mWarning: GATEHOUSE_DEBUG');
  expect(server.shown.match(/GATEHOUSE_DEBUG/g)).toHaveLength(1);
  expect(withoutColours(server.shown).match(/\bTZ is /g)).toHaveLength(1);
  await server.stop();
});

test.skipIf(!hasScript).each([
  [{ NO_COLOR: '1' }, false],
  [{ TERM: 'dumb' }, false],
  [{ FORCE_COLOR: '0' }, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true],
  [{ NO_COLOR: '' }, true],
])('with %j the terminal has colours: %s', async (environment, hasColours) => {
  const server = await atTerminal(environment as Record<string, string>);
  await server.stop();
  expect(server.shown.includes('\u001b[')).toBe(hasColours);
  expect(server.shown).toContain('Local');
});

test.skipIf(!hasScript)('GATEHOUSE_LOG_FORMAT=json is JSON at a terminal too', async () => {
  const server = await atTerminal({ GATEHOUSE_LOG_FORMAT: 'json' });
  expect(server.shown).toMatch(/^\{"level":30,.*"msg":"listening"\}$/m);
  expect(server.shown).toContain(`Gatehouse listens on ${server.url}\n`);
  expect(server.shown).not.toContain('\u001b');
  expect(server.shown).not.toContain('Local');
  await server.stop();
});

test.skipIf(!hasScript)(
  'with standard output in a file the log is JSON, and the terminal has one line',
  async () => {
    const server = await atTerminal({}, '> log.json');
    expect(server.shown).toBe(`Gatehouse listens on ${server.url}\n`);
    await server.stop();
    const lines = readFileSync(join(server.folder, 'log.json'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'listening',
      'stopping',
      'audit end',
      'stopped',
    ]);
  },
);

test.each(['1', '2'])(
  'workers: %s. GATEHOUSE_LOG_FORMAT=text is text in a pipe, without colours',
  async (workers) => {
    const server = await startProcess(
      { GATEHOUSE_LOG_FORMAT: 'text', GATEHOUSE_WORKERS: workers, GATEHOUSE_DEBUG: 'true' },
      { stdout: 'unread' },
    );
    let said = '';
    server.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await server.post('/auth/register', credentials);
    await until(() => / login /.exec(said) ?? undefined, 'the line');
    const lines = said.trim().split('\n');
    expect(lines.filter((line) => !/^\d\d:\d\d:\d\d (?:info |warn |error) /.test(line))).toEqual([]);
    expect(lines.filter((line) => / warn {2}GATEHOUSE_DEBUG/.test(line))).toHaveLength(1);
    expect(lines.filter((line) => / info {2}listening {2}/.test(line))).toEqual([
      expect.stringContaining(`url=${server.url}`),
    ]);
    expect(said).not.toContain('\u001b');
    await server.stop();
  },
);

test('FORCE_COLOR does not change the form: in a pipe the log is JSON', async () => {
  const server = await startProcess({ FORCE_COLOR: '1' });
  expect(server.log).toMatchObject([{ level: 40 }, { msg: 'listening' }]);
  expect(server.stdout + server.stderr).not.toContain('\u001b');
});

test.skipIf(!hasScript)('no text of a client controls the terminal', async () => {
  const server = await atTerminal({ GATEHOUSE_ALLOWED_ORIGINS: 'https://app.example.com' });
  const headers = {
    'content-type': 'application/json',
    origin: 'https://evil.example/\u009b2J',
    'user-agent': '\u009b2J',
  };
  const answer = await fetch(`${server.url}/auth/login`, { method: 'POST', headers, body: '{}' });
  expect(answer.status).toBe(403);
  await until(() => /cross-site request refused/.exec(server.shown) ?? undefined, 'the line');
  await server.stop();
  expect(withoutColours(server.shown)).not.toMatch(/[^\P{Cc}\n]/u);
});

test('a front page is served by a server of its own unless it is off', async () => {
  const asked = { headers: { accept: 'text/html' } };
  for (const [environment, status] of [
    [{}, 200],
    [{ GATEHOUSE_WORKERS: '2' }, 200],
    [{ GATEHOUSE_FRONT_PAGE: 'off' }, 404],
  ] as const) {
    const server = await startProcess(environment);
    for (const path of ['/', '/reference'])
      expect((await fetch(`${server.url}${path}`, asked)).status, JSON.stringify(environment)).toBe(status);
    await server.stop();
  }
});
