/**
 * Measures Gatehouse beside the limits of the runtime, in one run on one machine: `npm run bench`.
 *
 * The server has one core to itself and the load another, where there are two. Every figure is a median of rounds in
 * which Gatehouse and the limit take turns, and every claim is a ratio of the two.
 *
 * Options: `-- --rounds 3 --seconds 5 --json results.json`.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../src/settings.ts';
import { load, type Measured, onCore, tool } from './load.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const person = JSON.stringify({ username: 'joe', password: 'supersecure' });
const checkConnections = 64;
const floodConnections = 16;

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
const children: ChildProcess[] = [];
try {
  report(await measure());
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

interface Row {
  readonly figure: string;
  readonly gatehouse: string;
  readonly limit: string;
  readonly ratio: string;
  readonly spread: string;
}

async function measure(): Promise<Row[]> {
  const gatehouse = await start(['bin/gatehouse.js'], {
    PORT: '0',
    DATABASE_URL: `file:${join(folder, 'gatehouse.db')}`,
    GATEHOUSE_THROTTLE: 'off',
  });
  const { id, body } = await logIn(gatehouse);
  const bare = await start(['bench/bare.ts', id, body]);
  const cookie = { Cookie: `session_id=${id}` };
  const checks = (url: string): Promise<Measured> =>
    load({ url, connections: checkConnections, seconds, headers: cookie });
  const flooding = (time: number) =>
    load({
      url: `${gatehouse}/login.json`,
      connections: floodConnections,
      seconds: time,
      body: person,
      background: true,
    });

  await checks(`${gatehouse}/auth/session`);
  await checks(bare);

  const check: Measured[] = [];
  const limit: Measured[] = [];
  const flooded: Measured[] = [];
  const flood: Measured[] = [];
  const logins: number[] = [];
  const hashes: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`round ${round} of ${rounds}`);
    limit.push(await checks(bare));
    check.push(await checks(`${gatehouse}/auth/session`));
    const beside = flooding(seconds + 1);
    flooded.push(await checks(`${gatehouse}/auth/session`));
    flood.push(await beside);
    await quiet();
    hashes.push(await bareHashes());
    logins.push(await loginsPerSecond(gatehouse));
  }

  const failed = [...check, ...flooded].reduce((sum, { failed, refused }) => sum + failed + refused, 0);
  console.error(`checks that failed: ${failed}`);
  return [
    row(
      'session checks per second',
      check.map((m) => m.perSecond),
      limit.map((m) => m.perSecond),
    ),
    row(
      'session check p50, ms',
      check.map((m) => m.p50Ms),
      limit.map((m) => m.p50Ms),
    ),
    row(
      'session check p99, ms',
      check.map((m) => m.p99Ms),
      limit.map((m) => m.p99Ms),
    ),
    row('logins per second', logins, hashes),
    row(
      'check p99 in a login flood, ms (limit: without)',
      flooded.map((m) => m.p99Ms),
      check.map((m) => m.p99Ms),
    ),
    row(
      'logins shed per second in the flood',
      flood.map((m) => m.refused / (seconds + 1)),
      [],
    ),
  ];
}

/** Logins at once: enough to keep the threads busy, too few to be shed. */
async function loginsPerSecond(url: string): Promise<number> {
  const { perSecond, refused } = await load({
    url: `${url}/login.json`,
    connections: 4,
    seconds,
    body: person,
  });
  if (refused > 0) throw new Error(`${refused} logins were refused while their speed was measured`);
  return perSecond;
}

async function bareHashes(): Promise<number> {
  const iterations = table.pbkdf2Iterations.default;
  const { perSecond } = await firstLine(spawnOnFirstCore(['bench/hashes.ts', iterations, String(seconds)]));
  return Number(perSecond);
}

async function logIn(url: string): Promise<{ id: string; body: string }> {
  const post = (path: string) =>
    fetch(url + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: person });
  await post('/register.json');
  const { id } = (await (await post('/login.json')).json()) as { id: string };
  const session = await fetch(`${url}/auth/session`, { headers: { 'X-Session-Id': id } });
  return { id, body: await session.text() };
}

async function start(command: string[], env: Record<string, string> = {}): Promise<string> {
  return String((await firstLine(spawnOnFirstCore(command, env))).url);
}

function spawnOnFirstCore(command: string[], env: Record<string, string> = {}): ChildProcess {
  const [program = '', ...args] = [...onCore(0), process.execPath, ...command];
  const log = { ...process.env, ...env };
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], env: log });
  children.push(child);
  return child;
}

/** The first line a child prints, as JSON; what follows is read and thrown away, so that the child never waits. */
function firstLine(child: ChildProcess): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      if (text.includes('\n')) return;
      text += chunk;
      const line = text
        .split('\n')
        .find((candidate) => candidate.includes('"url"') || candidate.includes('perSecond'));
      if (line) resolve(JSON.parse(line));
      else text = '';
    });
    child.on('error', reject);
    child.on('exit', () => reject(new Error('A process ended before it said anything.')));
  });
}

/** Waits until logins of a flood that were still in line are done. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3_000));
}

function row(figure: string, gatehouse: number[], limit: number[]): Row {
  const ratios = gatehouse.map((value, i) => value / (limit[i] ?? Number.NaN)).sort((a, b) => a - b);
  const known = limit.length > 0;
  return {
    figure,
    gatehouse: shown(median(gatehouse)),
    limit: known ? shown(median(limit)) : '',
    ratio: known ? median(ratios).toFixed(2) : '',
    spread: known ? `${ratios[0]?.toFixed(2)} – ${ratios.at(-1)?.toFixed(2)}` : '',
  };
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
}

function report(rows: Row[]): void {
  const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node.js ${process.version}, ${tool}`;
  console.log(`\n${machine}; ${rounds} rounds of ${seconds} s, medians\n`);
  console.table(Object.fromEntries(rows.map(({ figure, ...rest }) => [figure, rest])));
  if (values.json)
    writeFileSync(values.json, `${JSON.stringify({ machine, rounds, seconds, rows }, undefined, 2)}\n`);
}
