/** The rules of the audit's chain by themselves: how entries are linked, followed, and cut off at the start. */

import { expect, test } from 'vitest';
import { digest } from '../../src/crypto/ids.ts';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { cutBefore, endsOf, linkEntries, type UnlinkedEntry } from '../../src/storage/shared/audit-chain.ts';
import { follow } from '../../src/storage/shared/verify-chain.ts';

const start = { seq: 0, hash: '0'.repeat(64) };

const entry = (at: number): UnlinkedEntry => ({
  at,
  event: 'login',
  outcome: 'ok',
  userId: 'joe',
  handle: null,
  contract: 'rest',
  network: '192.0.2.1',
  requestId: `request-${at}`,
});

const linked = linkEntries(digest, start, 0, [1, 2, 3].map(entry));

test('entries are numbered on from the last one, and each hash covers the one before', () => {
  expect(linked.map(({ seq, at }) => [seq, at])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  expect(new Set(linked.map(({ hash }) => hash)).size).toBe(3);
  const [third] = linkEntries(digest, linked[1] ?? start, 2, [entry(3)]);
  expect(third).toEqual(linked[2]);
  const [other] = linkEntries(digest, { seq: 2, hash: linked[0]?.hash ?? '' }, 2, [entry(3)]);
  expect(other?.hash).not.toBe(linked[2]?.hash);
  expect(linkEntries(digest, start, 0, [])).toEqual([]);
});

test('a number that a foreign entry has taken is passed over', () => {
  expect(linkEntries(digest, start, 7, [entry(1)])[0]?.seq).toBe(8);
});

test('a chain is followed up to the last entry that fits', () => {
  expect(follow(digest, start, linked)).toEqual({
    at: { seq: 3, hash: linked[2]?.hash },
    fitting: 3,
  });
  const changed = linked.map((each) => (each.seq === 2 ? { ...each, outcome: 'refused' } : each));
  expect(follow(digest, start, changed)).toEqual({ at: { seq: 1, hash: linked[0]?.hash }, fitting: 1 });
  expect(follow(digest, start, linked.slice(1)).fitting).toBe(0);
});

test('a chain is cut behind the entries that come before the first young one', () => {
  const entries = linkEntries(digest, start, 0, [1, 2, 9, 3].map(entry));
  const placeOf = (n: number) => ({ seq: n, hash: entries[n - 1]?.hash });
  expect(cutBefore(entries, 1)).toBeUndefined();
  expect(cutBefore(entries, 2)).toEqual({ start: placeOf(1), dropped: 1 });
  expect(cutBefore(entries, 5)).toEqual({ start: placeOf(2), dropped: 2 });
  expect(cutBefore(entries, 10)).toEqual({ start: placeOf(4), dropped: 4 });
  expect(cutBefore([], 10)).toBeUndefined();
});

test('a chain without the row of its ends is refused', () => {
  const row = { startSeq: 1, startHash: 'a', lastSeq: 2, lastHash: 'b' };
  expect(endsOf(row)).toEqual({ start: { seq: 1, hash: 'a' }, last: { seq: 2, hash: 'b' } });
  expect(() => endsOf(undefined)).toThrow(StoreUnavailable);
});
