/** What the store vouched for is remembered in a bounded space, for a bounded time, and never past a word to forget it. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { digest, newHandle, newToken, newUuid } from '../../../src/crypto/ids.ts';
import type { Session } from '../../../src/storage/port/port.ts';
import {
  ExpiringCache,
  type ExpiringCacheOptions,
} from '../../../src/storage/postgres/cluster/expiring-cache.ts';
import { textBytes } from '../../../src/storage/postgres/rows.ts';

const trustMs = 1_000;

/** What an entry without texts is counted as. */
const entryBytes = 700;

function vouched(changes: Partial<ExpiringCacheOptions<string>> = {}): ExpiringCache<string> {
  return new ExpiringCache({
    trustMs,
    maxEntries: 1_000_000,
    maxBytes: 1_000_000_000,
    sizeOf: (value) => value.length,
    ...changes,
  });
}

test('a value is trusted for a second after it was asked for, and not a moment longer', () => {
  const memory = vouched();
  memory.put('a', 'value', 5_000, 5_400);
  expect(memory.get('a', 5_400)).toBe('value');
  expect(memory.get('a', 5_999.999)).toBe('value');
  expect(memory.get('a', 6_000)).toBeUndefined();
  expect([memory.hits, memory.misses]).toEqual([2, 1]);
});

test('an answer that took a second or longer is not trusted at all', () => {
  const memory = vouched();
  memory.put('a', 'slow', 5_000, 6_000);
  memory.put('b', 'just', 5_000, 5_999);
  expect([memory.get('a', 6_000), memory.get('b', 5_999)]).toEqual([undefined, 'just']);
});

test('with no time of trust nothing is ever remembered', () => {
  const memory = vouched({ trustMs: 0 });
  memory.put('a', 'value', 5_000, 5_000);
  expect(memory.get('a', 5_000)).toBeUndefined();
  expect(memory.size.entries).toBe(0);
});

test('an answer from before a key was forgotten is not cached, a later one is', () => {
  const memory = vouched();
  memory.put('a', 'old', 5_000, 5_001);
  memory.forget('a', 5_100);
  expect(memory.get('a', 5_100)).toBeUndefined();
  for (const askedAt of [4_600, 5_050, 5_100]) memory.put('a', 'refilled', askedAt, 5_101);
  expect(memory.get('a', 5_101)).toBeUndefined();
  memory.put('a', 'new', 5_100.001, 5_101);
  memory.put('b', 'other', 5_050, 5_101);
  expect([memory.get('a', 5_101), memory.get('b', 5_101)]).toEqual(['new', 'other']);
});

test('that a key was forgotten is remembered for a second, however often the generations turn', () => {
  for (let forgottenAt = 5_000; forgottenAt < 7_000; forgottenAt += 50) {
    const memory = vouched({ maxBytes: 4 * entryBytes });
    memory.forget('x', 4_500);
    memory.forget('a', forgottenAt);
    // Every put of another key turns a generation over: for lack of space, and in time.
    for (let now = forgottenAt; now < forgottenAt + trustMs; now += 25) {
      memory.put(`key ${now}`, 'value', now, now);
      memory.put('a', 'refilled', forgottenAt, now);
      expect(memory.get('a', now)).toBeUndefined();
    }
  }
});

test('clearing forgets all keys in the same way', () => {
  const memory = vouched();
  memory.put('a', 'old', 5_000, 5_001);
  memory.clear(5_100);
  memory.put('b', 'refilled', 5_100, 5_101);
  expect([memory.get('a', 5_101), memory.get('b', 5_101)]).toEqual([undefined, undefined]);
  expect(memory.size).toEqual({ entries: 0, bytes: 0 });
  memory.put('b', 'new', 5_101, 5_102);
  expect(memory.get('b', 5_102)).toBe('new');
});

test('a changed value stays trusted for as long as it was; one that is not there is left alone', () => {
  const memory = vouched();
  memory.put('a', 'value', 5_000, 5_001);
  memory.change('a', (value) => value.toUpperCase());
  memory.change('b', () => 'made up');
  expect([memory.get('a', 5_999), memory.get('b', 5_999)]).toEqual(['VALUE', undefined]);
  expect(memory.get('a', 6_000)).toBeUndefined();
});

test('of two answers the one to the later question is kept, whichever arrives first', () => {
  const memory = vouched();
  memory.put('a', 'later', 5_010, 5_020);
  memory.put('a', 'earlier', 5_000, 5_030);
  expect(memory.get('a', 5_030)).toBe('later');
  expect(memory.size).toEqual({ entries: 1, bytes: entryBytes + 5 });
});

test('there is a bound to the number of entries, and one to their bytes; a value too large is not kept', () => {
  const few = vouched({ maxEntries: 10 });
  const small = vouched({ maxBytes: 10 * entryBytes });
  for (let n = 0; n < 100; n += 1) {
    for (const memory of [few, small]) memory.put(String(n), '', n, n);
    expect(few.size.entries).toBeLessThanOrEqual(10);
    expect(small.size.bytes).toBeLessThanOrEqual(10 * entryBytes);
    // Half of the space is always for the latest.
    for (let latest = Math.max(0, n - 4); latest <= n; latest += 1) {
      expect([few.get(String(latest), n), small.get(String(latest), n)]).toEqual(['', '']);
    }
  }
  small.put('large', 'x'.repeat(5 * entryBytes), 100, 100);
  expect(small.get('large', 100)).toBeUndefined();
});

test('a cache that must forget more keys than it can hold forgets everything', () => {
  const memory = vouched({ maxEntries: 10 });
  memory.put('kept', 'value', 5_000, 5_001);
  for (let n = 0; n < 10; n += 1) memory.forget(`forged ${n}`, 5_002);
  expect(memory.get('kept', 5_002)).toBe('value');
  memory.forget('forged 10', 5_003);
  expect(memory.get('kept', 5_003)).toBeUndefined();
  memory.put('forged 10', 'refilled', 5_003, 5_004);
  expect(memory.get('forged 10', 5_004)).toBeUndefined();
});

test('the bytes that are counted are not fewer than the memory that is taken up', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const memory = new ExpiringCache<Session>({
    trustMs,
    maxEntries: 100_000,
    maxBytes: 1_000_000_000,
    sizeOf: textBytes,
  });
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 20_000; n += 1) {
    const at = 1_700_000_000_000 + n;
    memory.put(flat(digest(newToken())), aSession(at), 5_000, 5_000);
  }
  collect();
  const taken = process.memoryUsage().heapUsed - before;
  expect(memory.size.entries).toBe(20_000);
  expect(taken).toBeLessThan(memory.size.bytes);
});

/** A text in one piece, as those that were read from a connection are. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function aSession(at: number): Session {
  return {
    handle: flat(newHandle()),
    userId: flat(newUuid()),
    contract: flat('envelope'),
    createdAt: at,
    lastSeenAt: at + 1,
    idleExpiresAt: at + 2,
    expiresAt: at + 3,
    provenAt: at + 4,
    network: flat(`2001:db8:${(at % 65_536).toString(16)}::/64`),
    device: flat(`Firefox ${at} on Linux`),
  };
}
