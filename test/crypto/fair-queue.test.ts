/** Networks take turns in the queue before hashing, and a full queue takes places from the network with the most. */

import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { FairQueue } from '../../src/crypto/fair-queue.ts';
import {
  Abandoned,
  HashingQueue,
  type HashingSlot,
  type QueueLimits,
} from '../../src/crypto/hashing-queue.ts';
import type { Pbkdf2Parameters } from '../../src/crypto/phc.ts';

const [flooding, honest, third] = ['192.0.2.1', '198.51.100.1', '203.0.113.1'];
const cheap: Pbkdf2Parameters = { digest: 'sha512', iterations: 1, saltBytes: 8, hashBytes: 64 };
/** About a tenth of a second: time for everything else. */
const slow = { ...cheap, iterations: 300_000 };

const hash = (place: HashingSlot, parameters = cheap) =>
  place.pbkdf2(new Uint8Array(8), new Uint8Array(8), parameters);

/** A queue of one thread, which is at a long hash of the flooding network, with so many places. */
function busyQueue(maxPlaces: number, limits: QueueLimits = {}) {
  const queue = new HashingQueue({ threads: 1, maxWaitMs: 1e9, maxPlaces, ...limits });
  onTestFinished(() => queue.close());
  const done: string[] = [];
  /** What became of one who enters and hashes once. */
  const enter = (network: string, name: string, signal?: AbortSignal, parameters = cheap) => {
    const place = queue.enter(network, signal);
    return hash(place, parameters)
      .then(
        (outcome) => ('refused' in outcome ? outcome.refused : done.push(name) && name),
        (error: Error) => error.name,
      )
      .finally(() => place[Symbol.dispose]());
  };
  return { queue, enter, done, first: enter(flooding, 'first', undefined, slow) };
}

test('one network alone may fill the whole queue, and is refused beyond it', async () => {
  const { queue, enter } = busyQueue(50);
  for (let n = 1; n < 50; n += 1) {
    expect(queue.overloaded(flooding)).toBeUndefined();
    void enter(flooding, `${n}`);
  }
  expect(queue.overloaded(flooding)).toMatchObject({ refused: 'overloaded' });
  expect(queue.counts).toMatchObject({ places: 50, refused: 1 });
});

test('a newcomer to a full queue takes the place of the newest of the network with the most', async () => {
  const { queue, enter, done, first } = busyQueue(5);
  const flood = ['a', 'b', 'c', 'd'].map((name) => enter(flooding, name));
  expect(queue.overloaded(flooding)).toBeDefined();
  expect(queue.overloaded(honest)).toBeUndefined();
  const [x, y] = [enter(honest, 'x'), enter(honest, 'y')];
  expect(queue.counts.places).toBe(5);
  // Three places to two: neither of the two takes another one from the other.
  expect(queue.overloaded(honest)).toBeDefined();
  expect(queue.overloaded(flooding)).toBeDefined();
  const z = enter(third, 'z');
  expect(await Promise.all(flood)).toEqual(['a', 'overloaded', 'overloaded', 'overloaded']);
  expect(await Promise.all([first, x, y, z])).toEqual(['first', 'x', 'y', 'z']);
  // The networks took turns, each in the order in which its own came.
  expect(done).toEqual(['first', 'a', 'x', 'z', 'y']);
  expect(queue.counts).toMatchObject({ places: 0, running: 0, hashed: 5 });
});

test('a place that gives way is told that the queue was full and when to come back, and is counted as refused', async () => {
  const { queue } = busyQueue(3);
  const gaveWay = [queue.enter(flooding), queue.enter(flooding)].map((place) => hash(place).catch((e) => e));
  queue.enter(honest);
  expect(await gaveWay[1]).toEqual({ refused: 'overloaded', retryAfterSeconds: 1 });
  expect(queue.counts).toMatchObject({ places: 3, refused: 1 });
});

test('a network whose places are all at work, or not yet in the queue, gives none away', async () => {
  const { queue } = busyQueue(3);
  queue.enter(flooding);
  queue.enter(flooding);
  expect(queue.overloaded(honest)).toBeDefined();
  // Nor does one that has as many places as there would be.
  const other = busyQueue(2);
  void other.enter(third, 'waiting');
  expect(other.queue.overloaded(honest)).toBeDefined();
});

test('a place that has hashed once comes before those that have not, and does not give way', async () => {
  const { queue, enter, done, first } = busyQueue(4);
  const place = queue.enter(flooding);
  const twice = hash(place, slow).then(() => hash(place).then(() => done.push('again')));
  const waiting = enter(third, 'waiting');
  await first;
  const others = ['a', 'b'].map((name) => enter(third, name));
  await twice;
  expect(await Promise.all([waiting, ...others])).toEqual(['waiting', 'a', 'b']);
  // The thread went to the next in the queue before the second hash was asked for.
  expect(done).toEqual(['first', 'waiting', 'again', 'a', 'b']);
  const { queue: full } = busyQueue(2);
  const held = [full.enter(flooding), full.enter(flooding)];
  await Promise.all(held.map((each) => hash(each)));
  const again = held.map((each) => hash(each, slow));
  expect(full.overloaded(honest)).toBeDefined();
  full.enter(honest);
  expect(await Promise.all(again)).toMatchObject([{ byteLength: 64 }, { byteLength: 64 }]);
  place[Symbol.dispose]();
});

test('a client that has gone frees its place at once, and is not displaced once more', async () => {
  const { queue, enter, first } = busyQueue(3);
  const client = new AbortController();
  const gone = enter(flooding, 'gone', client.signal);
  const stays = enter(flooding, 'stays');
  expect(queue.overloaded(flooding)).toBeDefined();
  client.abort();
  expect(queue.overloaded(flooding)).toBeUndefined();
  expect(queue.counts.places).toBe(2);
  expect(await Promise.all([gone, first, stays])).toEqual([Abandoned.name, 'first', 'stays']);
  expect(queue.counts.places).toBe(0);
});

test('during a repeated flood a login of another network always gets a place', async () => {
  const { queue, enter } = busyQueue(10);
  let flooded = 0;
  for (let round = 0; round < 200; round += 1) {
    for (let n = 0; n < 5; n += 1) {
      if (queue.overloaded(flooding)) continue;
      flooded += 1;
      void enter(flooding, 'flood');
    }
    expect(queue.overloaded(honest)).toBeUndefined();
    expect(await enter(honest, 'honest')).toBe('honest');
  }
  expect(flooded).toBeGreaterThan(200);
});

test('a thousand networks with a place each are bounded like one', () => {
  const { queue, enter } = busyQueue(1_000);
  for (let n = 0; n < 999; n += 1) void enter(`network ${n}`, `${n}`);
  expect(queue.overloaded('one more')).toBeDefined();
  expect(queue.counts.places).toBe(1_000);
});

/** The queue as a list of networks, each with a list. */
class PlainQueue {
  readonly lanes: { network: string; items: number[] }[] = [];

  add(network: string, item: number): void {
    const lane = this.lanes.find((each) => each.network === network);
    if (lane) lane.items.push(item);
    else this.lanes.push({ network, items: [item] });
  }

  take(): number | undefined {
    const lane = this.lanes.shift();
    if (lane && lane.items.length > 1) this.lanes.push(lane);
    return lane?.items.shift();
  }

  remove(item: number): void {
    for (const lane of this.lanes) lane.items = lane.items.filter((each) => each !== item);
    this.lanes.splice(0, this.lanes.length, ...this.lanes.filter(({ items }) => items.length > 0));
  }
}

test('whatever comes and goes, the queue serves as a plain one would, and knows the network with the most items', () => {
  const network = fc.integer({ min: 0, max: 4 }).map((n) => `network ${n}`);
  const step = fc.oneof(
    fc.record({ does: fc.constant('add' as const), network }),
    fc.record({ does: fc.constant('take' as const) }),
    fc.record({ does: fc.constant('remove' as const), which: fc.nat(1_000) }),
    fc.record({ does: fc.constant('displace' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const [queue, plain] = [new FairQueue<number>(), new PlainQueue()];
      const waiting = new Map<number, string>();
      const removeBoth = (item: number) => {
        queue.remove(waiting.get(item) ?? '', item);
        plain.remove(item);
        waiting.delete(item);
      };
      for (const [item, done] of steps.entries()) {
        if (done.does === 'add') {
          waiting.set(item, done.network);
          queue.add(done.network, item);
          plain.add(done.network, item);
        } else if (done.does === 'take') {
          const taken = queue.take();
          expect(taken).toBe(plain.take());
          if (taken !== undefined) waiting.delete(taken);
        } else if (done.does === 'remove') {
          const items = [...waiting.keys()];
          const which = items[done.which % Math.max(1, items.length)];
          if (which !== undefined) removeBoth(which);
        } else {
          const newest = queue.newestOfLongest();
          if (newest) removeBoth(newest.item);
        }
        const longest = Math.max(0, ...plain.lanes.map(({ items }) => items.length));
        const newest = queue.newestOfLongest();
        const lane = plain.lanes.find((each) => each.network === newest?.network);
        expect(lane?.items.length ?? 0).toBe(longest);
        expect(newest?.item).toBe(lane?.items.at(-1));
      }
    }),
  );
});

test('an item that has left the queue is not taken out again, and takes no other one with it', () => {
  const queue = new FairQueue<string>();
  queue.remove(honest, 'a');
  queue.add(honest, 'a');
  queue.add(honest, 'b');
  expect(queue.take()).toBe('a');
  queue.remove(honest, 'a');
  queue.remove(third, 'b');
  expect([queue.take(), queue.take()]).toEqual(['b', undefined]);
});
