/**
 * Shows what a session check costs among ten million sessions, beside the same among ten thousand:
 * `npm run bench:scale`.
 *
 * It fills databases with SQL, in a PostgreSQL of its own and in SQLite files, and has real nodes answer
 * `GET /auth/session` for sessions chosen at random. The nodes have the first core; PostgreSQL, with a quarter of the
 * machine's memory for its tables, and the load share the second one. Rounds take turns. Beside the checks of all
 * sessions, of which hardly any is in the memory of the node, a bare loop runs their statement over the same database
 * (`bare-lookups.ts`). Everything is removed at the end. Ten million sessions take 8 GB of disk in the folder for temporary files on PostgreSQL, 5 GB on SQLite and half of
 * the machine's memory while they are written, and some six minutes each; `-- --sessions 100000` is over in two minutes.
 *
 * Options: `-- --sessions 10000000 --few 10000 --engines postgres,sqlite --rounds 3 --seconds 5
 * --json results.json`.
 */

import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clearHome } from '../test/support/postgres/home.ts';
import type { PostgresServer } from '../test/support/postgres/server.ts';
import { cpuTimes, spentMs } from './cpu.ts';
import type { Crowd, Some } from './crowd.ts';
import { load, type Measured } from './load.ts';
import { bytesPerRow, databaseBytes, fill, newDatabase, startPostgres, warm } from './postgres.ts';
import { endAll, firstLine, spawnOnFirstCore } from './processes.ts';
import { median, type Row, report, spread, whole } from './report.ts';
import { fillFile } from './sqlite.ts';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10000000' },
    few: { type: 'string', default: '10000' },
    engines: { type: 'string', default: 'postgres,sqlite' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
const crowds = [values.few, values.sessions].map((count) => ({
  sessions: Number(count),
  accounts: Math.ceil(Number(count) / 10),
}));
const [few, many] = crowds.map(({ sessions }) => sessions) as [number, number];
const labels = [few.toLocaleString('en'), many.toLocaleString('en')];
const engines = values.engines.split(',') as ('postgres' | 'sqlite')[];
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const connections = 64;

/** What a session takes on the disk while it is written, with the log of the database. */
const bytesPerSession = { postgres: 1_800, sqlite: 1_000 } as const;

interface Filled {
  readonly crowd: Crowd;
  readonly bytes: number;
  /** What checks need of it. */
  readonly warmBytes: number;
  readonly fillSeconds: number;
  readonly databaseUrl: string;
  /** Of the node. */
  readonly url: string;
  readonly pid: number | undefined;
}

/** A load, and the time on a core that each check took. */
interface Figures extends Measured {
  readonly nodeUs: number;
  readonly databaseUs: number;
}

/** The case whose limit is the bare loop. */
const coldCase = 'all sessions';

/** Out of how many sessions each check chooses. */
const cases: Readonly<Record<string, (crowd: Crowd) => number>> = {
  '1,000 sessions': () => 1_000,
  [`${few.toLocaleString('en')} sessions`]: () => few,
  [coldCase]: ({ sessions }) => sessions,
};

/** Of the tables that were filled last. */
let rowBytes: Readonly<Record<string, Row>> = {};

assertRoom();
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-scale-'));
try {
  const about = `${rounds} rounds of ${seconds} s, medians; ${connections} connections`;
  const tables = [];
  for (const engine of engines) {
    tables.push(...(await run(engine)));
    // What follows takes long, and may fail.
    report(about, tables, values.json);
  }
} finally {
  endAll();
  await clearHome();
  rmSync(folder, { recursive: true, force: true });
}

async function run(engine: (typeof engines)[number]): Promise<Readonly<Record<string, Row>>[]> {
  const memory = `${Math.floor(totalmem() / 4 / 2 ** 20)}MB`;
  const settings = { shared_buffers: memory, max_wal_size: '8GB', checkpoint_timeout: '1h' };
  const server = engine === 'postgres' ? await startPostgres(settings) : undefined;
  const sides: Filled[] = [];
  for (const crowd of crowds) sides.push(await filled(crowd, server));
  const measured = new Map(Object.entries(cases).map((one) => [one, sides.map((): Figures[] => [])]));
  const bare: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    console.error(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const [[, count], results] of measured) {
      for (const [i, side] of sides.entries()) {
        const one = await checked(side, { count: count(side.crowd), of: side.crowd.sessions }, server?.pid);
        if (round > 0) results[i]?.push(one);
      }
    }
    const loop = await bareLookups(sides[1]);
    if (round > 0) bare.push(loop);
  }
  const rows = [...measured].map(([[name], of]) =>
    costs(`${engine}: ${name}`, of, name === coldCase ? bare : []),
  );
  rows.push({ [`${engine}: bare loop, of ${labels[1]}`]: { 'per second': whole(median(bare)) } });
  return [sizesOf(engine, sides), ...(server ? [rowBytes] : []), Object.assign({}, ...rows)];
}

async function checked(side: Filled, sessions: Some, database: number | undefined): Promise<Figures> {
  const look = () => [cpuTimes(side.pid), cpuTimes(database)] as const;
  const before = look();
  const one = await load({ url: `${side.url}/auth/session`, connections, seconds, sessions });
  const after = look();
  if (one.refused > 0) throw new Error(`${one.refused} checks were refused`);
  if (one.failed > 0) console.error(`${one.failed} checks got no answer in time`);
  const perCheck = (i: 0 | 1) => (spentMs(before[i], after[i]) * 1_000) / (one.perSecond * seconds);
  return { ...one, nodeUs: perCheck(0), databaseUs: perCheck(1) };
}

/** Sessions a second that the statement of a check finds in the large database, without a server around it. */
async function bareLookups(side: Filled | undefined): Promise<number> {
  if (!side) return Number.NaN;
  const words = ['bench/bare-lookups.ts', side.databaseUrl, String(side.crowd.sessions), String(seconds)];
  return Number((await firstLine(spawnOnFirstCore(words)))['perSecond']);
}

/** A database with a crowd in it, and a node on it. */
async function filled(crowd: Crowd, server: PostgresServer | undefined): Promise<Filled> {
  const of = crowd.sessions.toLocaleString('en');
  const tell = (done: number) => console.error(`${done.toLocaleString('en')} of ${of} sessions written`);
  const databaseUrl = server ? await newDatabase(server) : `file:${join(folder, `${crowd.sessions}.db`)}`;
  const bytesNow = async () => (server ? databaseBytes(databaseUrl) : statSync(databaseUrl.slice(5)).size);
  const empty = server ? await bytesNow() : 0;
  const startedAt = performance.now();
  await (server ? fill(databaseUrl, crowd, tell) : fillFile(databaseUrl.slice(5), crowd, tell));
  const fillSeconds = (performance.now() - startedAt) / 1_000;
  const bytes = (await bytesNow()) - empty;
  const warmBytes = server ? await warm(databaseUrl) : bytes;
  if (server) rowBytes = await bytesPerRow(databaseUrl);
  const node = spawnOnFirstCore(['bin/gatehouse.js'], { PORT: '0', DATABASE_URL: databaseUrl });
  const url = String((await firstLine(node)).url);
  return { crowd, bytes, warmBytes, fillSeconds, databaseUrl, url, pid: node.pid };
}

function assertRoom(): void {
  const { bavail, bsize } = statfsSync(tmpdir());
  const needed = engines.reduce((sum, engine) => sum + bytesPerSession[engine] * (few + many), 0);
  if (bavail * bsize > needed) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  console.error(
    `${tmpdir()} has ${gigabytes(bavail * bsize)} GB free, ${gigabytes(needed)} GB are needed. Take fewer --sessions.`,
  );
  process.exit(1);
}

function sizesOf(engine: string, sides: readonly Filled[]): Readonly<Record<string, Row>> {
  return Object.fromEntries(
    sides.map(({ crowd: { sessions }, bytes, warmBytes, fillSeconds }, i) => [
      `${engine}: ${labels[i]}`,
      {
        'on disk, MB': whole(bytes / 1e6),
        'bytes per session': whole(bytes / sessions),
        'of these for checks': whole(warmBytes / sessions),
        'seconds to write': whole(fillSeconds),
      },
    ]),
  );
}

/**
 * A line for each side; that of the large one also says what a check costs there by what it costs on the small one, and
 * how many there are by those of a bare loop, if there was one.
 */
function costs(
  name: string,
  [small = [], large = []]: readonly (readonly Figures[])[],
  bare: readonly number[],
): Record<string, Row> {
  const figures = (side: readonly Figures[]) => {
    const of = (read: (one: Figures) => number) => median(side.map(read));
    return {
      'per second': whole(of((one) => one.perSecond)),
      'p50, ms': of((one) => one.p50Ms).toFixed(2),
      'p99, ms': of((one) => one.p99Ms).toFixed(2),
      'CPU of node, µs': whole(of((one) => one.nodeUs)),
      'of database, µs': whole(of((one) => one.databaseUs)),
    };
  };
  const ratio = (read: (one: Figures) => number) =>
    spread(large.map((one, i) => read(one) / read(small[i] ?? one)));
  return {
    [`${name}, of ${labels[0]}`]: figures(small),
    [`${name}, of ${labels[1]}`]: {
      ...figures(large),
      'times as long': ratio((one) => 1 / one.perSecond),
      'times the CPU': ratio((one) => one.nodeUs + one.databaseUs),
      ...(bare.length > 0 && {
        'of the bare loop': spread(large.map((one, i) => one.perSecond / (bare[i] ?? 0))),
      }),
    },
  };
}
