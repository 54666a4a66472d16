/** The package as it is published: judged by the usual tools, then installed and started on every supported runtime. */

import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { install } from '../scripts/install.js';
import { versionProblem } from '../src/node-version.cjs';
import { send } from './support/client.ts';
import { isFull } from './support/length.ts';
import {
  bin,
  compilers,
  dependencies,
  installedIn,
  manifest,
  name,
  optionalDependencies,
  packed,
  programOfEntries,
  run,
  runtimeOf,
  said,
  specifiers,
  subpaths,
  tarball,
  version,
} from './support/package.ts';
import { gather, root, until } from './support/process.ts';
import { temporaryFolder } from './support/server.ts';

const patience = { timeout: 120_000 };
// The oldest that will do is installed for the full form only.
const runtimes = [...(isFull ? ['24.15.0'] : []), process.version.slice(1)];

beforeAll(async () => {
  await install('test/toolchain');
  run(root, 'node', 'scripts/build.js');
  run(root, 'npm', 'pack', '--ignore-scripts', '--pack-destination', packed);
}, 2 * patience.timeout);

afterAll(() => rmSync(packed, { recursive: true }));

test('publint and attw find nothing wrong (they exit with an error otherwise)', patience, () => {
  expect(run(root, 'publint', '--strict', tarball)).toContain('All good');
  // The resolution of `node10` knows no subpaths; no supported compiler has it as its default. The client is a module only.
  const rules = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm'];
  expect(run(root, 'attw', tarball, ...rules)).toContain('🟢');
});

test('holds what it needs and nothing else', () => {
  const files = run(root, 'tar', '-tzf', tarball)
    .trim()
    .split('\n')
    .map((path) => path.replace('package/', ''));
  const needed = [
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
    'docs/embedding.md',
    'docs/settings.md',
    'dist/concepts/passwords/common.txt',
  ];
  expect(files).toEqual(expect.arrayContaining(needed));
  // The kit of the contracts is for everyone; the suite that stores pass is ours.
  expect(files.filter((name) => /^(src|test|bench|scripts|\.)|storage\/conformance/.test(name))).toEqual([]);
});

test('a program can mount what it exports', patience, () => {
  const folder = temporaryFolder();
  installedIn(folder);
  const program = `
    import { createGatehouse } from '${name}';
    const gatehouse = await createGatehouse({ settings: { databaseUrl: 'file:./mounted.db' } });
    const body = JSON.stringify({ username: 'joe', password: 'supersecure' });
    const headers = { 'content-type': 'application/json' };
    const answer = await gatehouse.fetch(new Request('http://app/register.json', { method: 'POST', headers, body }));
    console.log(answer.status, (await answer.json()).username);
    await gatehouse.close();`;
  expect(run(folder, process.execPath, '--input-type=module', '--eval', program)).toBe('200 joe\n');
});

test.each(runtimes)('serves on Node.js %s', patience, async (wanted) => {
  const folder = temporaryFolder();
  const runtime = runtimeOf(wanted);
  const program = join(installedIn(folder), 'bin/gatehouse.js');
  expect(run(folder, runtime, '--version')).toBe(`v${wanted}\n`);
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

test('says for each version of Node.js whether it will do, as package.json does', () => {
  expect(manifest.engines.node).toBe('^24.15.0 || >=26.0.0');
  for (const will of ['v24.15.0', 'v24.99.0', 'v26.0.0', 'v27.1.0'])
    expect(versionProblem(will)).toBeUndefined();
  for (const not of ['v12.22.12', 'v20.20.2', 'v22.99.0', 'v24.14.99', 'v25.9.0'])
    expect(versionProblem(not)).toBe(
      `Gatehouse needs Node.js 24.15 or later in 24, or 26; this is ${not}. Install one of them and try again.`,
    );
});

// The first cannot load modules by `require()` at all, the second can, and is the last that is too old.
test.skipIf(!isFull).each(['18.20.8', '24.14.1'])(
  'Node.js %s is told what is needed, by each entry and by the command',
  patience,
  (old) => {
    const folder = temporaryFolder();
    const runtime = runtimeOf(old);
    const program = join(installedIn(folder), 'bin/gatehouse.js');
    const sentence = String(versionProblem(`v${old}`));
    expect(said(runtime, folder, program)).toEqual({ status: 1, text: `${sentence}\n` });
    for (const [subpath, entry] of subpaths) {
      const specifier = name + subpath.slice(1);
      const imported = said(runtime, folder, '--input-type=module', '--eval', `import '${specifier}'`);
      // What is for browsers needs nothing of Node.js.
      if (typeof entry === 'string') {
        expect(imported, specifier).toEqual({ status: 0, text: '' });
        continue;
      }
      const required = said(runtime, folder, '--eval', `require('${specifier}')`);
      for (const { status, text } of [imported, required]) {
        expect(status, specifier).toBe(1);
        expect(text.match(/^.*Gatehouse.*$/gm), specifier).toEqual([expect.stringContaining(sentence)]);
        expect(text, 'a stack').not.toMatch(/^\s+at /m);
      }
    }
  },
);

test.each(runtimes)(
  'on Node.js %s every entry is the same for import and require(), and waits for nothing',
  patience,
  (wanted) => {
    const folder = temporaryFolder();
    const runtime = runtimeOf(wanted);
    installedIn(folder);
    expect(specifiers).toContain(name);
    for (const specifier of specifiers) {
      const program = `
        const required = require('${specifier}');
        import('${specifier}').then((imported) => {
          for (const name of Object.keys(imported)) {
            if (imported[name] !== required[name]) throw new Error(name + ' is another one');
          }
          console.log(Object.keys(imported).length === Object.keys(required).length && 'the same');
        });`;
      expect(said(runtime, folder, '--eval', program), specifier).toEqual({ status: 0, text: 'the same\n' });
    }
  },
);

test.each(isFull ? compilers : [...compilers.slice(0, 1), ...compilers.slice(-1)])(
  'TypeScript %s compiles a program that imports every entry',
  patience,
  (wanted, compiler, canRequire) => {
    const folder = temporaryFolder();
    installedIn(folder);
    // Their types are those of the compiler's time; the package needs none of its own for them.
    for (const types of ['node_modules/@types/node', 'node_modules/undici-types'])
      cpSync(join(root, types), join(folder, types), { recursive: true });
    const { version } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8'));
    expect(version).toMatch(new RegExp(`^${wanted.replace('.', '\\.')}\\.`));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--types', 'node'];
    const forms: [file: string, ...options: string[]][] = [
      ['program.mts', '--module', 'nodenext'],
      ['bundled.ts', '--module', 'esnext', '--moduleResolution', 'bundler'],
      ...(canRequire ? [['program.cts', '--module', 'nodenext'] as [string, ...string[]]] : []),
    ];
    for (const [file, ...form] of forms) {
      writeFileSync(join(folder, file), programOfEntries());
      const compiled = said(process.execPath, folder, join(compiler, 'bin/tsc'), ...options, ...form, file);
      expect(compiled, file).toEqual({ status: 0, text: '' });
    }
  },
);

test('every entry names files of the build in the one way that is checked here', () => {
  for (const [subpath, entry] of subpaths) {
    const path = typeof entry === 'string' ? entry : entry.default;
    expect(path, subpath).toMatch(/^\.\/dist\/[a-z0-9/-]+\.m?js$/);
    if (typeof entry !== 'string')
      expect(entry).toEqual({ require: path.replace(/mjs$/, 'cjs'), default: path });
    expect(existsSync(join(root, path)), path).toBe(true);
  }
});

test('every command is executable in git, so that no installation changes it', (context) => {
  if (!existsSync(join(root, '.git'))) return context.skip('not a clone');
  const listed = run(root, 'git', 'ls-files', '--stage', '--', ...Object.values<string>(bin));
  const modes = listed
    .trim()
    .split('\n')
    .map((line) => line.slice(0, 6));
  expect(modes).toEqual(Object.keys(bin).map(() => '100755'));
});

test('installs as docs/embedding.md says', patience, () => {
  const folder = temporaryFolder();
  const page = readFileSync(join(root, 'docs/embedding.md'), 'utf8');
  const [, packing, , installing] = /```sh\n(npm pack .*)\n(cd .*)\n(npm install .*)\n```/.exec(page) ?? [];
  expect(packing).toBe('npm pack --pack-destination /srv/app');
  cpSync(tarball, join(folder, basename(tarball)));
  run(folder, 'sh', '-c', `${installing} --prefer-offline --no-audit --no-fund`);
  expect(run(folder, join(folder, 'node_modules/.bin/gatehouse'), '--version')).toBe(`${version}\n`);
});

test('names no address that is not ours', () => {
  for (const field of ['repository', 'homepage', 'bugs']) expect(manifest).not.toHaveProperty(field);
});

test('depends on nothing but what it needs at run time', () => {
  const needed =
    'bcryptjs bowser cli-progress commander hono ipaddr.js leven negotiator nodemailer otpauth pg pg-connection-string pino ' +
    'prom-client temporal-polyfill tough-cookie uqr';
  expect(Object.keys(dependencies).sort()).toEqual(needed.split(' '));
  // Only people with passkeys need them; where they cannot be installed, all else works.
  expect(Object.keys(optionalDependencies)).toEqual(['@simplewebauthn/browser', '@simplewebauthn/server']);
});
