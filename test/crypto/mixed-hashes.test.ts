/** The queue before hashing where kinds of hash are mixed: its expected wait is right, whatever waits in it. */

import { expect, onTestFinished, test } from 'vitest';
import { HashTimes, type Place } from '../../src/crypto/hash-times.ts';
import type { HashParameters } from '../../src/crypto/hashes/hash-types.ts';
import { HashingQueue, type QueueLimits } from '../../src/crypto/hashing-queue.ts';
import type { Pbkdf2Parameters } from '../../src/crypto/phc.ts';

function openQueue(limits: QueueLimits): HashingQueue {
  const queue = new HashingQueue(limits);
  onTestFinished(() => queue.close());
  return queue;
}

const home = '192.0.2.1';
const cheap: Pbkdf2Parameters = { digest: 'sha512', iterations: 1, saltBytes: 8, hashBytes: 64 };

/** Kinds of hash of the same queue: their times are learnt one by one, whatever they were guessed to be. */
const quick = { kind: 'quick', guessedMs: 1_000 };
const long = { kind: 'long', guessedMs: 0 };
const digest: HashParameters = {
  kind: 'digest',
  digest: 'sha256',
  before: new Uint8Array(),
  after: new Uint8Array(),
  hashBytes: 32,
};
const pbkdf2: HashParameters = { kind: 'pbkdf2', ...cheap, iterations: 40_000, salt: new Uint8Array(8) };

/**
 * Computes hashes of each kind, so that the queue knows both; the ratio of their times is a hundred or more. The quick ones
 * are so many that a few that the machine delays weigh little.
 */
async function learnKinds(queue: HashingQueue): Promise<void> {
  using place = queue.enter(home);
  for (let n = 0; n < 200; n += 1) await place.foreign(new Uint8Array(8), digest, quick);
  await place.foreign(new Uint8Array(8), pbkdf2, long);
}

/** How many hashes of a kind the queue takes behind a running one before it refuses. */
async function taken(kind: typeof quick): Promise<number> {
  const queue = openQueue({ threads: 1, maxWaitMs: 500, maxPlaces: 300 });
  await learnKinds(queue);
  const parameters = kind === quick ? digest : pbkdf2;
  // A client that leaves ends the wait of its place.
  const leaving = new AbortController();
  const asked: Promise<unknown>[] = [];
  while (!queue.overloaded(home)) {
    const place = queue.enter(home, leaving.signal);
    asked.push(place.foreign(new Uint8Array(8), parameters, kind).catch(() => {}));
  }
  leaving.abort();
  await Promise.all(asked);
  return asked.length;
}

test('where kinds of hash are mixed, a queue of quick ones is long, and one of slow ones short', async () => {
  const [quickOnes, slowOnes] = [await taken(quick), await taken(long)];
  expect(quickOnes).toBe(300);
  expect(slowOnes).toBeLessThan(100);
});

test('a kind that was never timed costs what it is guessed to', async () => {
  const queue = openQueue({ threads: 1, maxWaitMs: 3_000 });
  {
    using place = queue.enter(home);
    await place.foreign(new Uint8Array(8), digest, { kind: 'another', guessedMs: 0 });
  }
  const leaving = new AbortController();
  const places = Array.from({ length: 3 }, () => queue.enter(home, leaving.signal));
  const asked = places.map((place) => place.foreign(new Uint8Array(8), digest, quick).catch(() => {}));
  // One is computed, two wait for a second each: the next would wait for three.
  expect(queue.overloaded(home)).toBeUndefined();
  const fourth = queue.enter(home, leaving.signal);
  asked.push(fourth.foreign(new Uint8Array(8), digest, quick).catch(() => {}));
  expect(queue.overloaded(home)).toEqual({ refused: 'overloaded', retryAfterSeconds: 4 });
  leaving.abort();
  await Promise.all(asked);
});

/** The expected wait behind places of some times, of which so many are running. */
function waitOf(threads: number, running: readonly number[], waiting: readonly number[]): number {
  const place = (guessedMs: number, isRunning: boolean): Place => ({
    cost: { kind: 'guess', guessedMs },
    isRunning,
  });
  const places = [...running.map((ms) => place(ms, true)), ...waiting.map((ms) => place(ms, false))];
  return new HashTimes().waitMs(places, threads, 65);
}

test('the expected wait of hashes of 5 ms and 500 ms is that of the work before a place', () => {
  const many = (count: number, ms: number) => Array.from({ length: count }, () => ms);
  expect(waitOf(1, [], [])).toBe(0);
  expect(waitOf(2, [500], [])).toBe(0);
  // A hundred quick ones behind a slow one: the slow one, and half a second of quick ones.
  expect(waitOf(1, [500], many(100, 5))).toBeCloseTo(1_000);
  expect(waitOf(1, [5], many(10, 500))).toBeCloseTo(5_005);
  expect(waitOf(2, [500, 500], many(100, 5))).toBeCloseTo(500);
  expect(waitOf(2, [5, 5], many(10, 500))).toBeCloseTo(2_502.5);
  // One kind: so many rounds of it, as without any other.
  for (const [threads, places] of [
    [1, 1],
    [1, 9],
    [4, 3],
    [4, 4],
    [4, 17],
  ] as const) {
    const running = Math.min(threads, places);
    const expected = (Math.max(0, places + 1 - threads) * 65) / threads;
    expect(waitOf(threads, many(running, 65), many(places - running, 65))).toBeCloseTo(expected);
    // Before their first hash begins, they wait as long.
    expect(waitOf(threads, [], many(places, 65))).toBeCloseTo(expected);
  }
});

test('times are kept of a hundred kinds, so that hostile ones fill no memory', () => {
  const times = new HashTimes();
  for (let n = 0; n <= 100; n += 1) times.learn(`kind ${n}`, 7);
  const wait = (kind: string) => times.waitMs([{ cost: { kind, guessedMs: 1 }, isRunning: true }], 1, 65);
  expect([wait('kind 0'), wait('kind 1'), wait('kind 100')]).toEqual([1, 7, 7]);
});
