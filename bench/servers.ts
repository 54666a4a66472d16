/** Servers that are measured: Gatehouse on either engine, the limit, and peers; what each takes up and uses. */

import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuTimes, spentMs } from './cpu.ts';
import { firstLine, spawnOnFirstCore } from './processes.ts';

export interface Server {
  readonly url: string;
  /** Addresses by what they are for. */
  readonly urls: Readonly<Record<string, string>>;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a program that prints its address; on the first core, or on those that are named. */
export async function serve(
  command: string[],
  env: Readonly<Record<string, string>> = {},
  cores?: string[],
): Promise<Server> {
  const child = spawnOnFirstCore(command, { NODE_ENV: 'production', ...env }, cores);
  const { url, ...others } = await firstLine(child);
  const urls = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)]));
  return { url: String(url), urls, pid: child.pid ?? 0, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 12_000);
  await ended;
  clearTimeout(late);
}

/** Gatehouse as it is run, with its log and its metrics, and without the throttle, which would stop the load. */
export function gatehouse(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
  cores?: string[],
): Promise<Server> {
  const usual = { PORT: '0', GATEHOUSE_METRICS_PORT: '0', GATEHOUSE_THROTTLE: 'off' };
  return serve(['bin/gatehouse.js'], { ...usual, DATABASE_URL: databaseUrl, ...env }, cores);
}

/** The resident memory of a process in bytes; `NaN` if it is unknown. */
export function residentBytes(pid: number): number {
  const known = statusBytes(pid, 'VmRSS');
  if (known !== undefined) return known;
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number.parseInt(stdout ?? '', 10) * 1_024;
}

/** The same without the pages of files, which the system takes back when it needs them, where that is known. */
export function ownBytes(pid: number): number {
  return statusBytes(pid, 'RssAnon') ?? residentBytes(pid);
}

function statusBytes(pid: number, name: string): number | undefined {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return undefined;
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(status, 'utf8'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
}

/** Waits until a process has nothing left to do, or a minute. */
export async function idle(pid: number): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  do {
    const before = cpuTimes(pid);
    await sleep(Number.isNaN(before.get(pid)) ? 3_000 : 500);
    if (!(spentMs(before, cpuTimes(pid)) > 30)) return;
  } while (performance.now() < giveUpAt);
}
