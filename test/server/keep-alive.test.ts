/** Connections between two requests: kept for as long as the setting says, for longer than it takes to be cut off. */

import { setTimeout as wait } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { startProcess, until } from '../support/process.ts';
import { openRaw, type Raw, written } from '../support/raw.ts';

/** Node.js keeps a connection for one second more than it says, for what is on its way (`keepAliveTimeoutBuffer`). */
const bufferMs = 1_000;

/** How much later than its time a connection may be closed on a busy machine. */
const toleranceMs = 2_000;

vi.setConfig({ maxConcurrency: 5 });

/** Sends a request and waits for its answer; returns when it came. */
async function ask(raw: Raw): Promise<number> {
  const before = raw.answers.length;
  raw.socket.write(written('/healthz'));
  await until(() => raw.answers[before], 'an answer');
  return performance.now();
}

/** How long after an instant a connection was closed. */
async function closedAfter(raw: Raw, since: number): Promise<number> {
  await raw.ended;
  return performance.now() - since;
}

test.concurrent('the header states the time, each answer restarts it, and it is exact', async ({
  onTestFinished,
}) => {
  const settings = { GATEHOUSE_KEEP_ALIVE_SECONDS: '2' };
  const server = await startProcess(settings, { atEnd: onTestFinished });
  const raw = await openRaw(server.url);
  await ask(raw);
  for (let round = 0; round < 2; round += 1) {
    await wait(1_900);
    await ask(raw);
  }
  expect(raw.answers.map(({ headers }) => headers['keep-alive'])).toEqual(Array(3).fill('timeout=2'));
  const lastAt = performance.now();
  const afterMs = await closedAfter(raw, lastAt);
  expect(afterMs).toBeGreaterThan(2_000);
  expect(afterMs).toBeLessThan(2_000 + bufferMs + toleranceMs);
});

test.concurrent('the shortest time is one second', async ({ onTestFinished }) => {
  const settings = { GATEHOUSE_KEEP_ALIVE_SECONDS: '1' };
  const server = await startProcess(settings, { atEnd: onTestFinished });
  const raw = await openRaw(server.url);
  const afterMs = await closedAfter(raw, await ask(raw));
  expect(afterMs).toBeGreaterThan(1_000);
  expect(afterMs).toBeLessThan(1_000 + bufferMs + toleranceMs);
});

test.concurrent('the limits of a request do not end a connection that waits for the next one', async ({
  onTestFinished,
}) => {
  const settings = { GATEHOUSE_KEEP_ALIVE_SECONDS: '17' };
  const server = await startProcess(settings, { atEnd: onTestFinished });
  const raw = await openRaw(server.url);
  const since = await ask(raw);
  await wait(16_000);
  expect(raw.socket.readyState).toBe('open');
  const afterMs = await closedAfter(raw, since);
  expect(afterMs).toBeGreaterThan(17_000);
  expect(afterMs).toBeLessThan(17_000 + bufferMs + toleranceMs);
});

test.concurrent('workers keep connections for the same time', async ({ onTestFinished }) => {
  const settings = { GATEHOUSE_KEEP_ALIVE_SECONDS: '2', GATEHOUSE_WORKERS: '2' };
  const server = await startProcess(settings, { atEnd: onTestFinished });
  const connections = await Promise.all(Array.from({ length: 8 }, () => openRaw(server.url)));
  await Promise.all(connections.map(ask));
  for (const { answers } of connections) expect(answers[0]?.headers['keep-alive']).toBe('timeout=2');
});

test.concurrent('without the setting it is 65 seconds', async ({ onTestFinished }) => {
  const raw = await openRaw((await startProcess({}, { atEnd: onTestFinished })).url);
  await ask(raw);
  expect(raw.answers[0]?.headers['keep-alive']).toBe('timeout=65');
});
