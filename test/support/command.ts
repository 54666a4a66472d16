/** The operator's commands, run as the operator runs them: the real program in a process of its own. */

import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { type Ended, gather } from './process.ts';
import { theProgram } from './program.ts';

export interface CommandOptions {
  /** The SQLite file. */
  readonly file: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What stands on standard input; nothing by default. */
  readonly input?: string;
  readonly cwd?: string;
}

/** A command that has ended. */
export interface Said extends Ended {
  /** Standard output as JSON, one object a line; throws if it is not. */
  readonly json: readonly Record<string, unknown>[];
}

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

/** Runs a command to its end. */
export async function command(words: readonly string[], options: CommandOptions): Promise<Said> {
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
  return {
    ...exit,
    stdout,
    stderr,
    get json() {
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

/** A command over one database, which has to succeed. */
export function commandsOver(file: string, environment: Readonly<Record<string, string>> = {}) {
  return async (words: string, input = ''): Promise<Said> => {
    const said = await command(words.split(' '), { file, environment, input });
    if (said.code !== 0) throw new Error(`gatehouse ${words} ended with ${said.code}: ${said.stderr}`);
    return said;
  };
}
