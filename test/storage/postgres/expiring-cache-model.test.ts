/** The memory of what the store vouched for does what a simple model of it does, whatever comes in which order. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ExpiringCache,
  type ExpiringCacheOptions,
} from '../../../src/storage/postgres/cluster/expiring-cache.ts';

const trustMs = 1_000;

/** What an entry without texts is counted as. */
const entryBytes = 700;

function vouched(
  limits: Pick<ExpiringCacheOptions<string>, 'maxEntries' | 'maxBytes'>,
): ExpiringCache<string> {
  return new ExpiringCache({ trustMs, ...limits, sizeOf: (value) => value.length });
}

/** Every answer to a question asked since its key was forgotten; no bound in space. */
class Model {
  readonly #answers = new Map<string, { value: string; askedAt: number }[]>();

  put(key: string, value: string, askedAt: number, now: number): void {
    if (askedAt <= this.#since(key)) return;
    const answers = this.#answers.get(key)?.filter((one) => now - one.askedAt < trustMs) ?? [];
    this.#answers.set(key, [...answers, { value, askedAt }]);
  }

  /** Values that may be trusted; the last one is the one to the latest question. */
  trusted(key: string, now: number): string[] {
    const answers = this.#answers.get(key)?.filter(({ askedAt }) => now - askedAt < trustMs) ?? [];
    return answers
      .filter(({ askedAt }) => askedAt > this.#since(key))
      .toSorted((a, b) => a.askedAt - b.askedAt)
      .map(({ value }) => value);
  }

  readonly #forgotten = new Map<string, number>();
  #cleared = -1;

  forget(key: string, now: number): void {
    this.#forgotten.set(key, now);
  }

  clear(now: number): void {
    this.#cleared = now;
  }

  #since(key: string): number {
    return Math.max(this.#forgotten.get(key) ?? -1, this.#cleared);
  }
}

const key = fc.constantFrom('a', 'b', 'c', 'd');
const deeds = fc.array(
  fc.record({
    /** Time that passes before; half and whole times of trust come up often. */
    after: fc.oneof(fc.nat(40), fc.constantFrom(0, 499, 500, 999, 1_000, 1_001)),
    deed: fc.oneof(
      fc.record({ put: key, age: fc.oneof(fc.nat(60), fc.nat(1_100)), length: fc.nat(900) }),
      fc.record({ forget: key }),
      fc.constant({ clear: true } as const),
    ),
  }),
  { maxLength: 60 },
);

/** Does the same to a memory and to the model, and compares all keys after every deed. */
function follow(
  memory: ExpiringCache<string>,
  steps: typeof deeds extends fc.Arbitrary<infer Steps> ? Steps : never,
  compare: (remembered: string | undefined, trusted: string[]) => void,
): void {
  const model = new Model();
  let now = 5_000;
  let answers = 0;
  for (const { after, deed } of steps) {
    now += after;
    for (const target of [memory, model]) {
      if ('put' in deed)
        target.put(deed.put, `${answers}`.padEnd(deed.length, '.'), Math.max(0, now - deed.age), now);
      else if ('forget' in deed) target.forget(deed.forget, now);
      else target.clear(now);
    }
    answers += 1;
    for (const one of ['a', 'b', 'c', 'd']) compare(memory.get(one, now), model.trusted(one, now));
  }
}

test('property: with room enough it remembers what the model does, no more and no less', () => {
  fc.assert(
    fc.property(deeds, (steps) =>
      follow(vouched({ maxEntries: 1_000, maxBytes: 1_000_000 }), steps, (remembered, trusted) =>
        expect(remembered).toBe(trusted.at(-1)),
      ),
    ),
    { numRuns: 2_000 },
  );
});

test('property: with little room it keeps to its bounds, and remembers nothing the model does not', () => {
  const limits = fc.record({ maxEntries: fc.nat(6), maxBytes: fc.nat(4 * entryBytes) });
  fc.assert(
    fc.property(deeds, limits, (steps, { maxEntries, maxBytes }) => {
      const memory = vouched({ maxEntries, maxBytes });
      follow(memory, steps, (remembered, trusted) => {
        if (remembered !== undefined) expect(trusted).toContain(remembered);
        const { entries, bytes } = memory.size;
        expect(entries).toBeLessThanOrEqual(maxEntries);
        expect(bytes).toBeLessThanOrEqual(maxBytes);
        expect(bytes).toBeGreaterThanOrEqual(entries * entryBytes);
      });
    }),
    { numRuns: 2_000 },
  );
});
