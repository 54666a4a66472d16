/** The programs whose session check is measured: how each is started with sessions in it, and which cookies it knows. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { idOf } from './crowd.ts';
import { fire } from './fire.ts';
import { type AnsweredOnce, presentOnce } from './once.ts';
import { type PeerOptions, peer } from './peers.ts';
import { fill, newDatabase } from './postgres.ts';
import { gatehouse, type Server, serve } from './servers.ts';
import { fillFile } from './sqlite.ts';
import type { Answered, CookieLists, Volley } from './volley.ts';
import { hitRate } from './volley.ts';

/** A program that answers checks. */
export interface Checked {
  readonly who: string;
  readonly server: Server;
  /** Where the check is. */
  readonly url: string;
  readonly cookies: CookieLists;
  /** Whether a dead session is refused with a status, as most do, or answered with nothing. */
  readonly refuses: boolean;
}

export const limit = 'bare node:http';
export const onSqlite = 'Gatehouse on SQLite';
export const onPostgres = 'Gatehouse on PostgreSQL';
export const byHand = 'Hono and node:sqlite, by hand';
export const betterAuth = 'better-auth';
export const betterAuthCached = 'better-auth with its cookie cache';
export const fastifySession = '@fastify/session in memory';

type Starter = (bench: Bench, sessions: number) => Promise<Checked>;

/** In the order of the tables. */
export const targets: Readonly<Record<string, Starter>> = {
  [limit]: startLimit,
  [onSqlite]: startOnSqlite,
  [onPostgres]: startOnPostgres,
  [byHand]: ofPeer('hono-session'),
  [fastifySession]: ofPeer('fastify-session'),
  'express-session in memory': ofPeer('express-session', { store: 'memory' }),
  'express-session on SQLite': ofPeer('express-session', { store: 'sqlite' }),
  'iron-session': ofPeer('iron-session'),
  [betterAuthCached]: ofPeer('better-auth', { cache: true }),
  [betterAuth]: ofPeer('better-auth'),
};

/** Starts all or some, if they are wanted, each with as many live sessions. */
export async function startAll(
  bench: Bench,
  sessions: number,
  names: readonly string[] = Object.keys(targets),
): Promise<Checked[]> {
  const started: Checked[] = [];
  for (const who of names.filter((name) => bench.wants(name))) {
    const start = targets[who];
    if (!start) throw new Error(`No program is called ${who}`);
    bench.tell(`  starting ${who}, live sessions: ${sessions.toLocaleString('en')}`);
    const one = { ...(await start(bench, sessions)), who };
    await assertRight(one);
    started.push(one);
  }
  return started;
}

async function startOnSqlite(bench: Bench, sessions: number): Promise<Checked> {
  const file = join(mkdtempSync(join(bench.folder, 'sqlite-')), 'gatehouse.db');
  await fillFile(file, { sessions, accounts: sessions });
  return ofGatehouse(bench, sessions, await gatehouse(`file:${file}`));
}

async function startOnPostgres(bench: Bench, sessions: number): Promise<Checked> {
  const url = await newDatabase(await bench.postgres());
  await fill(url, { sessions, accounts: sessions });
  return ofGatehouse(bench, sessions, await gatehouse(url));
}

function ofGatehouse(bench: Bench, sessions: number, server: Server): Checked {
  const url = `${server.url}/auth/session`;
  return { who: '', server, url, cookies: writeIds(bench, sessions), refuses: true };
}

/** What Gatehouse answers, in the same letters or others. */
const answer = JSON.stringify({
  user: { id: 'x'.repeat(36), username: 'user1', created_at: 'x'.repeat(24) },
  session: {
    handle: 'x'.repeat(16),
    created_at: 'x'.repeat(24),
    last_seen_at: 'x'.repeat(24),
    idle_expires_at: 'x'.repeat(24),
    expires_at: 'x'.repeat(24),
  },
});

async function startLimit(bench: Bench, sessions: number): Promise<Checked> {
  const server = await serve(['bench/bare.ts', answer, String(sessions)]);
  return { who: '', server, url: server.url, cookies: writeIds(bench, sessions), refuses: true };
}

/** Ids that are computed from their numbers; those after the last one belong to no session. */
export function writeIds(bench: Bench, sessions: number): CookieLists {
  const lists = listsAt(join(bench.folder, `ids-${sessions}`));
  const dead = Math.min(10_000, Math.ceil(sessions / 9));
  const lines = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => `session_id=${idOf(first + i)}`).join('\n');
  writeFileSync(lists.hits, lines(0, sessions));
  writeFileSync(lists.misses, lines(sessions, dead));
  return lists;
}

function listsAt(list: string): CookieLists {
  return { hits: `${list}.hits`, misses: `${list}.misses` };
}

function ofPeer(name: string, options: Partial<PeerOptions> = {}): Starter {
  return async ({ folder: above }, sessions) => {
    const kind = [name, ...Object.keys(options), sessions].join('-');
    const folder = mkdtempSync(join(above, `${kind}-`));
    const list = join(folder, 'cookies');
    const server = await peer(name, { folder, list, sessions, ...options });
    const url = server.urls['check'] ?? '';
    return { who: '', server, url, cookies: listsAt(list), refuses: name !== 'better-auth' };
  };
}

/** As behind a proxy that speaks TLS, which all of them are meant to stand. */
export const headers = { 'X-Forwarded-Proto': 'https' };

/** Checks sessions at random, and sees to it that as many were refused as are dead. */
export async function check(one: Checked, volley: Omit<Volley, 'url'>): Promise<Answered> {
  const { url, cookies, who, refuses } = one;
  const answered = await fire({ url, cookies, headers, ...volley });
  const { requests, refused } = answered;
  const expected = refuses ? (1 - hitRate) * requests : 0;
  // Five standard deviations, and a few of those who were under way at the end.
  if (Math.abs(refused - expected) > 5 * Math.sqrt(expected) + 5)
    throw new Error(`${who}: of ${requests} checks ${refused} were refused, not ${Math.round(expected)}`);
  return answered;
}

/** The longest warm-up of one program before a turn. */
const maxWarmUpSeconds = 240;

/** Checks every live and every dead session once, so that a turn that follows at once is steady. */
export async function touchAll(bench: Bench, one: Checked): Promise<void> {
  const { url, cookies, who } = one;
  const { connections } = bench.options;
  const touched = await presentOnce({ url, cookies, headers, connections, maxSeconds: maxWarmUpSeconds });
  assertAnswered(who, touched);
  if (touched.left === 0) return;
  const sessions = (touched.requests + touched.left).toLocaleString('en');
  const note = `${who}: the warm-up reached not all of ${sessions} sessions in ${maxWarmUpSeconds} s.`;
  if (!bench.notes.includes(note)) bench.note(note);
}

/** Checks live sessions for the first time since the server was started, in random order. */
export async function touchCold(bench: Bench, one: Checked, maxSeconds: number): Promise<AnsweredOnce> {
  const { url, cookies, who } = one;
  const { connections } = bench.options;
  const touched = await presentOnce({ url, cookies, headers, connections, maxSeconds, isCold: true });
  assertAnswered(who, touched);
  if (touched.refused > 0) throw new Error(`${who} refused ${touched.refused} checks of live sessions`);
  return touched;
}

function assertAnswered(who: string, { failed, shed }: AnsweredOnce): void {
  if (failed + shed > 0) throw new Error(`${who} did not answer ${failed + shed} checks`);
}

/** A live session is recognised, and a dead one is not. */
async function assertRight(one: Checked): Promise<void> {
  const lines = (file: string) => readFileSync(file, 'utf8').split('\n');
  const ask = async (cookie = '') => {
    const response = await fetch(one.url, { headers: { ...headers, cookie } });
    return { status: response.status, text: await response.text() };
  };
  const live = await ask(lines(one.cookies.hits).at(-1));
  const dead = await ask(lines(one.cookies.misses)[0]);
  const isDead = one.refuses ? dead.status === 401 : dead.text === 'null';
  if (live.status !== 200 || live.text.length < 200 || !isDead)
    throw new Error(`${one.who} is not right: ${JSON.stringify({ live, dead })}`);
}
