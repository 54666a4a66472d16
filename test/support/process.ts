/** The real program in a process of its own, started and stopped as an operator would. */

import { type ChildProcess, type IOType, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type Answer, type Asked, post, send } from './client.ts';
import { settingsFor } from './engine-settings.ts';
import { type LogLine, linesOf } from './log-lines.ts';
import { sources, theProgram } from './program.ts';

/** The repository the tests belong to. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that has ended, with everything it said. */
export interface Ended extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that listens. */
export interface TestProcess {
  readonly url: string;
  /** The path of the SQLite file, or of the one that a PostgreSQL database stands for. */
  readonly file: string;
  /** The address of the database. */
  readonly database: string;
  readonly child: ChildProcess;
  /** Resolves when the process is gone. */
  readonly exited: Promise<Exit>;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of the log so far; throws if one of them is not JSON. */
  readonly log: readonly LogLine[];
  send(asked: Asked): Promise<Answer>;
  /** POSTs a JSON body. */
  post(path: string, body: unknown, headers?: Asked['headers']): Promise<Answer>;
  /** Sends a signal, `SIGTERM` by default, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

export interface ProcessOptions {
  /** The SQLite file; default: one in a folder of its own that is removed at the end. */
  readonly file?: string;
  /** The folder it is started in; default: the one for temporary files. */
  readonly cwd?: string;
  /** Where standard output goes. `pipe` is read, `unread` is a pipe without a reader, a number is a file descriptor. */
  readonly stdout?: 'pipe' | 'unread' | number;
  /** Who removes what is left. Default: the end of the test that started the process. */
  readonly atEnd?: (clean: () => Promise<void>) => void;
  /** Whether it is the sources that are run, module by module, rather than the bundle of a test run. */
  readonly isSources?: boolean;
}

/** How long a start may take on a machine that is busy with other things. */
const startingPatienceMs = 20_000;

/** A child process whose output is gathered, killed at the end of the test if it still runs. */
export interface Child {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the program and waits until it listens. `environment` comes on top of a local, cheap set-up. */
export async function startProcess(
  environment: Readonly<Record<string, string>> = {},
  { file, cwd = tmpdir(), stdout = 'pipe', atEnd = onTestFinished, isSources = false }: ProcessOptions = {},
): Promise<TestProcess> {
  const path = file ?? join(folderUntil(atEnd), 'gatehouse.db');
  const settings = environment['DATABASE_URL'] ? {} : await settingsFor(path, atEnd);
  const { DATABASE_URL: database = '' } = { ...settings, ...environment };
  const started = await spawnProgram(
    { ...settings, ...environment },
    { file: path, cwd, stdout, atEnd, isSources },
  );
  const { child, exited } = started;
  // Without the log the address is read from standard error, as people do.
  const address =
    stdout === 'pipe'
      ? () => linesOf(started.stdout).find(({ msg }) => msg === 'listening')?.['url']
      : () => /Gatehouse listens on (\S+)\n/.exec(started.stderr)?.[1];
  const url = String(await until(address, `the address; standard error so far: ${started.stderr}`, exited));
  return {
    url,
    file: path,
    database,
    child,
    exited,
    get stdout() {
      return started.stdout;
    },
    get stderr() {
      return started.stderr;
    },
    get log() {
      return linesOf(started.stdout);
    },
    send: (asked) => send(url, asked),
    post: (at, body, headers) => post(url, at, body, headers),
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}

/** One process for all tests of a file. Call it at the top of the file and what it returns inside the tests. */
export function sharedProcess(environment: Readonly<Record<string, string>>): () => TestProcess {
  const cleaning: (() => Promise<void>)[] = [];
  let server: TestProcess | undefined;
  beforeAll(async () => {
    server = await startProcess(environment, { atEnd: (clean) => void cleaning.unshift(clean) });
  });
  afterAll(async () => {
    for (const clean of cleaning) await clean();
  });
  return () => {
    if (!server) throw new Error('The process is there only while the tests run.');
    return server;
  };
}

/** Starts the program where it is expected to give up, and waits for that. */
export async function failToStart(
  environment: Readonly<Record<string, string>>,
  options: ProcessOptions = {},
): Promise<Ended> {
  const atEnd = options.atEnd ?? onTestFinished;
  const file = options.file ?? join(folderUntil(atEnd), 'gatehouse.db');
  const started = await spawnProgram(environment, {
    file,
    cwd: tmpdir(),
    stdout: 'pipe',
    atEnd,
    isSources: false,
  });
  const exit = await within(startingPatienceMs, started.exited, 'the process to give up');
  return { ...exit, stdout: started.stdout, stderr: started.stderr };
}

async function spawnProgram(
  environment: Readonly<Record<string, string>>,
  { file, cwd, stdout, atEnd, isSources }: Required<ProcessOptions>,
): Promise<Child> {
  const output: IOType | number = typeof stdout === 'number' ? stdout : 'pipe';
  return gather(
    spawn(process.execPath, [isSources ? sources : await theProgram()], {
      cwd,
      env: {
        PATH: process.env['PATH'],
        HOST: '127.0.0.1',
        PORT: '0',
        DATABASE_URL: `file:${file}`,
        GATEHOUSE_PBKDF2_ITERATIONS: '1000',
        ...environment,
      },
      stdio: ['ignore', output, 'pipe'],
    }),
    atEnd,
    stdout === 'unread',
  );
}

/** Gathers what a child says and kills it when `atEnd` comes. */
export function gather(
  child: ChildProcess,
  atEnd: ProcessOptions['atEnd'] = onTestFinished,
  deaf = false,
): Child {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    if (deaf && name === 'stdout') continue;
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    // An unread pipe never closes, so there the end of the process itself has to do.
    child.once(deaf ? 'exit' : 'close', (code: number | null, signal: NodeJS.Signals | null) =>
      resolve({ code, signal }),
    );
  });
  atEnd(async () => {
    child.kill('SIGKILL');
    child.stdout?.destroy();
    child.stderr?.destroy();
    await exited;
  });
  return {
    child,
    exited,
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
  };
}

/** A folder that is removed when `atEnd` comes. */
function folderUntil(atEnd: (clean: () => Promise<void>) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'));
  atEnd(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Looks again and again until there is something to see, less often the longer it takes; rejects when it takes too long,
 * or when `ended` resolves.
 */
export async function until<Value>(
  look: () => Value | Promise<Value>,
  what: string,
  ended?: Promise<unknown>,
  patienceMs = startingPatienceMs,
): Promise<NonNullable<Value>> {
  let over = false;
  ended?.finally(() => {
    over = true;
  });
  const startedAt = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null) return seen;
    const waitedMs = performance.now() - startedAt;
    if (over || waitedMs > patienceMs) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(5 + waitedMs / 20, 50)));
  }
}

/** Rejects if something takes longer than it may. */
export async function within<Value>(ms: number, something: Promise<Value>, what: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${ms} ms in vain for ${what}`)), ms);
  });
  return Promise.race([something, late]).finally(() => clearTimeout(timer));
}
