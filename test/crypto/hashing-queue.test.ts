/** The queue before hashing: so many at once, so long a wait, and no hash for a client that has gone. */

import { expect, onTestFinished, test } from 'vitest';
import {
  Abandoned,
  HashingQueue,
  type HashingSlot,
  type QueueLimits,
} from '../../src/crypto/hashing-queue.ts';
import type { Pbkdf2Parameters } from '../../src/crypto/phc.ts';

function openQueue(limits: QueueLimits): HashingQueue {
  const queue = new HashingQueue(limits);
  onTestFinished(() => queue.close());
  return queue;
}

const home = '192.0.2.1';

/** What the queue takes a hash to cost before it has timed one, in milliseconds. */
const guessedMs = 65;

const cheap: Pbkdf2Parameters = { digest: 'sha512', iterations: 1, saltBytes: 8, hashBytes: 64 };
/** About a tenth of a second. */
const slow = { ...cheap, iterations: 300_000 };
/** Half a minute: longer than a test may wait. */
const endless = { ...cheap, iterations: 99_999_999 };

const hash = (place: HashingSlot, parameters: Pbkdf2Parameters) =>
  place.pbkdf2(new Uint8Array(8), new Uint8Array(8), parameters);

/** The names of hashes, in the order in which they are done. */
async function order(hashes: Readonly<Record<string, Promise<unknown>>>): Promise<string[]> {
  const done: string[] = [];
  await Promise.all(Object.entries(hashes).map(([name, promise]) => promise.then(() => done.push(name))));
  return done;
}

/** Takes places until the queue is full; returns how many there were. */
function fill(queue: HashingQueue, limit = 1_000): number {
  let places = 0;
  while (!queue.overloaded(home) && places < limit) {
    queue.enter(home);
    places += 1;
  }
  return places;
}

test('one thread hashes one after another, in the order of the queue', async () => {
  const queue = openQueue({ threads: 1 });
  const [a, b, c] = [queue.enter(home), queue.enter(home), queue.enter(home)];
  const done = await order({ slow: hash(a, slow), cheap: hash(b, cheap), last: hash(c, cheap) });
  expect(done).toEqual(['slow', 'cheap', 'last']);
});

test('two threads hash two at once, and not three', async () => {
  const queue = openQueue({ threads: 2 });
  const places = Array.from({ length: 4 }, () => queue.enter(home)) as [
    HashingSlot,
    HashingSlot,
    HashingSlot,
    HashingSlot,
  ];
  const [a, b, c, d] = places;
  // Both threads run by then: to start one may take as long as a slow hash.
  await Promise.all([hash(a, cheap), hash(b, cheap)]);
  const second = await order({ slow: hash(a, slow), cheap: hash(b, cheap) });
  expect(second).toEqual(['cheap', 'slow']);
  const third = await order({
    a: hash(a, slow),
    b: hash(b, slow),
    cheap: hash(c, cheap),
    last: hash(d, cheap),
  });
  // Neither cheap one could begin before one of the slow ones was done.
  expect(['a', 'b']).toContain(third[0]);
});

test('no caller is refused for as long as the wait is worth it, by time', () => {
  expect(fill(openQueue({ threads: 1, maxWaitMs: 2 * guessedMs }))).toBe(3);
  expect(fill(openQueue({ threads: 1, maxWaitMs: 2 * guessedMs - 1 }))).toBe(2);
  expect(fill(openQueue({ threads: 1, maxWaitMs: 0 }))).toBe(1);
  expect(fill(openQueue({ threads: 4, maxWaitMs: 0 }))).toBe(4);
  expect(fill(openQueue({ threads: 4, maxWaitMs: guessedMs }))).toBe(8);
});

test('no caller is refused for as long as there are places', () => {
  const unhurried = { threads: 1, maxWaitMs: Number.POSITIVE_INFINITY };
  expect(fill(openQueue({ ...unhurried, maxPlaces: 3 }))).toBe(3);
  expect(fill(openQueue({ ...unhurried, maxPlaces: 1 }))).toBe(1);
  expect(fill(openQueue({ ...unhurried, maxPlaces: 500 }), 1_000)).toBe(500);
});

test('by default the queue holds two seconds of work', () => {
  const places = fill(openQueue({ threads: 1 }));
  expect(places).toBe(Math.floor(2_000 / guessedMs) + 1);
});

test('an overload says when to come back: after the queue, and never at once', () => {
  const short = openQueue({ threads: 4, maxPlaces: 1 });
  short.enter(home);
  expect(short.overloaded(home)).toEqual({ refused: 'overloaded', retryAfterSeconds: 1 });
  const long = openQueue({ threads: 1, maxWaitMs: 0 });
  for (let n = 0; n < 31; n += 1) long.enter(home);
  expect(long.overloaded(home)).toEqual({
    refused: 'overloaded',
    retryAfterSeconds: Math.ceil((31 * guessedMs) / 1_000),
  });
});

test('the queue can be read in numbers: as it stands, and what went through it', async () => {
  const queue = openQueue({ threads: 2, maxPlaces: 3 });
  const still = { threads: 2, places: 0, running: 0, refused: 0, hashed: 0, hashedMs: 0 };
  expect(queue.counts).toEqual(still);
  const places = [queue.enter(home), queue.enter(home), queue.enter(home)];
  expect(queue.overloaded(home)).toBeDefined();
  expect(queue.overloaded(home)).toBeDefined();
  const hashes = places.map((place) => hash(place, slow));
  expect(queue.counts).toEqual({ ...still, places: 3, running: 2, refused: 2 });
  await Promise.all(hashes);
  for (const place of places) place[Symbol.dispose]();
  expect(queue.overloaded(home)).toBeUndefined();
  expect(queue.counts).toEqual({ ...still, refused: 2, hashed: 3, hashedMs: expect.any(Number) });
  expect(queue.counts.hashedMs).toBeGreaterThan(60);
});

test('the queue grows longer once hashes turn out to be cheap', async () => {
  const queue = openQueue({ threads: 1, maxWaitMs: 2 * guessedMs });
  {
    using place = queue.enter(home);
    for (let n = 0; n < 40; n += 1) await hash(place, cheap);
  }
  expect(fill(queue, 20)).toBe(20);
});

test('a place is freed once, and also after an error', async () => {
  const queue = openQueue({ threads: 1, maxPlaces: 2 });
  const first = queue.enter(home);
  await expect(
    (async () => {
      using place = queue.enter(home);
      expect(queue.overloaded(home)).toBeDefined();
      await hash(place, { ...cheap, digest: 'no such digest' as 'sha512' });
    })(),
  ).rejects.toThrow('ended before it answered');
  expect(queue.overloaded(home)).toBeUndefined();
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(fill(queue)).toBe(2);
});

test('a thread that dies frees its turn for the next in the queue', async () => {
  const queue = openQueue({ threads: 1 });
  const [a, b] = [queue.enter(home), queue.enter(home)];
  const deadly = hash(a, { ...cheap, digest: 'no such digest' as 'sha512' });
  const next = hash(b, cheap);
  await expect(deadly).rejects.toThrow('ended before it answered');
  expect(await next).toMatchObject({ byteLength: 64 });
});

test('a client that goes while waiting leaves the queue at once and unhashed, and those behind move up', async () => {
  const queue = openQueue({ threads: 1 });
  const client = new AbortController();
  const [a, b, c] = [queue.enter(home), queue.enter(home, client.signal), queue.enter(home)];
  const first = hash(a, slow);
  const gone = hash(b, endless).catch((error) => error);
  const last = hash(c, cheap);
  client.abort();
  expect(await Promise.race([first, gone])).toBeInstanceOf(Abandoned);
  expect(await first).toMatchObject({ byteLength: 64 });
  expect(await last).toMatchObject({ byteLength: 64 });
});

test('a client that has gone before asking is dropped unhashed', async () => {
  const queue = openQueue({ threads: 1 });
  await expect(hash(queue.enter(home, AbortSignal.abort()), endless)).rejects.toThrow(Abandoned);
});

test('a client that goes while its hash is computed gets the hash all the same', async () => {
  const queue = openQueue({ threads: 1 });
  const client = new AbortController();
  const begun = hash(queue.enter(home, client.signal), slow);
  await new Promise((resolve) => setTimeout(resolve, 20));
  client.abort();
  expect(await begun).toMatchObject({ byteLength: 64 });
});

test.each([
  ['at once', 0],
  ['once the thread is at work', 300],
])('closing %s drops waiting logins and ends running hashes', async (_when, afterMs) => {
  const queue = new HashingQueue({ threads: 1 });
  const hashing = Promise.allSettled([hash(queue.enter(home), { ...cheap, iterations: 3_000_000 })]);
  const waiting = Promise.allSettled([hash(queue.enter(home), endless)]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await queue.close();
  expect(await hashing).toMatchObject([{ status: 'rejected' }]);
  expect(await waiting).toMatchObject([{ status: 'rejected', reason: expect.any(Abandoned) }]);
  await expect(hash(queue.enter(home), endless)).rejects.toThrow(Abandoned);
});

test('closing in the same turn as the first hash starts no thread', async () => {
  const queue = new HashingQueue({ threads: 1 });
  const hashing = expect(hash(queue.enter(home), endless)).rejects.toThrow(Abandoned);
  await queue.close();
  await hashing;
});
