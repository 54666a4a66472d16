/** The package as it is published: judged by the usual tools, then installed and started on every supported runtime. */

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { send } from './support/client.ts';
import { gather, root, until } from './support/process.ts';
import { temporaryFolder } from './support/server.ts';

const patience = { timeout: 120_000 };
const tools = join(root, 'node_modules', '.bin');
const environment = { ...process.env, PATH: `${dirname(process.execPath)}:${tools}:${process.env['PATH']}` };
const { version, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const packed = mkdtempSync(join(tmpdir(), 'gatehouse-packed-'));
const tarball = join(packed, `gatehouse-${version}.tgz`);

function run(cwd: string, command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    cwd,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Installs the tarball the way npm would: the package and what it depends on, and nothing of this repository. */
function installedIn(folder: string): string {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'gatehouse'), { recursive: true });
  run(folder, 'tar', '-xzf', tarball, '--strip-components=1', '-C', join(modules, 'gatehouse'));
  const list = run(root, 'npm', 'ls', '--omit=dev', '--all', '--parseable').trim().split('\n').slice(1);
  for (const from of list) cpSync(from, join(folder, from.slice(root.length)), { recursive: true });
  return join(modules, 'gatehouse');
}

/** The runtime of a major version: the one that runs the tests, or one installed in the folder. */
function runtimeOf(major: string, folder: string): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  run(
    folder,
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
    '--prefix',
    folder,
    `node@${major}`,
  );
  return join(folder, 'node_modules/node/bin/node');
}

beforeAll(() => {
  run(root, 'node', 'scripts/build.js');
  run(root, 'npm', 'pack', '--ignore-scripts', '--pack-destination', packed);
}, patience.timeout);

afterAll(() => rmSync(packed, { recursive: true }));

test('publint and attw find nothing wrong (they exit with an error otherwise)', patience, () => {
  expect(run(root, 'publint', '--strict', tarball)).toContain('All good');
  expect(run(root, 'attw', tarball, '--profile', 'esm-only')).toContain('🟢');
});

test('holds what it needs and nothing else', () => {
  const files = run(root, 'tar', '-tzf', tarball)
    .trim()
    .split('\n')
    .map((name) => name.replace('package/', ''));
  for (const needed of [
    'LICENSE',
    'NOTICE',
    'README.md',
    'bin/gatehouse.js',
    'dist/index.js',
    'dist/index.d.ts',
    'openapi/openapi.json',
    'openapi/openapi.yaml',
    'openapi/redoc.js.gz',
    'openapi/redoc-notices.txt',
  ]) {
    expect(files).toContain(needed);
  }
  expect(files).toContain('dist/concepts/passwords/common.txt');
  expect(files.filter((name) => /^(src|test|bench|scripts|\.)/.test(name))).toEqual([]);
  expect(files.filter((name) => name.includes('conformance'))).toEqual([]);
});

test('a program can mount what it exports', patience, () => {
  const folder = temporaryFolder();
  installedIn(folder);
  const program = `
    import { createGatehouse } from 'gatehouse';
    const gatehouse = await createGatehouse({ settings: { databaseUrl: 'file:./mounted.db' } });
    const body = JSON.stringify({ username: 'joe', password: 'supersecure' });
    const headers = { 'content-type': 'application/json' };
    const answer = await gatehouse.fetch(new Request('http://app/register.json', { method: 'POST', headers, body }));
    console.log(answer.status, (await answer.json()).username);
    await gatehouse.close();`;
  expect(run(folder, process.execPath, '--input-type=module', '--eval', program)).toBe('200 joe\n');
});

test.each(['24', '26'])('serves on Node.js %s', patience, async (major) => {
  const folder = temporaryFolder();
  const runtime = runtimeOf(major, folder);
  const program = join(installedIn(folder), 'bin/gatehouse.js');
  expect(run(folder, runtime, '--version')).toMatch(new RegExp(`^v${major}\\.`));
  const server = gather(
    spawn(runtime, [program], {
      cwd: folder,
      env: { PORT: '0', TZ: 'America/New_York' },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const url = await until(() => /"url":"([^"]+)"/.exec(server.stdout)?.[1], 'the address', server.exited);
  const post = (path: string) =>
    send(url, {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'joe', password: 'supersecure' }),
    });
  expect((await post('/register.json')).json['created']).toMatch(/\[America\/New_York\]$/);
  expect((await post('/login.json')).status).toBe(200);
  const [, script] = /<script[^>]* src="([^"]+)"/.exec(await (await fetch(`${url}/reference`)).text()) ?? [];
  expect((await fetch(`${url}/${script}`)).status).toBe(200);
  server.child.kill('SIGTERM');
  expect(await server.exited).toEqual({ code: 0, signal: null });
});

test('depends on nothing but what it needs at run time', () => {
  expect(Object.keys(dependencies).sort()).toEqual([
    'bowser',
    'cli-progress',
    'commander',
    'ipaddr.js',
    'leven',
    'nodemailer',
    'pg',
    'pg-connection-string',
    'pino',
    'prom-client',
    'temporal-polyfill',
    'tough-cookie',
  ]);
});
