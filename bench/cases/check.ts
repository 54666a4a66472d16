/**
 * Steady session checks: as many as can be had with a number of connections, among one live session and among many.
 *
 * Before every turn of a program each session is checked once, so that none is read from the store for the first time
 * in the turn. `cold.ts` measures first checks.
 */

import type { Bench } from '../bench.ts';
import { cpuTimes, spentMs } from '../cpu.ts';
import { type Checked, check, startAll, touchAll } from '../targets.ts';

export async function measureChecks(bench: Bench): Promise<void> {
  for (const sessions of bench.options.sessions) {
    const all = await startAll(bench, sessions);
    try {
      await measureAll(bench, all, groupOf(sessions));
    } finally {
      await Promise.all(all.map(({ server }) => server.stop()));
    }
  }
}

/** The name of a group of figures. */
export function groupOf(sessions: number): string {
  return sessions === 1 ? '1 live session' : `${sessions.toLocaleString('en')} live sessions`;
}

async function measureAll(bench: Bench, all: readonly Checked[], group: string): Promise<void> {
  const { connections, seconds } = bench.options;
  bench.tell('  warming up');
  for (const one of all) await check(one, { connections, seconds: Math.max(2, seconds) });
  await bench.inTurns(all, async (one) => {
    await touchAll(bench, one);
    const before = cpuTimes(one.server.pid);
    const answered = await check(one, { connections, seconds });
    const { requests, perSecond, p50Ms, p99Ms, p999Ms, failed } = answered;
    const cpuUs = (spentMs(before, cpuTimes(one.server.pid)) * 1_000) / requests;
    const name = { case: 'check', group, who: one.who };
    const latencies = { 'p50, ms': p50Ms, 'p99, ms': p99Ms, 'p99.9, ms': p999Ms };
    bench.figures.addAll(name, { 'checks/s': perSecond, 'CPU, µs': cpuUs, ...latencies, failed });
  });
}
