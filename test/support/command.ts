/** The operator's commands, run as the operator runs them: the real program, in a process or a thread of its own. */

import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { isFull } from './length.ts';
import { type Ended, gather } from './process.ts';
import { theProgram } from './program.ts';

export interface CommandOptions {
  /** The SQLite file. */
  readonly file: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What stands on standard input; nothing by default. */
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  /** Whether it needs a process: for locks, open files and signals of its own. */
  readonly isProcess?: boolean;
}

/** A command that has ended. */
export interface Said extends Ended {
  /** Standard output as JSON, one object a line; throws if it is not. */
  readonly json: readonly Record<string, unknown>[];
}

/** Variables that the runtime reads once for the whole process. */
const ofTheProcess = /^(?:TZ|LANG|LC_\w+|PATH|TMPDIR|NODE_\w+|SQLITE_\w+|SSL_\w+)$/;

/** What a command sees of the environment: a local, cheap set-up. */
export function commandEnvironment({ file, environment }: CommandOptions): Record<string, string> {
  return {
    PATH: String(process.env['PATH']),
    DATABASE_URL: `file:${file}`,
    GATEHOUSE_PBKDF2_ITERATIONS: '1000',
    GATEHOUSE_PUBLIC_URL: 'https://app.example.com',
    ...environment,
  };
}

/**
 * Runs a command to its end. It has a process of its own in full form, and where it depends on one; else a thread, which
 * runs the same program with arguments, an environment, an input, outputs and an exit code of its own.
 */
export async function command(words: readonly string[], options: CommandOptions): Promise<Said> {
  const { environment = {}, cwd, isProcess = false } = options;
  const needsProcess =
    isFull ||
    isProcess ||
    cwd !== undefined ||
    Object.keys(environment).some((name) => ofTheProcess.test(name));
  const ended = await (needsProcess ? inProcess(words, options) : inThread(words, options));
  return {
    ...ended,
    get json() {
      return ended.stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

async function inProcess(words: readonly string[], options: CommandOptions): Promise<Ended> {
  const { input = '', cwd = tmpdir() } = options;
  const child = spawn(process.execPath, [await theProgram(), ...words], {
    cwd,
    env: commandEnvironment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const gathered = gather(child);
  // A command that refuses its arguments does not read what it is given.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const exit = await gathered.exited;
  const { stdout, stderr } = gathered;
  return { ...exit, stdout, stderr };
}

/** A third of what a process costs: the runtime is there already. An error that the program does not catch rejects. */
async function inThread(words: readonly string[], options: CommandOptions): Promise<Ended> {
  const { input = '' } = options;
  const thread = new Worker(new URL('command-thread.js', import.meta.url), {
    argv: [...words],
    env: commandEnvironment(options),
    execArgv: [],
    workerData: { program: await theProgram(), input },
    stdout: true,
    stderr: true,
  });
  const exited = new Promise<number>((resolve, reject) => {
    thread.once('error', reject);
    thread.once('exit', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([exited, text(thread.stdout), text(thread.stderr)]);
  return { code, signal: null, stdout, stderr };
}

/** A command over one database, which has to succeed. */
export function commandsOver(file: string, environment: Readonly<Record<string, string>> = {}) {
  return async (words: string, input = ''): Promise<Said> => {
    const said = await command(words.split(' '), { file, environment, input });
    if (said.code !== 0) throw new Error(`gatehouse ${words} ended with ${said.code}: ${said.stderr}`);
    return said;
  };
}
