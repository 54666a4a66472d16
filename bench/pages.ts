/**
 * Measures the pages: how large they are, how long one takes, and what they take from session checks: `npm run bench:pages`.
 *
 * Sizes are those of a page and the stylesheet, compressed with gzip. Times are those of a whole request in this process,
 * reads of the store included, medians of many. What pages take from checks is measured with a server on the first core and
 * checks without a pause on the second, in turns alone, beside people who open their account fifty times a second at most,
 * and beside as many health checks, which tell what a client alone takes. Fails if a page and
 * its stylesheet have more than 15 kB, or if a page takes more than a millisecond.
 *
 * Options: `-- --calls 2000 --rounds 5 --seconds 5`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createGatehouse } from '../src/gatehouse.ts';
import { fire } from './fire.ts';
import { endAll } from './processes.ts';
import { median, type Row, report, spread, whole } from './report.ts';
import { gatehouse as serve } from './servers.ts';

const maxBytes = 15_000;
const maxMs = 1;

/** Accounts that people open in a second beside the checks, at most: a person waits for one before the next. */
const pagesPerSecond = 50;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
  },
});
const calls = Number(values.calls);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

const paths = ['/sign-in', '/register', '/forgot-password', '/reset-password', '/verify-email', '/account'];
const person = { identifier: 'user@example.com', password: 'strongpassword' };
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pages-'));
let isOver = false;

try {
  const ofPages = await pagesAlone();
  const ofChecks = await checksBesidePages();
  report('pages, and session checks beside them', [ofPages, ofChecks]);
} finally {
  endAll();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(isOver ? 1 : 0);

/** Size and time of each page; the account has ten sessions and more than ten entries of activity. */
async function pagesAlone(): Promise<Record<string, Row>> {
  const open = await createGatehouse({
    pages: true,
    settings: { databaseUrl: `file:${folder}/alone.db`, pbkdf2Iterations: 1_000, throttle: false },
  });
  const send = (path: string, init: RequestInit = {}) =>
    open.fetch(new Request(`http://localhost${path}`, init));
  const cookie = sessionOf(await send('/register', form(person)));
  for (let i = 1; i < 10; i += 1) await send('/sign-in', form(person));
  const rows: Record<string, Row> = {};
  for (const path of paths) {
    const page = await (await send(path, { headers: { cookie } })).text();
    const [, style = ''] = /href="([^"]+\.css)"/.exec(page) ?? [];
    const css = await (await send(`/${style}`)).text();
    const bytes = gzipSync(page).byteLength + gzipSync(css).byteLength;
    const times: number[] = [];
    for (let i = -200; i < calls; i += 1) {
      const startedAt = performance.now();
      await (await send(path, { headers: { cookie } })).text();
      if (i >= 0) times.push(performance.now() - startedAt);
    }
    const ms = median(times);
    isOver ||= bytes > maxBytes || ms > maxMs;
    rows[path] = { 'page, bytes': page.length, 'with stylesheet, gzip': bytes, 'median, ms': ms.toFixed(3) };
  }
  await open.close();
  return rows;
}

/** Checks a second and their times, without pages and with them, round by round. */
async function checksBesidePages(): Promise<Record<string, Row>> {
  const server = await serve(`file:${folder}/beside.db`, { GATEHOUSE_DEBUG: 'true' });
  const cookie = sessionOf(await fetch(`${server.url}/register`, { ...form(person), redirect: 'manual' }));
  const checks = { url: `${server.url}/auth/session`, connections: 64, seconds, headers: { Cookie: cookie } };
  // The most expensive page, at the lowest priority, so that its client does not slow the checks' down.
  const people = {
    ...checks,
    url: `${server.url}/account`,
    connections: 1,
    restMs: 1_000 / pagesPerSecond,
    background: true,
  };
  const others = { ...people, url: `${server.url}/healthz` };
  const found: Record<string, number[]> = { alone: [], pages: [], others: [], toAlone: [], toOthers: [] };
  let opened = 0;
  await fire(checks);
  for (let round = 0; round < rounds; round += 1) {
    // The machine gets faster and slower: none of the three comes first always.
    const turns = ['alone', 'pages', 'others'];
    const rates: Record<string, number> = {};
    for (const turn of [...turns.slice(round % 3), ...turns.slice(0, round % 3)]) {
      const beside = turn === 'pages' ? people : others;
      const [answered, company] = await Promise.all([
        fire(checks),
        turn === 'alone' ? undefined : fire(beside),
      ]);
      rates[turn] = answered.perSecond;
      found[turn]?.push(answered.perSecond);
      if (turn === 'pages') opened += company?.accepted ?? 0;
    }
    found['toAlone']?.push((rates['pages'] ?? 0) / (rates['alone'] ?? 0));
    found['toOthers']?.push((rates['pages'] ?? 0) / (rates['others'] ?? 0));
  }
  await server.stop();
  const { alone = [], pages = [], toAlone = [], toOthers = [] } = found;
  return {
    'checks a second, alone': { median: whole(median(alone)) },
    'checks a second, beside pages': { median: whole(median(pages)) },
    'beside pages / alone': { median: spread(toAlone) },
    'beside pages / beside as many health checks': { median: spread(toOthers) },
    'pages a second': { median: whole(opened / rounds / seconds) },
  };
}

function form(fields: Readonly<Record<string, string>>): RequestInit {
  return { method: 'POST', body: new URLSearchParams(fields) };
}

/** The cookie of the session that a form began. */
function sessionOf(answer: Response): string {
  const [cookie] = answer.headers.getSetCookie();
  if (answer.status !== 303 || !cookie) throw new Error(`The form was answered with ${answer.status}.`);
  return cookie.split(';', 1)[0] ?? '';
}
