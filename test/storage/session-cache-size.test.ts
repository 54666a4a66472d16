/** The size of the cache of session checks: bounded at the byte, whatever is asked for, and live sessions come first. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { digest, newHandle, newToken, newUuid } from '../../src/crypto/ids.ts';
import { SessionCache } from '../../src/storage/shared/session-cache.ts';
import { HandFeed } from '../support/feed.ts';

const now = 1_700_000_000_000;
const basis = { userId: 'joe', until: now + 86_400_000 };

/** An entry whose answer has 20 characters. */
const answer = 'x'.repeat(20);
const entryBytes = 300;

/** What an id of a dead session is counted as. */
const deadBytes = 200;

function cacheOf(maxBytes: number) {
  const feed = new HandFeed();
  const cache = new SessionCache(feed, maxBytes);
  const keep = (id: string, text = answer) => cache.keep(id, text, basis, cache.asking());
  const isKept = (id: string) => cache.find(id, now) !== undefined;
  return { cache, feed, keep, isKept };
}

const ids = (count: number, name = 'id') => Array.from({ length: count }, (_, n) => `${name}-${n}`);

test('an entry may be as large as half of the cache, and no byte larger', () => {
  for (const [missing, isThere] of [
    [0, true],
    [1, false],
  ] as const) {
    const { cache, keep, isKept } = cacheOf(2 * entryBytes - missing);
    keep('a');
    expect(isKept('a')).toBe(isThere);
    expect(cache.counts.bytes).toBe(isThere ? entryBytes : 0);
  }
});

test('an answer that is too large leaves the one before, which is as valid', () => {
  const { keep, isKept } = cacheOf(2 * entryBytes);
  keep('a');
  keep('a', `${answer}!`);
  expect(isKept('a')).toBe(true);
});

test('half of the cache holds as many entries as fit to the byte; the next one begins a new generation', () => {
  const { cache, keep, isKept } = cacheOf(2 * 4 * entryBytes);
  const all = ids(9);
  for (const id of all.slice(0, 8)) keep(id);
  expect(cache.counts).toMatchObject({ answers: 8, bytes: 8 * entryBytes });
  keep('id-8');
  expect(cache.counts).toMatchObject({ answers: 5, bytes: 5 * entryBytes });
  expect(all.filter(isKept)).toEqual(['id-4', 'id-5', 'id-6', 'id-7', 'id-8']);
});

test('with one byte less, half of the cache holds one entry less', () => {
  const { cache, keep } = cacheOf(2 * 4 * entryBytes - 1);
  for (const id of ids(8)) keep(id);
  // Three and three; the seventh dropped the first three.
  expect(cache.counts).toMatchObject({ answers: 5, bytes: 5 * entryBytes });
});

test('what is in use stays, however many others come; what is not goes', () => {
  const { cache, keep, isKept } = cacheOf(2 * 10 * entryBytes);
  for (const id of ['used', 'unused']) keep(id);
  for (const id of ids(200)) {
    keep(id);
    expect(isKept('used')).toBe(true);
    expect(cache.counts.bytes).toBeLessThanOrEqual(20 * entryBytes);
  }
  expect(isKept('unused')).toBe(false);
});

test('an entry that is used again moves to the new generation, and is counted once', () => {
  const { cache, keep, isKept } = cacheOf(2 * 4 * entryBytes);
  for (const id of ids(5)) keep(id);
  expect(isKept('id-0')).toBe(true);
  expect(cache.counts).toMatchObject({ answers: 5, bytes: 5 * entryBytes });
});

test('bytes are counted as they come and go', () => {
  const { cache, feed, keep } = cacheOf(1_000_000);
  keep('a');
  keep('a', 'é');
  keep('b', 'ж');
  // A character beyond ASCII makes the whole text count twice.
  expect(cache.counts.bytes).toBe(2 * 282);
  feed.told.sessionRevoked('a');
  feed.told.sessionRevoked('a');
  expect(cache.counts).toMatchObject({ answers: 1, bytes: 282 });
  cache.keepDead('b', cache.asking());
  expect(cache.counts).toMatchObject({ answers: 0, bytes: deadBytes, dead: 1 });
});

test('a cache of 0 bytes keeps nothing, and does not look at the feed', () => {
  const { cache, feed, keep } = cacheOf(0);
  feed.state = new Error('The feed is not asked.');
  keep('a');
  cache.keepDead('b', cache.asking());
  expect([cache.find('a', now), cache.find('b', now)]).toEqual([undefined, undefined]);
  expect(cache.counts).toMatchObject({
    answers: 0,
    dead: 0,
    bytes: 0,
    lookups: { hit: 0, dead: 0, miss: 2 },
  });
});

test('a million different unknown ids displace no live session, and leave a bounded number of ids', () => {
  const { cache, keep, isKept } = cacheOf(1_000_000);
  const live = ids(1_500, 'live');
  for (const id of live) keep(id);
  for (let n = 0; n < 1_000_000; n += 1) {
    const id = `unknown-${n}`;
    if (cache.find(id, now) === undefined) cache.keepDead(id, cache.asking());
  }
  expect(live.filter(isKept)).toEqual(live);
  expect(cache.counts.answers).toBe(1_500);
  expect(cache.counts.dead * deadBytes).toBeLessThanOrEqual(1_000_000 / 16);
  expect(cache.find('unknown-999999', now)).toBeNull();
  expect(cache.find('unknown-0', now)).toBeUndefined();
});

test('live and dead ones together never take more than the size of the cache', () => {
  for (const maxBytes of [2 * entryBytes, 100_000, 3_000_000]) {
    const { cache, keep } = cacheOf(maxBytes);
    for (let n = 0; n < 20_000; n += 1) {
      keep(`live-${n}`);
      cache.keepDead(`dead-${n}`, cache.asking());
      expect(cache.counts.bytes).toBeLessThanOrEqual(maxBytes);
    }
    expect(cache.counts.answers * entryBytes).toBeGreaterThan(maxBytes * 0.4);
  }
});

test('the last ids that were found dead are known: they take a sixteenth of the cache, and are at most 8,192', () => {
  for (const [maxBytes, known] of [
    [32 * deadBytes - 1, 0],
    [32 * deadBytes, 1],
    [32 * deadBytes * 100, 100],
    [100_000_000, 4_096],
  ] as const) {
    const { cache } = cacheOf(maxBytes);
    const dead = ids(4_096 * 3);
    for (const id of dead) {
      cache.keepDead(id, cache.asking());
      expect(cache.counts.dead).toBeLessThanOrEqual(2 * known);
    }
    expect(dead.slice(dead.length - known).every((id) => cache.find(id, now) === null)).toBe(true);
  }
});

test('the same dead id again and again takes one place, and pushes no other one out', () => {
  const { cache } = cacheOf(1_000_000);
  cache.keepDead('a', cache.asking());
  for (let n = 0; n < 20_000; n += 1) cache.keepDead('b', cache.asking());
  expect(cache.find('a', now)).toBeNull();
  expect(cache.counts.dead).toBe(2);
});

test('the bytes that are counted are not fewer than the memory that is taken up', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { cache } = cacheOf(100_000_000);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 20_000; n += 1) {
    const user = { identifier: `user${n}@example.com`, createdAt: now + n, email_verified: true };
    const text = JSON.stringify({ valid: true, handle: newHandle(), user: { id: newUuid(), ...user } });
    const asking = cache.asking();
    cache.keep(flat(digest(newToken())), flat(text), { userId: newUuid(), until: now + n }, asking);
  }
  collect();
  const taken = process.memoryUsage().heapUsed - before;
  expect(cache.counts.answers).toBe(20_000);
  expect(taken).toBeLessThan(cache.counts.bytes);
  expect(cache.counts.bytes / 20_000).toBeLessThanOrEqual(700);
});

/** A text in one piece, as those that were read from a connection are. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
