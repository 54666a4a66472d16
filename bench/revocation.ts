/**
 * Measures how soon a logout that one node has acknowledged holds on others: `npm run bench:revocation`.
 *
 * Real nodes: two and three of them on one PostgreSQL, and two processes on one SQLite file. One ends sessions and the
 * others check them. On PostgreSQL one of the others hears of it by notification; another is cut off from the
 * notifications of nodes by a proxy, so that it knows only when it asks. A session is checked again and again, from
 * before its end until it is refused; the measure is the time from the answer to the logout until the first refusal was
 * received, 0 if it came first. One logout is measured at a time; and once several, which wait for one another's reads.
 *
 * Options: `-- --samples 200 --json results.json`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { clearHome } from '../test/support/postgres/home.ts';
import { isNotice, startPostgresProxy } from '../test/support/postgres/messages.ts';
import { idOf } from './crowd.ts';
import { fill, newDatabase, startPostgres } from './postgres.ts';
import { endAll } from './processes.ts';
import { type Row, report } from './report.ts';
import { type Server, serve } from './servers.ts';
import { fillFile } from './sqlite.ts';

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '200' },
    json: { type: 'string' },
  },
});
const samples = Number(values.samples);
/** Logouts that are measured at once where they are to meet. */
const atOnce = 3;

const crowd = { sessions: samples, accounts: samples };

/** How long a refusal is waited for; whatever takes longer is counted as this long. */
const patienceMs = 5_000;

/** One that checks sessions, and how often: a look now and then leaves the machine to the others. */
interface Watcher {
  readonly name: string;
  readonly url: string;
  readonly pauseMs: number;
}

const [frequentlyMs, seldomMs] = [1, 4];
const agent = new Agent({ keepAlive: true });
const delays: Record<string, number[]> = {};
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-revocation-'));

try {
  await onPostgres();
  await onSqlite();
  const rows = Object.entries(delays).map(([name, of]) => [name, distribution(of)]);
  const about = 'milliseconds from the answer to a logout until it is refused elsewhere';
  report(about, [Object.fromEntries(rows)], values.json);
} finally {
  endAll();
  await clearHome();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

async function onPostgres(): Promise<void> {
  const server = await startPostgres();
  const proxy = await startPostgresProxy(server.port, { atEnd: () => {} });
  proxy.judge((message) => (isNotice(message) ? 'drop' : 'pass'));
  /** Ends the sessions of a new database on a first node, with others beside it. */
  const measured = async (name: string, kinds: readonly ('with' | 'without')[], lanes = 1) => {
    const url = await newDatabase(server);
    await fill(url, crowd);
    const nodes = [await node(url)];
    for (const kind of kinds) nodes.push(await node(kind === 'with' ? url : proxy.url(url)));
    const watchers = kinds.map((kind, i) => ({
      name: `${name}, ${kind} notifications${lanes > 1 ? `, ${lanes} logouts at once` : ''}`,
      url: nodes[i + 1]?.url ?? '',
      pauseMs: kind === 'with' ? frequentlyMs : seldomMs,
    }));
    await sampleAll(name, nodes, watchers, lanes);
  };
  await measured('two nodes', ['with']);
  await measured('two nodes', ['with'], atOnce);
  await measured('two nodes', ['without']);
  await measured('three nodes', ['with', 'without']);
}

async function onSqlite(): Promise<void> {
  const file = join(folder, 'gatehouse.db');
  await fillFile(file, crowd);
  const nodes = [await node(`file:${file}`), await node(`file:${file}`)];
  const name = 'SQLite, two processes';
  await sampleAll(name, nodes, [{ name, url: nodes[1]?.url ?? '', pauseMs: frequentlyMs }]);
}

function node(databaseUrl: string): Promise<Server> {
  return serve(['bin/gatehouse.js'], { PORT: '0', DATABASE_URL: databaseUrl });
}

/** Ends every session on the first of the nodes, as many at a time as there are lanes, and stops the nodes. */
async function sampleAll(
  name: string,
  nodes: readonly Server[],
  watchers: readonly Watcher[],
  lanes = 1,
): Promise<void> {
  const ending = nodes[0]?.url ?? '';
  let next = 0;
  const lane = async () => {
    while (next < samples) {
      const n = next++;
      await sample(idOf(n), ending, watchers);
      if ((n + 1) % 50 === 0) console.error(`${name}: ${n + 1} of ${samples}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await Promise.all(nodes.map((one) => one.stop()));
}

async function sample(id: string, ending: string, watchers: readonly Watcher[]): Promise<void> {
  const logout = { at: Number.POSITIVE_INFINITY };
  const refusals = watchers.map(({ url, pauseMs }) => refusedAt(url, id, logout, pauseMs));
  // Anywhere within the time of trust.
  await sleep(100 + Math.random() * 1_000);
  const status = await ask(`${ending}/logout.json?s=${id}`, 'POST');
  if (status !== 200) throw new Error(`A logout was answered with ${status}`);
  logout.at = performance.now();
  for (const [i, { name }] of watchers.entries()) {
    const refused = (await refusals[i]) ?? Number.NaN;
    delays[name] ??= [];
    delays[name].push(Math.max(0, refused - logout.at));
  }
}

/** Checks a session until it is refused; resolves to when that was. */
async function refusedAt(
  url: string,
  id: string,
  logout: { readonly at: number },
  pauseMs: number,
): Promise<number> {
  for (;;) {
    const status = await ask(`${url}/auth/session`, 'GET', { 'X-Session-Id': id });
    const now = performance.now();
    if (status === 401) return now;
    if (status !== 200) throw new Error(`A check was answered with ${status}`);
    if (now - logout.at > patienceMs) return now;
    if (pauseMs > 0) await sleep(pauseMs);
  }
}

function ask(url: string, method: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject).end();
  });
}

function distribution(unsorted: readonly number[]): Row {
  const sorted = unsorted.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const shares = { min: 0, p50: 0.5, p90: 0.9, p99: 0.99, max: 1 };
  const read = Object.entries(shares).map(([name, share]) => [name, at(share).toFixed(1)]);
  return { samples: sorted.length, ...Object.fromEntries(read) };
}
