/**
 * Registrations and logouts, which are on the disk when they are answered, beside bare SQLite commits of the same rows:
 * one by one, and as many in one commit as there are clients waiting.
 *
 * Registrations hash with the fewest iterations there can be, so that commits and not hashes are measured; what is left
 * of hashing is measured too.
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
import { bareHashes } from './login.ts';

export const kinds = ['registration', 'logout'] as const;
type Kind = (typeof kinds)[number];

const iterations = 1_000;

export const oneByOne = 'bare commits, one by one';
export const sharing = (atOnce: number) => `bare commits, ${atOnce} share one`;
export const bareFewHashes = `bare crypto.pbkdf2, ${iterations.toLocaleString('en')} iterations`;

/** What is left of hashing and a commit, if neither is done while the other is. */
export const hashAndCommit = 'both, one after the other';

/** There must be sessions left to log out, however fast the machine is. */
const mostPerSecond = 16_000;
/** A server that has just started is compiled while it works. */
const warmUp = { seconds: 5, connections: 64 } as const;

export function groupOf(kind: Kind, atOnce: number): string {
  return `${kind}s, ${atOnce} at once`;
}

export async function measureCommits(bench: Bench): Promise<void> {
  const { seconds, atOnce: all } = bench.options;
  const crowd = join(mkdtempSync(join(bench.folder, 'commits-')), 'crowd.db');
  const sessions = mostPerSecond * (seconds + warmUp.seconds);
  await fillFile(crowd, { sessions, accounts: Math.ceil(sessions / 10) });
  const turns = kinds.flatMap((kind) =>
    all.flatMap((atOnce) => {
      const limits = [oneByOne, ...(atOnce > 1 ? [sharing(atOnce)] : [])];
      const hashes = kind === 'registration' ? [bareFewHashes] : [];
      return [onSqlite, ...limits, ...hashes].map((who) => ({ kind, atOnce, who }));
    }),
  );
  await bench.inTurns(
    turns.filter(({ who }) => bench.wants(who)),
    async ({ kind, atOnce, who }) => {
      const figures = await withCopyOf(crowd, (file) => figuresOf(file, kind, atOnce, who, seconds));
      bench.figures.addAll({ case: 'commits', group: groupOf(kind, atOnce), who }, figures);
    },
  );
  for (const atOnce of all) addBoth(bench, atOnce);
}

async function figuresOf(
  file: string,
  kind: Kind,
  atOnce: number,
  who: string,
  seconds: number,
): Promise<Record<string, number>> {
  if (who === bareFewHashes) return { 'per second': await bareHashes(seconds, String(iterations)) };
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
  const hashes = figures.values({ ...name, who: bareFewHashes }) ?? [];
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
  const server = await gatehouse(`file:${file}`, { GATEHOUSE_PBKDF2_ITERATIONS: String(iterations) });
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
    const { requests } = await fire({ ...volley, ...warmUp });
    // Requests that were under way when the warm-up ended may have been carried out.
    const answered = await fire({ ...volley, seconds, from: requests + 2 * warmUp.connections });
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
