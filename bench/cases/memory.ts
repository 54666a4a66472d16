/**
 * Memory: what a million live sessions take up in the store, and what the checks of all of them keep in the process.
 *
 * A process that answers takes more than one at rest, whatever it remembers. Therefore the memory of a session is what the
 * process grows by from a quarter of the sessions to all of them. Garbage is collected before, because how much of it V8
 * leaves depends on how a check is answered, and not on what is remembered.
 */

import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { collect, collects } from '../collect.ts';
import { idOf } from '../crowd.ts';
import { presentOnce } from '../once.ts';
import { databaseBytes, fill, newDatabase } from '../postgres.ts';
import { gatehouse, ownBytes, type Server } from '../servers.ts';
import { fillFile } from '../sqlite.ts';
import { onPostgres, onSqlite } from '../targets.ts';
import type { CookieLists } from '../volley.ts';
import { groupOf } from './check.ts';

const million = 1_000_000;

export const perSession = 'kB per remembered session';

/** Enough to remember every session, which the default may not be. */
const remembersAll = { GATEHOUSE_CHECK_MEMORY_MB: '2048', ...collects };

const maxCheckSeconds = 600;

/** As long as it takes until V8 has collected what a burst of checks has left. */
const restMs = 10_000;

export async function measureMemory(bench: Bench): Promise<void> {
  const sessions = bench.options.memorySessions;
  const crowd = { sessions, accounts: Math.ceil(sessions / 10) };
  if (bench.wants(onSqlite)) {
    const folder = mkdtempSync(join(bench.folder, 'memory-'));
    const [empty, file] = [join(folder, 'empty.db'), join(folder, 'gatehouse.db')];
    // Their accounts are not the sessions' fault.
    await fillFile(empty, { ...crowd, sessions: 0 });
    await fillFile(file, crowd);
    const bytes = statSync(file).size - statSync(empty).size;
    await measure(bench, onSqlite, bytes, () => gatehouse(`file:${file}`, remembersAll));
  }
  if (bench.wants(onPostgres)) {
    const server = await bench.postgres();
    const [empty, url] = [await newDatabase(server), await newDatabase(server)];
    await fill(empty, { ...crowd, sessions: 0 });
    await fill(url, crowd);
    const bytes = (await databaseBytes(url)) - (await databaseBytes(empty));
    await measure(bench, onPostgres, bytes, () => gatehouse(url, remembersAll));
  }
}

async function measure(
  bench: Bench,
  who: string,
  bytes: number,
  start: () => Promise<Server>,
): Promise<void> {
  const { memorySessions, connections, rounds } = bench.options;
  const name = { case: 'memory', group: groupOf(memorySessions), who };
  const quarter = Math.ceil(memorySessions / 4);
  const [some, others] = [idsOf(bench, 0, quarter), idsOf(bench, quarter, memorySessions - quarter)];
  bench.figures.add({ ...name, unit: 'store, MB per million' }, ((bytes / 1e6) * million) / memorySessions);
  for (let round = 1; round <= rounds; round += 1) {
    bench.tell(`  ${who}, round ${round} of ${rounds}`);
    const server = await start();
    const once = {
      url: `${server.url}/auth/session`,
      connections,
      isCold: true,
      maxSeconds: maxCheckSeconds,
    };
    /** Checks sessions for the first time; resolves to the memory of the process at rest, with garbage and without. */
    const bytesAfter = async (cookies: CookieLists) => {
      const { failed, refused, left } = await presentOnce({ ...once, cookies });
      if (failed + refused + left > 0)
        throw new Error(`${who}: ${failed + refused + left} sessions were not checked`);
      await sleep(restMs);
      const atRest = ownBytes(server.pid);
      await collect(server.pid);
      return { atRest, collected: ownBytes(server.pid) };
    };
    try {
      const [first, last] = [await bytesAfter(some), await bytesAfter(others)];
      bench.figures.addAll(name, {
        'process with a quarter, MB': first.collected / 1e6,
        'with all, MB': last.collected / 1e6,
        'with all and garbage, MB': last.atRest / 1e6,
        [perSession]: (last.collected - first.collected) / 1e3 / (memorySessions - quarter),
      });
    } finally {
      await server.stop();
    }
  }
}

/** Sessions by their numbers. */
function idsOf({ folder }: Bench, first: number, count: number): CookieLists {
  const file = join(folder, `memory-ids-${first}`);
  const lines = Array.from({ length: count }, (_, i) => `session_id=${idOf(first + i)}`);
  writeFileSync(file, lines.join('\n'));
  return { hits: file, misses: file };
}
