/**
 * Measures an import while a server answers checks: `npm run bench:import`.
 *
 * Accounts with a bcrypt hash and a session each come into SQLite and into PostgreSQL, while one client checks a session as fast
 * as it is answered. Hashes that wait for wrapping are a second import, and wrapping them has a figure of its own. Fails if
 * an import of 100,000 accounts would take more than two minutes.
 *
 * Options: `-- --accounts 100000 --weak 2000 --engine sqlite`.
 */

import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { clearHome } from '../test/support/postgres/home.ts';
import { newDatabase, startPostgres } from './postgres.ts';
import { endAll, start } from './processes.ts';
import { median, type Row, report, whole } from './report.ts';

const maxSeconds = 120;
const aim = 100_000;

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '100000' },
    weak: { type: 'string', default: '2000' },
    engine: { type: 'string' },
  },
});
const [accounts, weak] = [Number(values.accounts), Number(values.weak)];
const engines = (['sqlite', 'postgres'] as const).filter((one) => (values.engine ?? one) === one);
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-import-'));

const idOf = (n: number) => `019a6e5d-5228-7bbc-a0f0-${String(n).padStart(12, '0')}`;
const bcrypt = '$2b$10$.hij/hkJyKZ8gzZ71xNv1u5R.A57eBSDZiE5gf/bhroVZaku2Rbyy';
const md5 = 'md5$salt$67a1e09bb1f83f5007dc119c14d663aa';

async function write(name: string, count: number, hash: string): Promise<string> {
  const path = join(folder, name);
  const file = createWriteStream(path);
  for (let n = 0; n < count; n += 1) {
    const account = { id: `${name}-${n}`, username: `${name}${n}`, email: `${name}${n}@example.com` };
    const sessions = hash === bcrypt ? [{ id: idOf(n) }] : [];
    if (!file.write(`${JSON.stringify({ ...account, password_hash: hash, sessions })}\n`))
      await new Promise((resolve) => file.once('drain', resolve));
  }
  file.end();
  await finished(file);
  return path;
}

/** Runs a command; resolves to its answer, and how many seconds it took. */
async function command(databaseUrl: string, ...words: string[]): Promise<[Record<string, unknown>, number]> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['src/cli/main.ts', ...words, '--json'], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  return [JSON.parse(text), (performance.now() - startedAt) / 1_000];
}

/** Checks one session again and again until `until` resolves; the milliseconds that each check took. */
async function checks(url: string, until: Promise<unknown>): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const took: number[] = [];
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const startedAt = performance.now();
    await new Promise<void>((resolve, reject) => {
      const headers = { 'x-session-id': idOf(0) };
      get(`${url}/auth/session`, { agent, headers }, (response) => {
        response.resume();
        response.on('end', resolve);
        if (response.statusCode !== 200) reject(new Error(`A check got ${response.statusCode}.`));
      }).on('error', reject);
    });
    took.push(performance.now() - startedAt);
  }
  agent.destroy();
  return took;
}

function times(took: readonly number[]): Row {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (part: number) => (sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(2);
  return {
    checks: whole(took.length),
    'median, ms': median(took).toFixed(2),
    'p99, ms': at(0.99),
    'longest, ms': at(0.999_999),
  };
}

async function run(
  engine: (typeof engines)[number],
): Promise<{ readonly tables: Row[]; readonly seconds: number }> {
  const databaseUrl =
    engine === 'sqlite' ? `file:${join(folder, 'gatehouse.db')}` : await newDatabase(await startPostgres());
  // The session that is checked is in the first account, which comes before.
  await command(databaseUrl, 'import', await write('many', 1, bcrypt), '--weak-seconds', '0');
  const url = await start(['src/server/main.ts'], {
    DATABASE_URL: databaseUrl,
    PORT: '0',
    GATEHOUSE_THROTTLE: 'off',
  });
  const idle = await checks(url, sleep(3_000));
  const file = await write('many', accounts, bcrypt);
  const importing = command(databaseUrl, 'import', file, '--weak-seconds', '0');
  const busy = await checks(url, importing);
  const [said, seconds] = await importing;
  if (said['complete'] !== true) throw new Error(`Not all was imported: ${JSON.stringify(said)}`);
  const [, again] = await command(databaseUrl, 'import', file, '--weak-seconds', '0');
  await command(databaseUrl, 'import', await write('weak', weak, md5), '--weak-seconds', '0');
  const wrapping = command(databaseUrl, 'wrap');
  const beside = await checks(url, wrapping);
  const [, wrapSeconds] = await wrapping;
  const tables = [
    { step: `${engine}: nothing`, seconds: '', ...times(idle) },
    { step: `${engine}: importing ${whole(accounts)}`, seconds: seconds.toFixed(1), ...times(busy) },
    { step: `${engine}: importing them again`, seconds: again.toFixed(1) },
    { step: `${engine}: wrapping ${whole(weak)}`, seconds: wrapSeconds.toFixed(1), ...times(beside) },
  ];
  return { tables, seconds };
}

let isTooSlow = false;
try {
  const rows: Record<string, Row> = {};
  for (const engine of engines) {
    const { tables, seconds } = await run(engine);
    for (const { step, ...row } of tables) rows[String(step)] = row;
    isTooSlow ||= (seconds * aim) / accounts > maxSeconds;
  }
  report(`${whole(accounts)} accounts with a session each, while one client checks a session`, [rows]);
} finally {
  endAll();
  await clearHome();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(isTooSlow ? 1 : 0);
