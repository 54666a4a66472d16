/**
 * Cold checks: the first check of each of many sessions, by a server that has just been started.
 *
 * No session is in the memory of the server, and its code is not compiled yet.
 */

import type { Bench } from '../bench.ts';
import { cpuTimes, spentMs } from '../cpu.ts';
import { byHand, limit, onPostgres, onSqlite, startAll, touchCold } from '../targets.ts';
import { groupOf } from './check.ts';

export const coldChecks = 'cold checks';

/** Programs that can be started with many sessions in a moment. */
const programs = [limit, onSqlite, onPostgres, byHand];

export async function measureCold(bench: Bench): Promise<void> {
  const sessions = Math.max(...bench.options.sessions);
  await bench.inTurns(programs, (who) => measure(bench, who, sessions));
}

async function measure(bench: Bench, who: string, sessions: number): Promise<void> {
  for (const one of await startAll(bench, sessions, [who]))
    try {
      const before = cpuTimes(one.server.pid);
      const touched = await touchCold(bench, one, bench.options.seconds);
      const { requests, perSecond, p50Ms, p99Ms, p999Ms } = touched;
      const cpuUs = (spentMs(before, cpuTimes(one.server.pid)) * 1_000) / requests;
      const name = { case: coldChecks, group: groupOf(sessions), who };
      const latencies = { 'p50, ms': p50Ms, 'p99, ms': p99Ms, 'p99.9, ms': p999Ms };
      bench.figures.addAll(name, { 'checks/s': perSecond, 'CPU, µs': cpuUs, ...latencies });
    } finally {
      await one.server.stop();
    }
}
