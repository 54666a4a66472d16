/**
 * Writes: session checks on SQLite by two worker processes while sessions begin and end, beside the same without writes.
 *
 * A write of one process concerns what the other one remembers. Twenty logins and twenty logouts a second go through the
 * contract, one of each every fiftieth of a second. The password has the fewest iterations there can be, because what is
 * measured is the write and not the hash.
 */

import { mkdtempSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, openClient } from '../../test/support/agent.ts';
import type { Bench } from '../bench.ts';
import { onCore } from '../cores.ts';
import { cpuTimes, spentMs } from '../cpu.ts';
import { gatehouse } from '../servers.ts';
import { fillFile } from '../sqlite.ts';
import { type Checked, check, onSqlite, writeIds } from '../targets.ts';
import { groupOf } from './check.ts';

export const withoutWrites = 'without writes';
export const withWrites = '20 logins and 20 logouts a second';

const sessions = 1_000;
export const group = groupOf(sessions);

const perSecond = 20;
const iterations = 1_000;

/** Writes begin sooner than what is measured beside them. */
const leadMs = 500;

const credentials = { username: 'joe', password: 'supersecure' };

/** Connections of the writes; a login may take longer than the time until the next one. */
const writers = 8;

export async function measureWrites(bench: Bench): Promise<void> {
  if (availableParallelism() < 2)
    return bench.note('Two worker processes with writes: not available on one core.');
  const file = join(mkdtempSync(join(bench.folder, 'writes-')), 'gatehouse.db');
  await fillFile(file, { sessions, accounts: sessions });
  const settings = { GATEHOUSE_WORKERS: '2', GATEHOUSE_PBKDF2_ITERATIONS: String(iterations) };
  const server = await gatehouse(`file:${file}`, settings, onCore(0, 1));
  // It shares the cores with what is measured, and `fetch` would take more of them.
  const client = openClient(server.url, writers);
  try {
    const one: Checked = {
      ...{ who: onSqlite, server, url: `${server.url}/auth/session`, refuses: true },
      cookies: writeIds(bench, sessions),
    };
    await post(client, '/register.json', credentials);
    bench.tell('  warming up');
    // Long enough for every process to be asked for every session.
    await check(one, { connections: bench.options.connections, seconds: Math.max(2, bench.options.seconds) });
    await bench.inTurns([withoutWrites, withWrites], (who) => turn(bench, one, who, client));
  } finally {
    client.close();
    await server.stop();
  }
}

async function turn(bench: Bench, one: Checked, who: string, client: Client): Promise<void> {
  const { seconds, connections } = bench.options;
  const writer = who === withWrites ? startWriting(client) : undefined;
  await sleep(leadMs);
  const before = cpuTimes(one.server.pid);
  const answered = await check(one, { connections, seconds });
  const cpuUs = (spentMs(before, cpuTimes(one.server.pid)) * 1_000) / answered.requests;
  const written = (await writer?.stop()) ?? 0;
  const figures = { 'checks/s': answered.perSecond, 'CPU, µs': cpuUs, 'p99, ms': answered.p99Ms };
  bench.figures.addAll({ case: 'writes', group, who }, { ...figures, 'logins and logouts/s': written });
}

/** Begins a session and ends it again, twenty times a second; `stop` resolves to how many writes there were a second. */
function startWriting(client: Client): { stop(): Promise<number> } {
  const startedAt = performance.now();
  const all: Promise<unknown>[] = [];
  const write = async () => {
    const { id } = await post(client, '/login.json', credentials);
    await post(client, `/logout.json?s=${id}`, {});
  };
  const writeDue = () => {
    // An error is the result of its write until `stop` throws it.
    while (all.length < ((performance.now() - startedAt) * perSecond) / 1_000)
      all.push(write().catch((error) => error));
  };
  const timer = setInterval(writeDue, 1_000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      const ms = performance.now() - startedAt;
      const error = (await Promise.all(all)).find((result) => result !== undefined);
      if (error) throw error;
      const rate = (2 * all.length * 1_000) / ms;
      if (rate < 0.9 * 2 * perSecond) throw new Error(`There were only ${Math.round(rate)} writes a second.`);
      return rate;
    },
  };
}

async function post(client: Client, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const { status, json } = await client.post(path, body);
  if (status !== 200) throw new Error(`${path.replace(/\?.*/, '')} was answered with ${status}`);
  return json;
}
