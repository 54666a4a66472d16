/** Starts: how long until the first answer, with no database yet and with one, and what is in memory at rest. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { installInto } from '../installed.ts';
import { peer } from '../peers.ts';
import { newDatabase } from '../postgres.ts';
import { residentBytes, type Server, serve } from '../servers.ts';
import { betterAuth, limit, onPostgres, onSqlite } from '../targets.ts';

export const group = 'from nothing to the first answer';
const firstStart = 'first start, ms';
export const secondStart = 'second start, ms';
export const atRest = 'at rest, MB';

/** A start is over soon, and differs from the next. */
const minRounds = 7;

/** How long a process that has answered is left alone. */
const restMs = 2_000;

/** Starts a program over a folder or a database that is new the first time. */
type Starter = (place: string) => Promise<{ server: Server; url: string }>;

export async function measureStarts(bench: Bench): Promise<void> {
  const wanted = Object.entries(startersOf(bench)).filter(([who]) => bench.wants(who));
  const rounds = Math.max(minRounds, bench.options.rounds);
  for (let round = 1; round <= rounds; round += 1) {
    bench.tell(`  round ${round} of ${rounds}`);
    for (const [who, start] of wanted) {
      const place =
        who === onPostgres ? await newDatabase(await bench.postgres()) : newFolder(bench, 'start');
      const [first, second] = [await timed(start, place), await timed(start, place)];
      const figures = { [firstStart]: first.ms, [secondStart]: second.ms, [atRest]: second.bytes / 1e6 };
      bench.figures.addAll({ case: 'start', group, who }, figures);
    }
  }
}

function newFolder({ folder }: Bench, purpose: string): string {
  return mkdtempSync(join(folder, `${purpose}-`));
}

/** The programs as they are installed; Gatehouse with its defaults, which leave the metrics off, and with metrics. */
function startersOf(bench: Bench): Readonly<Record<string, Starter>> {
  const program = join(installInto(newFolder(bench, 'installed')), 'bin', 'gatehouse.js');
  const bare = join(newFolder(bench, 'bare'), 'bare.mjs');
  writeFileSync(bare, bareProgram);
  const ours = async (databaseUrl: string, env: Readonly<Record<string, string>> = {}) => {
    const server = await serve([program], { PORT: '0', DATABASE_URL: databaseUrl, ...env });
    return { server, url: `${server.url}/auth/session` };
  };
  const fileIn = (folder: string) => `file:${join(folder, 'gatehouse.db')}`;
  return {
    [limit]: async () => {
      const server = await serve([bare]);
      return { server, url: server.url };
    },
    [onSqlite]: (folder) => ours(fileIn(folder)),
    [`${onSqlite}, with metrics`]: (folder) => ours(fileIn(folder), { GATEHOUSE_METRICS_PORT: '0' }),
    [onPostgres]: ours,
    [betterAuth]: async (folder) => {
      const server = await peer('better-auth', { folder });
      return { server, url: server.urls['check'] ?? '' };
    },
  };
}

const bareProgram = `import { createServer } from 'node:http';
const server = createServer((request, response) => response.writeHead(401).end('{}'));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port })));
`;

/** How long a program takes until its first answer, and its memory some time later. */
async function timed(start: Starter, place: string): Promise<{ ms: number; bytes: number }> {
  const startedAt = performance.now();
  const { server, url } = await start(place);
  try {
    await answer(url);
    const ms = performance.now() - startedAt;
    await sleep(restMs);
    return { ms, bytes: residentBytes(server.pid) };
  } finally {
    await server.stop();
  }
}

/** Without anything that has to be loaded first, as `fetch` has. */
function answer(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => response.resume().once('end', resolve)).once('error', reject);
  });
}
