/** Fires one volley with autocannon and prints what came back: the stand-in for `wrk` where that is not installed. */

import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { idOf } from './crowd.ts';
import { type Answered, hitRate, isNumbered, pathOf, patienceSeconds, type Volley } from './volley.ts';

/** What the types leave out. */
interface Result extends autocannon.Result {
  readonly statusCodeStats: Record<string, { readonly count: number }>;
}

const volley = JSON.parse(process.argv[2] ?? '') as Volley;
const { url, connections, seconds, headers, body, isPost, cookies, restMs, among } = volley;
const [hits, misses] = [cookies?.hits, cookies?.misses].map((file) =>
  file === undefined ? [] : readFileSync(file, 'utf8').split('\n'),
) as [string[], string[]];
let n = volley.from ?? 0;

const result = await autocannon({
  url: new URL(url).origin,
  connections,
  duration: seconds,
  timeout: patienceSeconds,
  ...(restMs !== undefined && { overallRate: Math.max(1, Math.round((connections * 1_000) / restMs)) }),
  requests: [{ setupRequest: (request) => ({ ...request, ...next() }) }],
});
const { latency, non2xx, errors, duration } = result as Result;
const counts = Object.entries((result as Result).statusCodeStats);
const countOf = (statuses: RegExp) =>
  counts.reduce((sum, [status, { count }]) => sum + (statuses.test(status) ? count : 0), 0);
const shed = countOf(/^(?:429|503)$/);
const answered: Answered = {
  requests: result['2xx'] + non2xx,
  perSecond: (result['2xx'] + non2xx) / duration,
  p50Ms: latency.p50,
  p99Ms: latency.p99,
  p999Ms: latency.p99_9,
  accepted: countOf(/^[23]/),
  shed,
  refused: countOf(/^[45]/) - shed,
  failed: errors,
};
console.log(JSON.stringify(answered));

function next(): autocannon.Request {
  const some = Math.random() < hitRate ? hits : misses;
  const cookie = some[Math.floor(Math.random() * some.length)];
  const request: autocannon.Request = {
    method: body === undefined && !isPost ? 'GET' : 'POST',
    path: pathOf(url),
    headers: {
      ...headers,
      ...(cookie && { Cookie: cookie }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  };
  if (!isNumbered(volley)) return request;
  return JSON.parse(JSON.stringify(request).replaceAll('{n}', idOf(nextNumber())));
}

function nextNumber(): number {
  if (!among) return n++;
  return Math.floor(Math.random() * among.count) * Math.floor(among.of / among.count);
}
