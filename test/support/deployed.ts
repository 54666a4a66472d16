/** The configurations for reverse proxies in `deploy/`, with real programs: only the lines that are marked are changed. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, type TestContext } from 'vitest';
import { blocks, read } from './docs.ts';
import { freePort } from './port.ts';
import { assertInstalled, type Client, certificates, startProxy, writeNginx } from './reverse-proxies.ts';
import { temporaryFolder } from './server.ts';

export type Program = 'nginx' | 'caddy' | 'haproxy';

const ending = { nginx: 'conf', caddy: 'caddyfile', haproxy: 'cfg' } as const;

export interface Deployed {
  readonly client: Client;
  readonly port: number;
  /** The address of the proxy, with a slash at its end. */
  readonly url: string;
}

export interface Deployment {
  /** The name of the file in the folder of the program, such as `two-nodes`. */
  readonly name: string;
  /** The addresses in the file, each with that of the test. */
  readonly hosts: Readonly<Record<string, string>>;
  /** A path that answers 200 once the proxy does. Default: `/readyz`. */
  readonly readyPath?: string;
  /** A mistake of an operator in the text, for tests of what finds it. */
  readonly mistake?: (text: string) => string;
}

type Changes = readonly (readonly [from: RegExp | string, to: string])[];

/** Changes the lines with the mark, all of them and no others. */
function edited(file: string, changes: Changes): string {
  const unused = new Set(changes.map(([from]) => from));
  const lines = read(file).split('\n');
  const changed = lines.map((line, at) => {
    // A comment on a line of its own marks the next one.
    const isMarked = /\S.*# EDIT/.test(line) || /^\s*# EDIT/.test(lines[at - 1] ?? '');
    if (!isMarked) return line;
    const own = changes.reduce((text, [from, to]) => {
      const next = text.replaceAll(from, to);
      if (next !== text) unused.delete(from);
      return next;
    }, line);
    expect(own, `${file}:${at + 1} is marked, and nothing is to be changed there`).not.toBe(line);
    return own;
  });
  expect([...unused], file).toEqual([]);
  return changed.join('\n');
}

const fileOf = (program: Program, name: string) => `deploy/${program}/${name}.${ending[program]}`;

/** Starts a program with its file of `deploy/`, or skips the test where it is missing. */
export async function deploy(
  context: TestContext,
  program: Program,
  { name, hosts, readyPath = '/readyz', mistake = (text) => text }: Deployment,
): Promise<Deployed> {
  assertInstalled(context, program);
  const [port, folder] = [await freePort(), temporaryFolder()];
  const own = edited(fileOf(program, name), [...Object.entries(hosts), ...changes[program](port, folder)]);
  const env = { PATH: process.env['PATH'], HOME: folder, CADDY_ADMIN: `unix/${join(folder, 'admin')}` };
  const args = written[program](mistake(own), folder);
  const client = await startProxy(program, args, port, { env, readyPath });
  return { client, port, url: `https://localhost:${port}/` };
}

const certificate = join(certificates, 'server');
const bothIn = (folder: string) => join(folder, 'both.pem');

/** What belongs to the machine, besides the addresses of Gatehouse and of applications. */
const changes: Readonly<Record<Program, (port: number, folder: string) => Changes>> = {
  nginx: (port) => [
    ['listen 443', `listen 127.0.0.1:${port}`],
    [/\/etc\/ssl\/\w+\.example\.com/g, certificate],
    [/\b\w+\.example\.com/g, 'localhost'],
  ],
  caddy: (port) => [
    [/\/etc\/ssl\/\w+\.example\.com/g, certificate],
    [/\b\w+\.example\.com/g, `localhost:${port}`],
  ],
  haproxy: (port, folder) => [
    [/\/etc\/haproxy\/\w+\.example\.com\.pem/g, bothIn(folder)],
    ['bind :443', `bind 127.0.0.1:${port}`],
  ],
};

/** Writes the configuration into a folder; returns the arguments of the program. */
const written: Readonly<Record<Program, (text: string, folder: string) => string[]>> = {
  nginx: (text, folder) => writeNginx(folder, text),
  caddy(text, folder) {
    writeFileSync(join(folder, 'Caddyfile'), text);
    return ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
  },
  haproxy(text, folder) {
    const both = ['.pem', '.key'].map((end) => readFileSync(`${certificate}${end}`, 'utf8'));
    writeFileSync(bothIn(folder), both.join(''), { mode: 0o600 });
    writeFileSync(join(folder, 'haproxy.cfg'), text);
    return ['-db', '-f', join(folder, 'haproxy.cfg')];
  },
};

/**
 * Follows the commands of a page in a folder that stands for the root and for the clone, once the operator has edited the
 * file that they name. A service manager is not there: its lines are left out.
 */
export async function followPage(program: Program, name: string, hosts: Deployment['hosts']): Promise<void> {
  const [folder, port] = [temporaryFolder(), await freePort()];
  const file = fileOf(program, name);
  const text = edited(file, [...Object.entries(hosts), ...changes[program](port, folder)]);
  for (const path of ['bin', 'etc/nginx/conf.d', 'etc/caddy', 'etc/haproxy', dirname(file)])
    mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, file), text);
  written[program](text, folder);
  // What Debian has there, with the section that the page keeps.
  writeFileSync(join(folder, 'etc/haproxy/haproxy.cfg'), `global\n  maxconn 100\n\n${text}`);
  const own = writeNginx(folder, `include ${join(folder, 'etc/nginx/conf.d')}/*.conf;`);
  const installed = spawnSync('sh', ['-c', 'command -v nginx'], { encoding: 'utf8' }).stdout.trim();
  const wrapper = `#!/bin/sh\nexec ${installed} ${own.join(' ')} "$@"\n`;
  writeFileSync(join(folder, 'bin/nginx'), wrapper, { mode: 0o755 });
  const [commands = ''] = blocks(`docs/deploy/${program}.md`, 'sh');
  const here = commands.replace(/^systemctl .*\n/gm, '').replaceAll('/etc/', `${folder}/etc/`);
  const env = { PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`, HOME: folder };
  const { status, stderr } = spawnSync('bash', ['-ec', here], { cwd: folder, env, encoding: 'utf8' });
  expect([status, here.includes(program)], stderr).toEqual([0, true]);
}
