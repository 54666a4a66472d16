/**
 * Registrations and logouts, which are on the disk when they are answered, beside bare SQLite commits of the same rows:
 * one by one, and as many in one commit as there are clients waiting.
 *
 * Registrations hash with as many iterations as in production, so that they stand beside bare hashes too.
 */

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { fire } from '../fire.ts';
import { firstLine, spawnOnFirstCore } from '../processes.ts';
import { gatehouse } from '../servers.ts';
import { fillFile } from '../sqlite.ts';
import { onSqlite } from '../targets.ts';
import type { Answered, Volley } from '../volley.ts';
import { bareHashes, barePbkdf2, connections, hashingTimes } from './login.ts';

const kinds = ['registration', 'logout'] as const;
export type Kind = (typeof kinds)[number];

export const oneByOne = 'bare commits, one by one';
const sharing = (atOnce: number) => `bare commits, ${atOnce} share one`;

/** What hashing and a commit leave, if neither is done while the other is. */
export const hashAndCommit = 'both, one after the other';

/** More registrations at once than threads only wait, or are shed. */
export const registrationsAtOnce = [1, connections];

/** There must be sessions left to log out, however fast the machine is. */
const mostPerSecond = 16_000;
/** A server that has just started is compiled while it works. */
const warmUp = {
  registration: { seconds: 5, connections },
  logout: { seconds: 5, connections: 64 },
} as const;

/** The limits of commits, with as many clients at once. */
export function commitsBeside(atOnce: number): string[] {
  return [oneByOne, ...(atOnce > 1 ? [sharing(atOnce)] : [])];
}

export function groupOf(kind: Kind, atOnce: number): string {
  return `${kind}s, ${atOnce} at once`;
}

export async function measureCommits(bench: Bench): Promise<void> {
  const { seconds, atOnce: logoutsAtOnce } = bench.options;
  const atOnceOf = { registration: registrationsAtOnce, logout: logoutsAtOnce };
  const secondsOf = { registration: seconds * hashingTimes, logout: seconds };
  const crowd = join(mkdtempSync(join(bench.folder, 'commits-')), 'crowd.db');
  const sessions = mostPerSecond * (seconds + warmUp.logout.seconds);
  await fillFile(crowd, { sessions, accounts: Math.ceil(sessions / 10) });
  const turns = kinds.flatMap((kind) =>
    atOnceOf[kind].flatMap((atOnce) => {
      const hashes = kind === 'registration' ? [barePbkdf2] : [];
      return [onSqlite, ...hashes, ...commitsBeside(atOnce)].map((who) => ({ kind, atOnce, who }));
    }),
  );
  await bench.inTurns(
    turns.filter(({ who }) => bench.wants(who)),
    async ({ kind, atOnce, who }) => {
      const figures = await withCopyOf(crowd, (file) => figuresOf(file, kind, atOnce, who, secondsOf[kind]));
      bench.figures.addAll({ case: 'commits', group: groupOf(kind, atOnce), who }, figures);
    },
  );
  for (const atOnce of registrationsAtOnce) addBoth(bench, atOnce);
}

async function figuresOf(
  file: string,
  kind: Kind,
  atOnce: number,
  who: string,
  seconds: number,
): Promise<Record<string, number>> {
  if (who === barePbkdf2) return { 'per second': (await bareHashes(seconds)).perSecond };
  if (who !== onSqlite) {
    const together = who === oneByOne ? 1 : atOnce;
    return { 'per second': await bareCommits(file, kind, together, seconds) };
  }
  const { perSecond, p50Ms, p99Ms } = await ofGatehouse(file, kind, atOnce, seconds);
  return { 'per second': perSecond, 'p50, ms': p50Ms, 'p99, ms': p99Ms };
}

/** Of every round: a registration can be no faster than its hash and its share of a commit, unless they overlap. */
function addBoth({ figures }: Bench, atOnce: number): void {
  const name = { case: 'commits', group: groupOf('registration', atOnce), unit: 'per second' };
  const hashes = figures.values({ ...name, who: barePbkdf2 }) ?? [];
  const commits = figures.values({ ...name, who: atOnce > 1 ? sharing(atOnce) : oneByOne }) ?? [];
  for (const [round, hash] of hashes.entries()) {
    const commit = commits[round];
    if (commit !== undefined) figures.add({ ...name, who: hashAndCommit }, 1 / (1 / hash + 1 / commit));
  }
}

/** Every program begins with the same file. */
async function withCopyOf<Result>(file: string, work: (copy: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(`${file}-`);
  try {
    const copy = join(folder, 'gatehouse.db');
    copyFileSync(file, copy);
    return await work(copy);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function ofGatehouse(file: string, kind: Kind, atOnce: number, seconds: number): Promise<Answered> {
  const server = await gatehouse(`file:${file}`);
  const volley: Omit<Volley, 'seconds'> =
    kind === 'registration'
      ? {
          url: `${server.url}/register.json`,
          body: JSON.stringify({ username: 'u{n}', password: 'supersecure' }),
          connections: atOnce,
          byStatus: true,
        }
      : { url: `${server.url}/logout.json?s={n}`, isPost: true, connections: atOnce, byStatus: true };
  try {
    const { requests } = await fire({ ...volley, ...warmUp[kind] });
    // Requests that were under way when the warm-up ended may have been carried out.
    const answered = await fire({ ...volley, seconds, from: requests + 2 * warmUp[kind].connections });
    if (answered.accepted < answered.requests || answered.failed > 0)
      throw new Error(`Of ${answered.requests} ${kind}s ${answered.accepted} were accepted`);
    return answered;
  } finally {
    await server.stop();
  }
}

async function bareCommits(file: string, kind: Kind, together: number, seconds: number): Promise<number> {
  const words = ['bench/durable.ts', kind, file, String(together), String(seconds)];
  return Number((await firstLine(spawnOnFirstCore(words)))['perSecond']);
}
