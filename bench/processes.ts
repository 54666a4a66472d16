/** Processes that a bench measures: each on the first core, where there are two, and gone when the bench ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import { onCore } from './cores.ts';

const children: ChildProcess[] = [];

/** Ends everything that was started. */
export function endAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Starts Gatehouse, or another program that prints its address, and resolves to that. */
export async function start(command: string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  return String((await firstLine(spawnOnFirstCore(command, env))).url);
}

/** Other cores than the first one are given as the words that keep a command there. */
export function spawnOnFirstCore(
  command: string[],
  env: Readonly<Record<string, string>> = {},
  cores = onCore(0),
): ChildProcess {
  const [program = '', ...args] = [...cores, process.execPath, ...command];
  const all = { ...process.env, ...env };
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: all });
  children.push(child);
  return child;
}

/** The first line a child prints, as JSON; the rest is read and dropped, so that the child never waits. */
export function firstLine(child: ChildProcess): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    let text = '';
    let complaint = '';
    child.stderr?.on('data', (chunk) => {
      if (complaint.length < 2_000) complaint += chunk;
    });
    child.stdout?.on('data', (chunk) => {
      if (text.includes('\n')) return;
      text += chunk;
      const line = text
        .split('\n')
        .find((candidate) => candidate.includes('"url"') || candidate.includes('perSecond'));
      if (line) resolve(JSON.parse(line));
      else text = '';
    });
    child.on('error', reject);
    child.on('close', () => reject(new Error(`A process ended before it said anything.\n${complaint}`)));
  });
}
