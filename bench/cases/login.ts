/** Logins: as many as can be had, beside bare PBKDF2 with the parameters of a login. */

import { table } from '../../src/settings/option-table.ts';
import type { Bench } from '../bench.ts';
import { cpuTimes, hashingMs, spentMs } from '../cpu.ts';
import { fire } from '../fire.ts';
import { firstLine, spawnOnFirstCore } from '../processes.ts';
import { betterAuth, type Checked, onSqlite, startAll } from '../targets.ts';
import type { Volley } from '../volley.ts';

export const barePbkdf2 = 'bare crypto.pbkdf2';

/** Enough to keep the threads busy, too few to be shed. */
export const connections = 4;

/** A hash takes so long that the seconds of a turn hold too few of them to tell two percent apart. */
export const hashingTimes = 4;

/** A program to log in to. */
export interface Door extends Checked {
  readonly login: Pick<Volley, 'url' | 'body' | 'headers'>;
}

/** Gatehouse and better-auth, with as many live sessions and an account that can log in. */
export async function openDoors(bench: Bench, sessions: number): Promise<Door[]> {
  const doors: Door[] = [];
  for (const one of await startAll(bench, sessions, [onSqlite, betterAuth])) {
    const login = one.who === onSqlite ? await ofGatehouse(one) : ofBetterAuth(one);
    const { status } = await post(login);
    if (status !== 200) throw new Error(`${one.who} answered ${status} to a login`);
    doors.push({ ...one, login });
  }
  return doors;
}

async function ofGatehouse({ server }: Checked): Promise<Door['login']> {
  const body = JSON.stringify({ username: 'joe', password: 'supersecure' });
  await post({ url: `${server.url}/register.json`, body });
  return { url: `${server.url}/login.json`, body };
}

/** Its account was made with its sessions. */
function ofBetterAuth({ server }: Checked): Door['login'] {
  const body = JSON.stringify({ email: 'joe@example.com', password: 'supersecure' });
  return { url: server.urls['login'] ?? '', body, headers: { Origin: 'https://app.example.com' } };
}

function post({ url, body = '', headers }: Door['login']): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body });
}

export async function measureLogins(bench: Bench): Promise<void> {
  const doors = await openDoors(bench, 1);
  const seconds = bench.options.seconds * hashingTimes;
  const group = `${connections} at once`;
  try {
    bench.tell('  warming up');
    for (const { login } of doors) await fire({ ...login, connections, seconds: bench.options.seconds });
    await bench.inTurns([undefined, ...doors], async (door) => {
      const name = { case: 'login', group, who: door?.who ?? barePbkdf2 };
      bench.figures.addAll(name, door ? await loginsOf(door, seconds) : await hashesOf(seconds));
    });
  } finally {
    await Promise.all(doors.map(({ server }) => server.stop()));
  }
}

async function hashesOf(seconds: number): Promise<Record<string, number>> {
  const { perSecond, cpuMs } = await bareHashes(seconds);
  return { 'logins/s': perSecond, 'CPU, ms': cpuMs };
}

async function loginsOf({ server, login }: Door, seconds: number): Promise<Record<string, number>> {
  const [before, hashedBefore] = [cpuTimes(server.pid), hashingMs(server.pid)];
  const answered = await fire({ ...login, connections, seconds, byStatus: true });
  const [cpuMs, hashedAfter] = [spentMs(before, cpuTimes(server.pid)), hashingMs(server.pid)];
  const besideMs = hashedAfter > 0 ? cpuMs - (hashedAfter - hashedBefore) : undefined;
  const { requests, perSecond, accepted, failed, p50Ms, p99Ms } = answered;
  return {
    'logins/s': requests > 0 ? (perSecond * accepted) / requests : 0,
    'CPU, ms': cpuMs / accepted,
    ...(besideMs === undefined ? {} : { 'CPU beside the hash, ms': besideMs / accepted }),
    'p50, ms': p50Ms,
    'p99, ms': p99Ms,
    'not accepted': requests - accepted + failed,
  };
}

/** Hashes a second on the first core, with the parameters of a login, and the processor time of each. */
export async function bareHashes(seconds: number): Promise<{ perSecond: number; cpuMs: number }> {
  const iterations = table.pbkdf2Iterations.default;
  const { perSecond, cpuMs } = await firstLine(
    spawnOnFirstCore(['bench/hashes.ts', iterations, String(seconds)]),
  );
  return { perSecond: Number(perSecond), cpuMs: Number(cpuMs) };
}
