/**
 * Measures what a guard costs a request on top of `gatehouse.session`: `npm run bench:guard`.
 *
 * Both are called with the same request of a live session, in turns within one run, checks a socket: a turn of one, a turn of
 * the other. The measure is the median of the differences of neighbouring turns, in microseconds per request. Fails above
 * 5 µs.
 *
 * Options: `-- --turns 60 --calls 5000`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fastify from 'fastify';
import { Hono } from 'hono';
import { gatehouse as express } from '../src/adapters/express.ts';
import { gatehouse as plugin } from '../src/adapters/fastify.ts';
import { gatehouse as hono } from '../src/adapters/hono.ts';
import { createGatehouse } from '../src/gatehouse.ts';

const maxMicroseconds = 5;

const { values } = parseArgs({
  options: { turns: { type: 'string', default: '60' }, calls: { type: 'string', default: '5000' } },
});
const turns = Number(values.turns);
const calls = Number(values.calls);

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-guard-'));
const gatehouse = await createGatehouse({
  settings: { databaseUrl: `file:${folder}/gatehouse.db`, pbkdf2Iterations: 1_000 },
});
const registered = await gatehouse.fetch(
  new Request('http://localhost/auth/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'user@example.com', password: 'strongpassword' }),
  }),
);
const { session_id: id } = (await registered.json()) as { session_id: string };
const headers = { host: 'localhost', accept: '*/*', cookie: `session_id=${id}` };

type Call = () => Promise<void>;

const incoming = Object.assign(new IncomingMessage(new Socket()), {
  method: 'GET',
  url: '/profile',
  headers,
  rawHeaders: Object.entries(headers).flat(),
});
const check: Call = async () => isLive((await gatehouse.session(incoming)).status === 'live');

/** Each framework: what its guard does for a request, and what is asked checks it. */
async function cases(): Promise<[name: string, guarded: Call, bare: Call][]> {
  const outgoing = new ServerResponse(incoming);
  const auth = express(gatehouse);
  const app = fastify();
  await app.register(plugin, gatehouse);
  const request = { raw: incoming, originalUrl: '/profile', auth: null };
  const hook = app.gatehouse.required as unknown as (request: object, reply: object) => Promise<void>;
  const context = await contextOf();
  const guard = hono(gatehouse).required as unknown as (context: object, next: Call) => Promise<void>;
  const next = async () => {};
  return [
    ['Express', () => new Promise((resolve) => auth.required(incoming, outgoing, () => resolve())), check],
    ['Fastify', () => hook(request, {}), check],
    [
      'Hono',
      () => guard(context, next),
      async () => isLive((await gatehouse.session(context.req.raw)).status === 'live'),
    ],
  ];
}

/** A context of Hono, as a handler gets it. */
async function contextOf() {
  const found = Promise.withResolvers<{ readonly req: { readonly raw: Request } }>();
  const app = new Hono().get('/profile', (c) => {
    found.resolve(c);
    return c.text('');
  });
  await app.request('/profile', { headers });
  return found.promise;
}

function isLive(live: boolean): void {
  if (!live) throw new Error('The session is not live.');
}

/** Microseconds per call of one turn. */
async function turn(call: Call): Promise<number> {
  const startedAt = performance.now();
  for (let i = 0; i < calls; i++) await call();
  return ((performance.now() - startedAt) / calls) * 1_000;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

console.log('µs per request, medians: gatehouse.session, with the guard, difference');
let isOver = false;
for (const [name, guarded, bare] of await cases()) {
  const guards: number[] = [];
  const checks: number[] = [];
  // The first turns are for the compiler.
  for (let i = -5; i < turns; i++) {
    const pair =
      i % 2 === 0
        ? [await turn(bare), await turn(guarded)]
        : [await turn(guarded), await turn(bare)].toReversed();
    if (i < 0) continue;
    checks.push(pair[0] ?? 0);
    guards.push(pair[1] ?? 0);
  }
  const overhead = median(guards.map((taken, i) => taken - (checks[i] ?? 0)));
  isOver ||= overhead > maxMicroseconds;
  console.log(
    `${name.padEnd(8)} ${median(checks).toFixed(2)}  ${median(guards).toFixed(2)}  ${overhead.toFixed(2)}`,
  );
}
await gatehouse.close();
rmSync(folder, { recursive: true });
if (isOver) {
  console.error(`A guard costs more than ${maxMicroseconds} µs.`);
  process.exit(1);
}
