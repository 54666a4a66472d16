/** Uses of sessions are gathered, merged and written in batches, whatever engine writes them. */

import { expect, test } from 'vitest';
import { type Touch, type TouchBatch, TouchBuffer } from '../../src/storage/shared/touch-buffer.ts';

const touch = (lastSeenAt: number, unlessAfter = lastSeenAt - 1): Touch => ({
  lastSeenAt,
  idleExpiresAt: lastSeenAt + 500,
  unlessAfter,
});

/** A buffer, and the batches it had written. */
function bufferOf(maxBatch: number, whileWriting = () => {}) {
  const batches: TouchBatch[] = [];
  const buffer = new TouchBuffer(maxBatch, async (batch) => {
    batches.push(batch);
    whileWriting();
  });
  return { buffer, batches };
}

test('uses are written a tenth of a second after the first of them, together', async () => {
  const { buffer, batches } = bufferOf(10);
  const notedAt = performance.now();
  buffer.note('a', touch(1_000));
  buffer.note('b', touch(2_000));
  expect(batches).toEqual([]);
  await expect.poll(() => batches.length, { interval: 1 }).toBe(1);
  expect(performance.now() - notedAt).toBeGreaterThan(95);
  expect(Object.fromEntries(batches[0] ?? [])).toEqual({ a: touch(1_000), b: touch(2_000) });
});

test('of several uses of one session the latest is written, in whatever order they are noted', async () => {
  const { buffer, batches } = bufferOf(10);
  for (const lastSeenAt of [2_000, 3_000, 1_000, 3_000]) buffer.note('a', touch(lastSeenAt, 500));
  await buffer.flush();
  expect(batches.map((batch) => [...batch])).toEqual([[['a', touch(3_000, 500)]]]);
});

test('a use is written over none that is as late as itself', async () => {
  const { buffer, batches } = bufferOf(10);
  buffer.note('a', touch(1_000, 1_000));
  buffer.note('b', touch(1_000, 999));
  buffer.note('c', touch(1_000, 400));
  await buffer.flush();
  expect([...(batches[0]?.values() ?? [])].map(({ unlessAfter }) => unlessAfter)).toEqual([999, 999, 400]);
});

test('a use follows its session to another id, and gives way to a later one there', async () => {
  const { buffer, batches } = bufferOf(10);
  buffer.note('a', touch(1_000));
  buffer.move('a', 'b');
  buffer.note('c', touch(1_000));
  buffer.note('d', touch(2_000));
  buffer.move('c', 'd');
  buffer.move('e', 'f');
  await buffer.flush();
  expect(Object.fromEntries(batches[0] ?? [])).toEqual({ b: touch(1_000), d: touch(2_000) });
});

test('no batch is larger than it may be, and what is noted while one is written is written too', async () => {
  let more = 3;
  const { buffer, batches } = bufferOf(2, () => {
    more -= 1;
    if (more > 0) buffer.note(`more ${more}`, touch(5_000));
  });
  for (const id of ['a', 'b', 'c']) buffer.note(id, touch(1_000));
  await buffer.flush();
  expect(batches.map((batch) => [...batch.keys()])).toEqual([['a', 'b'], ['c', 'more 2'], ['more 1']]);
  await buffer.flush();
  expect(batches).toHaveLength(3);
});

test('a use that cannot be written is given up, and later ones are written', async () => {
  let isBroken = true;
  const written: string[] = [];
  const buffer = new TouchBuffer(10, async (batch) => {
    if (isBroken) throw new Error('broken');
    written.push(...batch.keys());
  });
  buffer.note('a', touch(1_000));
  await expect(buffer.flush()).rejects.toThrow('broken');
  isBroken = false;
  buffer.note('b', touch(1_000));
  await buffer.flush();
  expect(written).toEqual(['b']);
});
