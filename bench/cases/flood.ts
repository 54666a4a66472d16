/**
 * Login floods: how long session checks take while clients log in without pause, whatever they are answered.
 *
 * Checks come in two ways: as many as can be had with all connections, and a thousand a second, which leaves the
 * server time, so that what a check waits for is not another check.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { fire } from '../fire.ts';
import { idle } from '../servers.ts';
import { check } from '../targets.ts';
import type { Answered } from '../volley.ts';
import { type Door, openDoors } from './login.ts';

/** How checks come, by its name. */
export const paces = {
  'checks without pause': (connections: number) => ({ connections }),
  'a thousand checks a second': () => ({ connections: 32, restMs: 32 }),
} as const;

type Pace = keyof typeof paces;

const sessions = 1_000;

/** The flood begins sooner than what is measured beside it, and ends later. */
const leadSeconds = 1;

export function whoOf(who: string, clients: number): string {
  return clients === 0 ? `${who}, no logins` : `${who}, ${clients} clients`;
}

export async function measureFloods(bench: Bench): Promise<void> {
  const doors = await openDoors(bench, sessions);
  const turns = doors.flatMap((door) => bench.options.flooding.map((clients) => ({ door, clients })));
  try {
    for (const pace of Object.keys(paces) as Pace[]) {
      bench.tell(`  ${pace}; warming up`);
      const volley = paces[pace](bench.options.connections);
      for (const door of doors) await check(door, { ...volley, seconds: Math.max(2, bench.options.seconds) });
      await bench.inTurns(turns, ({ door, clients }) => turn(bench, pace, door, clients));
    }
  } finally {
    await Promise.all(doors.map(({ server }) => server.stop()));
  }
}

async function turn(bench: Bench, pace: Pace, door: Door, clients: number): Promise<void> {
  const { seconds, connections } = bench.options;
  const time = seconds + 2 * leadSeconds;
  const login = { ...door.login, connections: clients, seconds: time, byStatus: true, background: true };
  const flood = clients > 0 ? fire(login) : undefined;
  await sleep(leadSeconds * 1_000);
  const checks = await check(door, { ...paces[pace](connections), seconds, byStatus: true });
  const name = { case: 'flood', group: pace, who: whoOf(door.who, clients) };
  bench.figures.addAll(name, figuresOf(checks, await flood, time));
  // Logins that are still in the queue must not disturb the next turn.
  await idle(door.server.pid);
}

function figuresOf(checks: Answered, logins: Answered | undefined, time: number): Record<string, number> {
  const { perSecond, p50Ms, p99Ms, p999Ms, shed, failed, requests } = checks;
  // Without any answer, every check waited for as long as the turn took, or longer.
  const latency = (ms: number) => (requests === 0 ? (time - 2 * leadSeconds) * 1_000 : ms);
  return {
    'checks/s': perSecond,
    'p50, ms': latency(p50Ms),
    'p99, ms': latency(p99Ms),
    'p99.9, ms': latency(p999Ms),
    'checks failed': shed + failed,
    'logins/s': (logins?.accepted ?? 0) / time,
    'shed/s': (logins?.shed ?? 0) / time,
    'logins failed/s': ((logins?.refused ?? 0) + (logins?.failed ?? 0)) / time,
  };
}
