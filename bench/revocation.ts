/**
 * Measures how soon a logout that one node has acknowledged holds on others: `npm run bench:revocation`.
 *
 * Three real nodes on one PostgreSQL. One ends sessions; the second hears of it by notification; the third is cut off
 * from the notifications of others by a proxy, so that it knows only when it asks again. A session is checked on both
 * again and again, from before its end until it is refused; the measure is the time from the answer to the logout
 * until the first refusal was received, 0 if it came first.
 *
 * Options: `-- --samples 300 --lanes 3 --json results.json`.
 */

import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { clearHome } from '../test/support/postgres/home.ts';
import { notification, startPostgresProxy } from '../test/support/postgres/messages.ts';
import { idOf } from './crowd.ts';
import { fill, newDatabase, startPostgres } from './postgres.ts';
import { endAll, start } from './processes.ts';
import { type Row, report } from './report.ts';

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '300' },
    lanes: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
const samples = Number(values.samples);

/** How long a refusal is waited for; whatever takes longer is counted as this long. */
const patienceMs = 5_000;

const agent = new Agent({ keepAlive: true });
const delays = { 'with notifications': [] as number[], 'without notifications': [] as number[] };

try {
  const server = await startPostgres();
  const url = await newDatabase(server);
  await fill(url, { sessions: samples, accounts: samples });
  const proxy = await startPostgresProxy(server.port, { atEnd: () => {} });
  proxy.judge((message) =>
    /"(?:ended|users)":/.test(notification(message)?.payload ?? '') ? 'drop' : 'pass',
  );
  const node = (database: string) => start(['bin/gatehouse.js'], { PORT: '0', DATABASE_URL: database });
  const [ending, hearing, deaf] = [await node(url), await node(url), await node(proxy.url(url))];
  let next = 0;
  const lane = async () => {
    while (next < samples) {
      const n = next++;
      await sample(idOf(n), { ending, hearing, deaf });
      if ((n + 1) % 50 === 0) console.error(`${n + 1} of ${samples}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
  const rows = Object.entries(delays).map(([name, of]) => [name, distribution(of)]);
  const about = 'milliseconds from the answer to a logout until it is refused elsewhere';
  report(about, [Object.fromEntries(rows)], values.json);
} finally {
  endAll();
  await clearHome();
}
process.exit(0);

async function sample(
  id: string,
  { ending, hearing, deaf }: Record<'ending' | 'hearing' | 'deaf', string>,
): Promise<void> {
  const logout = { at: Number.POSITIVE_INFINITY };
  const heard = refusedAt(hearing, id, logout, 1);
  // A look now and then is enough here, and leaves the machine to the others.
  const asked = refusedAt(deaf, id, logout, 4);
  // Anywhere within the time of trust.
  await sleep(100 + Math.random() * 1_000);
  const status = await ask(`${ending}/logout.json?s=${id}`, 'POST');
  if (status !== 200) throw new Error(`A logout was answered with ${status}`);
  logout.at = performance.now();
  delays['with notifications'].push(Math.max(0, (await heard) - logout.at));
  delays['without notifications'].push(Math.max(0, (await asked) - logout.at));
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
