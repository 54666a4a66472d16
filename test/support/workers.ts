/** Several workers behind one port: which of them runs as which process, and a way to talk to each. */

import { readdirSync, readFileSync } from 'node:fs';
import { onTestFinished, test } from 'vitest';
import { type Client, openClient } from './agent.ts';
import { type ProcessOptions, startProcess, type TestProcess, until } from './process.ts';

/** A test of workers: only some systems let several processes have one port, and of them only Linux has `/proc`. */
export const onLinux = test.skipIf(process.platform !== 'linux');

/** Starts so many workers, with connections enough for all of them. */
export function startWorkers(
  count: number,
  environment: Readonly<Record<string, string>> = {},
  options: ProcessOptions = {},
): Promise<TestProcess> {
  return startProcess(
    {
      GATEHOUSE_WORKERS: String(count),
      GATEHOUSE_DATABASE_CONNECTIONS: '32',
      GATEHOUSE_THROTTLE: 'off',
      ...environment,
    },
    options,
  );
}

/** The processes of the workers that are there at the moment, by their numbers. */
export function workersOf({ child }: Pick<TestProcess, 'child'>): ReadonlyMap<number, number> {
  const workers = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === child.pid)
    .map((pid) => [numberOf(pid), Number(pid)] as const);
  return new Map(workers.filter(([number]) => number > 0));
}

/** The processes of its workers, at a moment when all are there. */
export function allOf(server: TestProcess, count: number): Promise<readonly number[]> {
  return until(() => {
    const pids = [...workersOf(server).values()];
    return pids.length === count ? pids : undefined;
  }, `${count} workers`);
}

/** Whether a process is there and not just waiting for its end to be noticed. */
export function lives(pid: number): boolean {
  return /^(?!Z)/.test(statOf(String(pid))[0] ?? 'Z');
}

/** A client for each worker, with one connection that leads to it. */
export async function clientsOf(server: TestProcess, count: number): Promise<ReadonlyMap<number, Client>> {
  const clients = new Map<number, Client>();
  for (let tries = 0; clients.size < count && tries < 300; tries += 1) {
    const client = openClient(server.url, 1);
    onTestFinished(() => client.close());
    const nobody = { username: 'nobody', password: 'not this one' };
    const { json } = await client.post('/api/auth/login', nobody);
    const entry = await until(
      () => server.log.find(({ audit }) => (audit as { requestId?: string })?.requestId === json['request']),
      'the entry of a login',
    );
    const worker = Number(entry['worker']);
    if (clients.has(worker)) client.close();
    else clients.set(worker, client);
  }
  return clients;
}

function parentOf(pid: string): number {
  return Number(statOf(pid)[1]);
}

/** State, parent and so on (proc_pid_stat(5)); nothing if the process has gone. */
function statOf(pid: string): string[] {
  return contents(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
    .filter(Boolean);
}

function numberOf(pid: string): number {
  const [, number] = /\bworker\.[jt]s\0(\d+)\0/.exec(contents(`/proc/${pid}/cmdline`)) ?? [];
  return Number(number ?? 0);
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
