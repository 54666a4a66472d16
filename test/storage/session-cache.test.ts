/** The cache of session checks: which answers it gives, and for how long; no revoked one ever comes back (ruling N2). */

import { expect, onTestFinished, test, vi } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { SessionCache } from '../../src/storage/shared/session-cache.ts';
import { HandFeed } from '../support/feed.ts';

/** The wall clock of these tests, and an instant long after all of them. */
const now = 1_700_000_000_000;
const never = now + 365 * 86_400_000;

const joe = { userId: 'joe', until: never };
const ann = { userId: 'ann', until: never };

/** A cache over a feed, under a monotonic clock that only the test moves. */
function cacheOf(maxBytes = 1_000_000) {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const feed = new HandFeed();
  const reasons: string[] = [];
  const cache = new SessionCache(feed, maxBytes, (reason) => reasons.push(reason));
  const find = (id: string, at = now) => cache.find(id, at);
  const keep = (id: string, basis = joe, asking = cache.asking()) =>
    cache.keep(id, `answer of ${id}`, basis, asking);
  return { cache, feed, reasons, find, keep };
}

const pass = (ms: number) => void vi.advanceTimersByTime(ms);

test('an answer is found under its own id, until it is replaced', () => {
  const { cache, find, keep } = cacheOf();
  expect(find('a')).toBeUndefined();
  keep('a');
  keep('b', ann);
  expect([find('a'), find('b'), find('c')]).toEqual(['answer of a', 'answer of b', undefined]);
  cache.keep('a', 'newer', joe, cache.asking());
  expect(find('a')).toBe('newer');
  expect(cache.counts.answers).toBe(2);
  expect(cache.counts.lookups).toEqual({ hit: 3, dead: 0, miss: 2 });
});

test('an answer is valid for a minute after it was asked for, and not a moment longer', () => {
  const { cache, find, keep } = cacheOf();
  keep('a');
  const asking = cache.asking();
  pass(30_000);
  keep('slow', joe, asking);
  expect([find('a'), find('slow')]).toEqual(['answer of a', 'answer of slow']);
  pass(29_999);
  expect([find('a'), find('slow')]).toEqual(['answer of a', 'answer of slow']);
  pass(1);
  expect([find('a'), find('slow')]).toEqual([undefined, undefined]);
  keep('a');
  expect(find('a')).toBe('answer of a');
});

test('an answer is given until the second in which it changes by itself, and not in that second', () => {
  const { find, keep } = cacheOf();
  const second = Math.ceil(now / 1_000) * 1_000 + 5_000;
  for (const until of [second, second + 999]) {
    keep('a', { userId: 'joe', until });
    expect(find('a', second - 1)).toBe('answer of a');
    for (const late of [second, until, until + 1]) expect(find('a', late)).toBeUndefined();
  }
});

test('a clock that jumps by hours, forward or back, lengthens no answer', () => {
  const hours = 3_600_000 * 5;
  for (const jump of [-hours, hours]) {
    const { find, keep } = cacheOf();
    keep('until', { userId: 'joe', until: now + 500 });
    keep('minute');
    expect(find('minute', now + jump)).toBe('answer of minute');
    expect(find('until', now + jump)).toBe(jump < 0 ? 'answer of until' : undefined);
    // It jumped and came back: what was over is over.
    expect(find('until', now + 500)).toBeUndefined();
    pass(60_000);
    for (const at of [now, now + jump, now - jump]) {
      expect([find('minute', at), find('until', at)]).toEqual([undefined, undefined]);
    }
  }
});

test('a dead id is known as dead for less than 60 seconds, and an answer replaces it', () => {
  const { cache, find, keep } = cacheOf();
  for (const id of ['a', 'b']) cache.keepDead(id, cache.asking());
  expect([find('a'), find('b')]).toEqual([null, null]);
  expect(cache.counts.lookups).toEqual({ hit: 0, dead: 2, miss: 0 });
  keep('b');
  expect(find('b')).toBe('answer of b');
  pass(59_999);
  expect(find('a')).toBeNull();
  pass(1);
  expect(find('a')).toBeUndefined();
});

test('of an answer and a dead id the one that was kept last counts', () => {
  const { cache, find, keep } = cacheOf();
  keep('a');
  cache.keepDead('a', cache.asking());
  expect(find('a')).toBeNull();
  keep('a');
  expect(find('a')).toBe('answer of a');
});

test('while the feed is not fresh nothing is answered, neither alive nor dead; afterwards it is again', () => {
  const { cache, feed, find, keep } = cacheOf();
  keep('a');
  cache.keepDead('b', cache.asking());
  feed.state = false;
  expect([find('a'), find('b')]).toEqual([undefined, undefined]);
  feed.state = true;
  expect([find('a'), find('b')]).toEqual(['answer of a', null]);
});

test('a store that cannot answer makes the look-up fail: nothing is answered from memory', () => {
  const { feed, find, keep } = cacheOf();
  keep('a');
  feed.state = new StoreUnavailable('The disk is gone.');
  expect(() => find('a')).toThrow(StoreUnavailable);
});

test('a revoked session is not answered, the others of its user are', () => {
  const { feed, find, keep } = cacheOf();
  for (const id of ['a', 'b']) keep(id);
  feed.told.sessionRevoked('a');
  expect([find('a'), find('b')]).toEqual([undefined, 'answer of b']);
});

test('of a revoked user no session is answered, of another one each is', () => {
  const { feed, find, keep } = cacheOf();
  for (const id of ['a', 'b']) keep(id);
  keep('c', ann);
  feed.told.userRevoked('joe');
  expect([find('a'), find('b'), find('c')]).toEqual([undefined, undefined, 'answer of c']);
});

test('rows that were asked for before a revocation are not kept after it; those asked for later are', () => {
  const { cache, feed, find, keep } = cacheOf();
  const revocations: Readonly<Record<string, () => void>> = {
    session: () => feed.told.sessionRevoked('a'),
    user: () => feed.told.userRevoked('joe'),
    all: () => feed.told.allRevoked('feed'),
  };
  // Twice, so that each comes after each other.
  for (const [kind, revoke] of [...Object.entries(revocations), ...Object.entries(revocations)]) {
    const asking = cache.asking();
    revoke();
    keep('a', joe, asking);
    expect([kind, find('a')]).toEqual([kind, undefined]);
    const later = cache.asking();
    keep('a', joe, later);
    expect([kind, find('a')]).toEqual([kind, 'answer of a']);
    // The earlier question may also be answered last.
    keep('a', joe, asking);
    expect([kind, find('a')]).toEqual([kind, 'answer of a']);
  }
});

test('the revocation of one session or user keeps no row of another out', () => {
  const { cache, feed, find, keep } = cacheOf();
  const asking = cache.asking();
  feed.told.sessionRevoked('a');
  feed.told.userRevoked('joe');
  keep('b', ann, asking);
  expect(find('b')).toBe('answer of b');
});

/** Two keys with one mark: the hash of a text is that of Java, where these two are the classic pair. */
const [colliding, collided] = ['Aa', 'BB'] as const;

test('keys that share a mark are revoked together: that costs a read, and never answers what is revoked', () => {
  const { cache, feed, find, keep } = cacheOf();
  keep('a', { userId: colliding, until: never });
  const asking = cache.asking();
  feed.told.userRevoked(collided);
  feed.told.sessionRevoked(collided);
  expect(find('a')).toBeUndefined();
  keep(colliding, ann, asking);
  expect(find(colliding)).toBeUndefined();
  keep('a', { userId: colliding, until: never });
  keep(colliding, ann);
  expect([find('a'), find(colliding)]).toEqual(['answer of a', `answer of ${colliding}`]);
});

test('a mark of an earlier revocation is not lowered by a later one of another key', () => {
  const { cache, feed, find, keep } = cacheOf();
  const asking = cache.asking();
  feed.told.sessionRevoked('a');
  for (let n = 0; n < 50_000; n += 1) feed.told.sessionRevoked(`other ${n}`);
  for (let n = 0; n < 1_000; n += 1) feed.told.userRevoked(`other ${n}`);
  keep('a', joe, asking);
  expect(find('a')).toBeUndefined();
});

test('a changed user revives dead ids: the user may have been enabled', () => {
  const { cache, feed, find } = cacheOf();
  const asking = cache.asking();
  cache.keepDead('a', cache.asking());
  feed.told.userRevoked('joe');
  expect(find('a')).toBeUndefined();
  cache.keepDead('a', asking);
  expect(find('a')).toBeUndefined();
  cache.keepDead('a', cache.asking());
  expect(find('a')).toBeNull();
});

test('the end of another session revives no dead id', () => {
  const { cache, feed, find } = cacheOf();
  cache.keepDead('a', cache.asking());
  feed.told.sessionRevoked('b');
  expect(find('a')).toBeNull();
});

test('the revocation of everything empties the cache, and tells why if there was anything in it', () => {
  const { cache, feed, reasons, find, keep } = cacheOf();
  feed.told.allRevoked('first_read');
  expect(reasons).toEqual([]);
  keep('a');
  keep('b', ann);
  cache.keepDead('c', cache.asking());
  const asking = cache.asking();
  feed.told.allRevoked('missed');
  expect(reasons).toEqual(['missed']);
  expect(['a', 'b', 'c'].map((id) => find(id))).toEqual([undefined, undefined, undefined]);
  expect(cache.counts).toMatchObject({ answers: 0, dead: 0, bytes: 0 });
  cache.keepDead('c', asking);
  expect(find('c')).toBeUndefined();
});
