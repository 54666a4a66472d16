/**
 * Two cores: session checks with two worker processes, beside one.
 *
 * Where there are three cores the workers have two of them and the load the third. Where there are only two the load
 * takes its part of them, so that twice as many checks cannot be had: there the checks for each second of computing
 * show what two cores of their own would give.
 */

import { mkdtempSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { table } from '../../src/settings/option-table.ts';
import type { Bench } from '../bench.ts';
import { onCore } from '../cores.ts';
import { cpuTimes, spentMs } from '../cpu.ts';
import { idOf } from '../crowd.ts';
import { fire } from '../fire.ts';
import { gatehouse } from '../servers.ts';
import { fillFile } from '../sqlite.ts';

const setting = 'GATEHOUSE_WORKERS';

export const group = '1,000 live sessions';
export const perComputed = 'checks for each second computed';
export const whoOf = (workers: number) => (workers === 1 ? '1 process' : `${workers} processes`);

const sessions = 1_000;

export async function measureWorkers(bench: Bench): Promise<void> {
  if (!Object.values(table).some(({ env }) => String(env) === setting))
    return bench.note(`Two worker processes: not available, as there is no ${setting}.`);
  if (availableParallelism() < 2) return bench.note('Two worker processes: not available on one core.');
  const file = join(mkdtempSync(join(bench.folder, 'workers-')), 'gatehouse.db');
  await fillFile(file, { sessions, accounts: sessions });
  await bench.inTurns([1, 2], (workers) => measure(bench, `file:${file}`, workers));
}

/** The cores for workers, and for the load. */
function coresFor(workers: number): { server: string[]; load: string[] } {
  const load = availableParallelism() > 2 ? [2] : workers === 1 ? [1] : [0, 1];
  return { server: workers === 1 ? onCore(0) : onCore(0, 1), load: onCore(...load) };
}

async function measure(bench: Bench, databaseUrl: string, workers: number): Promise<void> {
  const { connections, seconds } = bench.options;
  const cores = coresFor(workers);
  const server = await gatehouse(databaseUrl, { [setting]: String(workers) }, cores.server);
  try {
    const headers = { Cookie: `session_id=${idOf(0)}` };
    const volley = { url: `${server.url}/auth/session`, connections, headers };
    await fire({ ...volley, seconds: Math.max(2, seconds) }, cores.load);
    const before = cpuTimes(server.pid);
    const { perSecond, p99Ms, requests, failed, refused } = await fire({ ...volley, seconds }, cores.load);
    const computed = spentMs(before, cpuTimes(server.pid)) / 1_000;
    if (failed + refused > 0) throw new Error(`${failed + refused} checks failed`);
    bench.figures.addAll(
      { case: 'workers', group, who: whoOf(workers) },
      { 'checks/s': perSecond, 'p99, ms': p99Ms, [perComputed]: requests / computed },
    );
  } finally {
    await server.stop();
  }
}
