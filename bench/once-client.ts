/**
 * Presents every cookie of a list once and prints what came back.
 *
 * `wrk` and autocannon end after a time, and cannot send each request of a list once. This client does nothing else, so
 * that it is faster than the servers that it waits for.
 */

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { AnsweredOnce, Once } from './once.ts';
import { pathOf, patienceSeconds } from './volley.ts';

const {
  url,
  connections,
  maxSeconds,
  cookies,
  headers = {},
  isCold = false,
} = JSON.parse(process.argv[2] ?? '') as Once;
const { hostname, port } = new URL(url);
const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean);
const all = isCold ? shuffled(linesOf(cookies.hits)) : [cookies.hits, cookies.misses].flatMap(linesOf);
const heading = [`GET ${pathOf(url)} HTTP/1.1`, `Host: ${hostname}:${port}`]
  .concat(Object.entries(headers).map(([name, value]) => `${name}: ${value}`))
  .join('\r\n');

let presented = 0;
let endedAt = Number.NaN;
let failed = 0;
const statuses = { accepted: 0, shed: 0, refused: 0 };
const latenciesMs: number[] = [];
const startedAt = performance.now();
const endAt = startedAt + maxSeconds * 1_000;

await Promise.all(Array.from({ length: Math.min(connections, all.length) }, lane));
const sorted = Float64Array.from(latenciesMs).sort();
const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const answered: AnsweredOnce = {
  requests: sorted.length,
  perSecond: (sorted.length * 1_000) / (endedAt - startedAt),
  p50Ms: at(0.5),
  p99Ms: at(0.99),
  p999Ms: at(0.999),
  ...statuses,
  failed,
  left: all.length - presented,
};
console.log(JSON.stringify(answered));
process.exit(0);

/** One connection after the other, for as long as there are cookies and time. */
async function lane(): Promise<void> {
  while (presented < all.length && performance.now() < endAt) await connection();
}

/** Presents cookies on a connection until it ends, or until there are none left. */
function connection(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let sentAt: number | undefined;
    let text = '';
    socket.setNoDelay(true).setTimeout(patienceSeconds * 1_000, () => socket.destroy());
    socket.on('connect', send);
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
      const status = statusOf(text);
      if (status === undefined || sentAt === undefined) return;
      const isLast = /\r\nconnection: *close/i.test(text);
      text = '';
      endedAt = performance.now();
      latenciesMs.push(endedAt - sentAt);
      statuses[status < 400 ? 'accepted' : status === 429 || status === 503 ? 'shed' : 'refused'] += 1;
      sentAt = undefined;
      if (isLast) socket.destroy();
      else send();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (sentAt !== undefined) failed += 1;
      resolve();
    });

    function send(): void {
      const cookie = performance.now() < endAt ? all[presented] : undefined;
      if (cookie === undefined) {
        socket.destroy();
        return;
      }
      presented += 1;
      sentAt = performance.now();
      socket.write(`${heading}\r\nCookie: ${cookie}\r\n\r\n`);
    }
  });
}

/** The status of an answer that is complete, with its length ahead or in chunks; `undefined` before. */
function statusOf(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  const isComplete =
    length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= headEnd + 4 + Number(length);
  return isComplete ? Number(text.slice(9, 12)) : undefined;
}

/** In random order (Fisher and Yates). */
function shuffled<One>(list: One[]): One[] {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [list[i], list[j]] = [list[j] as One, list[i] as One];
  }
  return list;
}
