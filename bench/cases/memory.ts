/** Memory: what a million live sessions take up in the store, and what the checks of all of them keep in the process. */

import { mkdtempSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { idOf } from '../crowd.ts';
import { fire } from '../fire.ts';
import { presentOnce } from '../once.ts';
import { databaseBytes, fill, newDatabase } from '../postgres.ts';
import { gatehouse, ownBytes, type Server } from '../servers.ts';
import { fillFile } from '../sqlite.ts';
import { onPostgres, onSqlite, writeIds } from '../targets.ts';
import { groupOf } from './check.ts';

const million = 1_000_000;

export const perSession = 'kB per remembered session';

/** Enough to remember every session, which the default may not be. */
const remembersAll = { GATEHOUSE_CHECK_MEMORY_MB: '2048' };

const maxCheckSeconds = 600;

const headersOf = (id: string) => ({ 'X-Session-Id': id });

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
  const { memorySessions, connections, seconds, rounds } = bench.options;
  const group = groupOf(memorySessions);
  const ofMillion = million / memorySessions;
  const cookies = writeIds(bench, memorySessions);
  bench.figures.add({ case: 'memory', group, who, unit: 'store, MB per million' }, (bytes / 1e6) * ofMillion);
  for (let round = 1; round <= rounds; round += 1) {
    bench.tell(`  ${who}, round ${round} of ${rounds}`);
    const server = await start();
    try {
      const url = `${server.url}/auth/session`;
      const once = { url, connections, isCold: true, maxSeconds: maxCheckSeconds };
      // After many checks of one session everything is loaded, and the heap has its usual size. Dead ones are read too.
      await fire({ url, headers: headersOf(idOf(0)), connections, seconds: Math.max(2, seconds) });
      await presentOnce({ ...once, cookies: { ...cookies, hits: cookies.misses } });
      const before = ownBytes(server.pid);
      const { failed, refused, left } = await presentOnce({ ...once, cookies });
      if (failed + refused + left > 0)
        throw new Error(`${who}: ${failed + refused + left} of ${memorySessions} sessions were not checked`);
      const after = ownBytes(server.pid);
      bench.figures.addAll(
        { case: 'memory', group, who },
        {
          'process before, MB': before / 1e6,
          'after, MB': after / 1e6,
          'growth, MB': (after - before) / 1e6,
          [perSession]: (after - before) / 1e3 / memorySessions,
        },
      );
    } finally {
      await server.stop();
    }
  }
}
