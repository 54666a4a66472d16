/** An application that is built by following the documentation literally, in an empty folder outside of the repository. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { install } from '../../../scripts/install.js';
import { part } from '../../support/docs.ts';
import { freePort } from '../../support/port.ts';
import { type Child, gather, root, until } from '../../support/process.ts';
import { temporaryFolder } from '../../support/server.ts';
import { environment, run, unpackInto } from './unpacked.ts';

const page = 'docs/add-login.md';

/** A development server builds at its start, and after a change. */
export const startingPatienceMs = 60_000;

/** A fenced block: a file that the reader writes, or commands to run. */
interface Fence {
  readonly kind: string;
  /** The name of the file; empty for commands. */
  readonly file: string;
  readonly text: string;
}

export function fencesOf(heading: string): Fence[] {
  return [...part(page, heading).matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(
    ([, kind = '', file = '', text = '']) => ({ kind, file, text }),
  );
}

export interface Recipe {
  /** The part of the page. */
  readonly heading: string;
  /** The package of the tests that has what the page installs. */
  readonly modules: string;
  /** Where the framework keeps static files. */
  readonly statics?: string;
  /** Further files, by their names, that tests need beside those of the page. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface PageApplication {
  readonly folder: string;
  /** Starts a command of the page, or another one; resolves when it answers. */
  start(options?: StartOptions): Promise<Running>;
}

export interface StartOptions {
  /** In place of the last command of the page. */
  readonly command?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the folder of the application. */
  readonly cwd?: string;
  readonly atEnd?: (clean: () => Promise<void>) => void;
}

export interface Running extends Child {
  readonly url: string;
  readonly database: string;
  stop(): Promise<void>;
}

/** Writes the files of the page and runs all of its commands but the last, which starts the application. */
export async function followPage(
  { heading, modules, statics = 'public', files = {} }: Recipe,
  atEnd?: (clean: () => Promise<void> | void) => void,
): Promise<PageApplication> {
  const folder = temporaryFolder(atEnd as never);
  await install(modules);
  const fences = fencesOf(heading);
  const [signIn] = fencesOf('## The sign-in page');
  write(join(folder, statics, 'own-sign-in.html'), signIn?.text ?? '');
  for (const { file, text } of fences) if (file !== '') write(join(folder, file), text);
  for (const [name, text] of Object.entries(files)) write(join(folder, name), text);
  const commands = fences.flatMap(({ kind, text }) => (kind === 'sh' ? text.trim().split('\n') : []));
  const last = commands.pop() ?? '';
  const installs = commands.filter((command) => command.startsWith('npm install'));
  for (const command of commands) {
    if (!installs.includes(command)) run(folder, 'sh', '-c', command);
    else if (command === installs.at(-1)) takeInstalled(folder, modules, installs);
  }
  return {
    folder,
    async start({ command = last, env = {}, cwd = folder, atEnd: stopAt = onTestFinished } = {}) {
      const port = await freePort();
      const database = env['DATABASE_URL']?.replace(/^file:/, '') ?? join(folder, 'data/gatehouse.db');
      const child = spawn('sh', ['-c', `exec ${command}`], {
        cwd,
        env: { ...environment, ...own, PORT: String(port), HOST: '127.0.0.1', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      const running = gather(child, (clean) =>
        stopAt(() => {
          signalGroup(child.pid, 'SIGKILL');
          return clean();
        }),
      );
      const url = `http://127.0.0.1:${port}`;
      await until(
        () => answers(url),
        `${command}: ${running.stdout} ${running.stderr}`,
        running.exited,
        startingPatienceMs,
      );
      return Object.assign(running, { url, database, stop: () => stopped(child, running) });
    },
  };
}

const own = {
  GATEHOUSE_PBKDF2_ITERATIONS: '1000',
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
};

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** What the page installs, in the versions that are pinned here: nothing is downloaded, and nothing changes by itself. */
function takeInstalled(folder: string, modules: string, installs: readonly string[]): void {
  const { dependencies } = JSON.parse(readFileSync(join(root, modules, 'package.json'), 'utf8'));
  const named = installs.flatMap((line) => line.split(' ').slice(2)).filter((word) => !word.startsWith('-'));
  const packages = named.filter((word) => !word.endsWith('.tgz'));
  const unknown = packages.filter((name) => !Object.hasOwn(dependencies, name));
  if (unknown.length > 0 || packages.length === named.length)
    throw new Error(`${modules} has not what the page installs: ${unknown.join(', ') || 'the tarball'}`);
  // Links to the same files, where both folders are on one disk.
  run(
    root,
    'sh',
    '-c',
    `cp -al '${modules}/node_modules' '${folder}/' 2>/dev/null || cp -a '${modules}/node_modules' '${folder}/'`,
  );
  unpackInto(folder);
  const isDevelopment = (name: string) =>
    installs.some((line) => line.includes('--save-dev') && line.split(' ').includes(name));
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  manifest.dependencies = { 'gatehouse-auth': '*' };
  manifest.devDependencies = {};
  for (const name of packages)
    manifest[isDevelopment(name) ? 'devDependencies' : 'dependencies'][name] = dependencies[name];
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2));
}

async function answers(url: string): Promise<true | undefined> {
  try {
    await (await fetch(`${url}/own-sign-in.html`)).arrayBuffer();
    return true;
  } catch {
    return undefined;
  }
}

/** Ends the command and what it has started, which npx does not do itself. */
async function stopped({ pid }: ChildProcess, { exited }: Child): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  await exited;
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    process.kill(-Number(pid), signal);
  } catch {
    // It is gone.
  }
}
