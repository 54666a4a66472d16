/** A flood of refusals is answered in turn: the first ones at once, the others no faster than costs little. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RefusalLimiter } from '../../src/http/refusals/refusal-limiter.ts';
import { openClient } from '../support/agent.ts';
import { until } from '../support/process.ts';
import { startServer } from '../support/server.ts';

/** Asks for so many turns at once; returns which of them came, in the order they came. */
function ask(refusalLimiter: RefusalLimiter, turns: number): number[] {
  const came: number[] = [];
  for (let n = 0; n < turns; n += 1) {
    const turn = refusalLimiter.turn();
    if (turn) turn.then(() => came.push(n));
    else came.push(n);
  }
  return came;
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

test('the first refusals are answered at once, the others in the order of arrival', async () => {
  const refusalLimiter = new RefusalLimiter();
  const came = ask(refusalLimiter, 100);
  expect(came).toEqual(upTo(20));
  await until(() => (came.length === 100 ? true : undefined), 'all turns');
  expect(came).toEqual(upTo(100));
});

test('at most twenty are answered in ten milliseconds while there is a queue', async () => {
  const refusalLimiter = new RefusalLimiter();
  const startedAt = performance.now();
  const came = ask(refusalLimiter, 400);
  await until(() => (came.length === 400 ? true : undefined), 'all turns');
  // The first twenty came at once.
  expect(performance.now() - startedAt).toBeGreaterThan(19 * 10 - 15);
});

test('a refusal does not wait when the queue is full, nor when it is empty', async () => {
  const refusalLimiter = new RefusalLimiter();
  const came = ask(refusalLimiter, 20 + 4_000 + 5);
  expect(came).toHaveLength(25);
  await until(() => (came.length === 4_025 ? true : undefined), 'all turns');
  await sleep(50);
  expect(ask(refusalLimiter, 20)).toHaveLength(20);
});

test('a client that floods the logins is refused every time, and does not delay others', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE: 'off', GATEHOUSE_PBKDF2_ITERATIONS: '220000' });
  const { json } = await server.post('/auth/register', {
    email: 'joe@example.com',
    password: 'strongpassword',
  });
  const client = openClient(server.url, 200);
  const over = new AbortController();
  const counts = { refused: 0, other: 0 };
  const flood = upTo(200).map(async () => {
    while (!over.signal.aborted) {
      const { status } = await client.post('/auth/login', {
        email: 'joe@example.com',
        password: 'wrongpassword',
      });
      if (status === 503) counts.refused += 1;
      else counts.other += 1;
    }
  });
  await until(() => (counts.refused > 200 ? true : undefined), 'the flood');
  const before = counts.refused;
  const startedAt = performance.now();
  for (const _ of upTo(50)) {
    const { status } = await server.send({
      path: '/auth/session',
      headers: { 'x-session-id': String(json['session_id']) },
    });
    expect(status).toBe(200);
  }
  await sleep(Math.max(0, 500 - (performance.now() - startedAt)));
  const perSecond = ((counts.refused - before) / (performance.now() - startedAt)) * 1_000;
  expect(perSecond).toBeLessThan(2_500);
  // Those that wait for a hash leave.
  over.abort();
  client.close();
  await Promise.allSettled(flood);
});
