/** Load from a process of its own: `wrk` where it is installed, else autocannon. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON body makes it a POST. */
  readonly body?: string;
  /** Runs at the lowest priority, so that it does not slow down another load that is measured beside it. */
  readonly background?: boolean;
}

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 2xx. */
  readonly refused: number;
  /** Requests that got no answer. */
  readonly failed: number;
}

const pinning = availableParallelism() > 1 && isInstalled('taskset', '-V');

/** What load is made with. */
export const tool = isInstalled('wrk', '-v') ? 'wrk' : 'autocannon';

/** The words before a command that keep it on one core; none where that cannot be done. */
export function onCore(core: 0 | 1): string[] {
  return pinning ? ['taskset', '-c', String(core)] : [];
}

/** Runs the load to its end, on the second core. */
export async function load(asked: Load): Promise<Measured> {
  const prefix = [...onCore(1), ...(asked.background ? ['nice', '-n', '19'] : [])];
  return tool === 'wrk' ? withWrk(asked, prefix) : withAutocannon(asked, prefix);
}

async function withWrk(asked: Load, prefix: string[]): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  try {
    const script = join(folder, 'post.lua');
    if (asked.body) writeFileSync(script, `wrk.method = "POST"\nwrk.body = [[${asked.body}]]\n`);
    const text = await run([
      ...prefix,
      ...['wrk', '-t1', `-c${asked.connections}`, `-d${asked.seconds}s`, '--latency'],
      ...(asked.body ? ['-s', script] : []),
      ...Object.entries(headersOf(asked)).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
      asked.url,
    ]);
    return {
      perSecond: Number(found(text, /Requests\/sec:\s+([\d.]+)/)),
      p50Ms: milliseconds(found(text, /50%\s+([\d.]+\w+)/)),
      p99Ms: milliseconds(found(text, /99%\s+([\d.]+\w+)/)),
      refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0),
      failed:
        (/Socket errors: (.*)/.exec(text)?.[1] ?? '').match(/\d+/g)?.reduce((n, x) => n + Number(x), 0) ?? 0,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function withAutocannon(asked: Load, prefix: string[]): Promise<Measured> {
  const program = new URL('../node_modules/autocannon/autocannon.js', import.meta.url).pathname;
  const text = await run([
    ...prefix,
    ...[process.execPath, program, '-j', '-n', '-c', String(asked.connections), '-d', String(asked.seconds)],
    ...(asked.body ? ['-m', 'POST', '-b', asked.body] : []),
    ...Object.entries(headersOf(asked)).flatMap(([name, value]) => ['-H', `${name}=${value}`]),
    asked.url,
  ]);
  const { requests, latency, non2xx, errors } = JSON.parse(text);
  return {
    perSecond: requests.average,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    refused: non2xx,
    failed: errors,
  };
}

function headersOf({ headers, body }: Load): Record<string, string> {
  return { ...headers, ...(body && { 'Content-Type': 'application/json' }) };
}

function run([command = '', ...args]: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${command} exited with ${code}`)),
    );
  });
}

function found(text: string, pattern: RegExp): string {
  const value = pattern.exec(text)?.[1];
  if (value === undefined) throw new Error(`No ${pattern} in what the load tool printed:\n${text}`);
  return value;
}

function milliseconds(text: string): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(value) * ({ us: 0.001, ms: 1, s: 1_000 }[unit ?? ''] ?? Number.NaN);
}

function isInstalled(command: string, flag: string): boolean {
  return spawnSync(command, [flag], { stdio: 'ignore' }).error === undefined;
}
