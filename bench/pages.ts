/**
 * Measures the pages: how large they are, how long one takes, and what they take from session checks: `npm run bench:pages`.
 *
 * Sizes are those of a page and the stylesheet, compressed with gzip. Times are those of a whole request in this process,
 * reads of the store included, medians of many. What pages take from checks is measured with a server on the first core and
 * checks without a pause on the second, in turns alone, beside people who open their account fifty times a second at most,
 * and beside as many health checks, which tell what a client alone takes. Fails if a page and its stylesheet have more than
 * 15 kB, or if a page takes more than a millisecond. The page with recovery codes is the answer to a form that writes ten rows:
 * its time is shown, and is mostly that of the disk.
 *
 * Options: `-- --calls 2000 --rounds 5 --seconds 5`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { TOTP } from 'otpauth';
import { createGatehouse, type Gatehouse } from '../src/gatehouse.ts';
import type { Settings } from '../src/settings/settings.ts';
import { fire } from './fire.ts';
import { endAll } from './processes.ts';
import { median, type Row, report, spread, whole } from './report.ts';
import { gatehouse as serve } from './servers.ts';
import { form, origin, Visitor } from './visitor.ts';

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

/** A page to measure, and who opens it. */
interface Shown {
  readonly path: string;
  readonly visitor: Visitor;
  /** Whether it is the answer to a form, which writes: its time is mostly that of the disk, and has no bound. */
  readonly isForm?: boolean;
}

/** Size and time of each page; the account has ten sessions and more than ten entries of activity. */
async function pagesAlone(): Promise<Record<string, Row>> {
  const open = await openPages('alone', {});
  const strict = await openPages('strict', { secondFactor: 'required' });
  const visitor = new Visitor(open);
  await visitor.post('/register', person);
  for (let i = 1; i < 10; i += 1) await new Visitor(open).post('/sign-in', person);
  const pages = paths.map((path): Shown => ({ path, visitor }));
  const rows: Record<string, Row> = {};
  for (const shown of [...pages, ...(await factorPages(open, strict))]) {
    const { path, visitor: opener, isForm = false } = shown;
    const ask = () => (isForm ? opener.post(path, {}) : opener.send(path));
    const page = await ask();
    const [, style = ''] = /href="(?:\.\.\/)*([^"]+\.css)"/.exec(page) ?? [];
    const css = await opener.send(`/${style}`);
    const bytes = gzipSync(page).byteLength + gzipSync(css).byteLength;
    const times: number[] = [];
    for (let i = -200; i < calls; i += 1) {
      const startedAt = performance.now();
      await ask();
      if (i >= 0) times.push(performance.now() - startedAt);
    }
    const ms = median(times);
    isOver ||= bytes > maxBytes || (ms > maxMs && !isForm);
    const name = opener === visitor ? path : `${path}, ${opener.name}`;
    rows[name] = { 'page, bytes': page.length, 'with stylesheet, gzip': bytes, 'median, ms': ms.toFixed(3) };
  }
  await Promise.all([open.close(), strict.close()]);
  return rows;
}

function openPages(name: string, settings: Partial<Settings>): Promise<Gatehouse> {
  const cheap = { pbkdf2Iterations: 1_000, throttle: false, publicUrl: origin };
  return createGatehouse({
    pages: true,
    settings: { databaseUrl: `file:${folder}/${name}.db`, ...cheap, ...settings },
  });
}

/** The pages of second factors, each in a browser that is where the page is shown. */
async function factorPages(open: Gatehouse, strict: Gatehouse): Promise<Shown[]> {
  const guarded = { ...person, identifier: 'guarded@example.com' };
  const owner = new Visitor(open, 'with an app and two passkeys');
  await owner.post('/register', guarded);
  for (let i = 0; i < 2; i += 1) await owner.addPasskey();
  await owner.post('/account/authenticator', {});
  const [, secret = ''] = /class="secret">([^<]+)</.exec(await owner.send('/account/authenticator')) ?? [];
  const code = new TOTP({ secret: secret.replaceAll(' ', '') }).generate();
  await owner.post('/account/authenticator/confirm', { code });
  const stepping = new Visitor(open, 'after the password');
  await stepping.post('/sign-in', guarded);
  const beginner = new Visitor(open, 'with its QR code');
  await beginner.post('/register', { ...person, identifier: 'beginner@example.com' });
  await beginner.post('/account/authenticator', {});
  const enrolling = new Visitor(strict, 'where a factor is required');
  await enrolling.post('/register', person);
  return [
    { path: '/account', visitor: owner },
    { path: '/account/confirm', visitor: owner },
    { path: '/account/recovery-codes', visitor: owner, isForm: true },
    { path: '/account/authenticator', visitor: beginner },
    { path: '/second-factor', visitor: stepping },
    { path: '/enrol', visitor: enrolling },
  ];
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

/** The cookie of the session that a form began. */
function sessionOf(answer: Response): string {
  const [cookie] = answer.headers.getSetCookie();
  if (answer.status !== 303 || !cookie) throw new Error(`The form was answered with ${answer.status}.`);
  return cookie.split(';', 1)[0] ?? '';
}
