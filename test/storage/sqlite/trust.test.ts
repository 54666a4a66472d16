/** The rule of trust (ruling N2) on SQLite: two processes and an operator on one file, and no check differs from the file. */

import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Sessions } from '../../../src/concepts/sessions/sessions.ts';
import { digest } from '../../../src/crypto/ids.ts';
import type { Store } from '../../../src/storage/port/port.ts';
import { SessionCache } from '../../../src/storage/shared/session-cache.ts';
import { SessionCheck } from '../../../src/usecases/session-check.ts';
import { isFull } from '../../support/length.ts';
import { makeAccount, openStore, otherConnection, sessionOfJoe } from '../../support/sqlite.ts';

const lifetimeSeconds = 2_592_000;
const noon = 1_700_000_000_000;
const users = ['joe', 'ann'] as const;
const idOf = (n: number) => `session-${n}`;

/** A process on the file, or an operator with sqlite3. */
type Author = 0 | 1 | 'operator';

type Deed =
  /** Sessions are counted from the one that began last. */
  | { readonly do: 'end' | 'end without its row'; readonly of: number; readonly by: Author }
  | { readonly do: 'begin'; readonly by: 0 | 1 }
  | { readonly do: 'disable' | 'enable' | 'rename'; readonly user: 0 | 1; readonly by: Author }
  | { readonly do: 'empty' | 'flood' }
  | { readonly do: 'sweep'; readonly by: 0 | 1 }
  | { readonly do: 'clock'; readonly byMs: number }
  | { readonly do: 'pass'; readonly ms: number };

class World {
  readonly #db: DatabaseSync;
  readonly #nodes: readonly {
    readonly store: Store;
    readonly cache: SessionCache;
    readonly check: SessionCheck;
  }[];
  #begun = 0;
  #now = noon;

  constructor() {
    const first = openStore();
    this.#nodes = [first, openStore(first.file)].map((store) => {
      const cache = new SessionCache(store.revocations, 1_048_576);
      const rules = { idleSeconds: lifetimeSeconds, lifetimeSeconds, browserSeconds: 86_400, maxPerUser: 0 };
      const sessions = new Sessions(store.sessions, rules);
      return { store, cache, check: new SessionCheck({ sessions, cache }, () => 'accepted') };
    });
    this.#db = otherConnection(first.file);
    this.#db.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF');
  }

  async start(): Promise<void> {
    for (const name of users) await makeAccount(this.#store(0), name);
    for (let n = 0; n < 4; n += 1) await this.do({ do: 'begin', by: 0 });
  }

  #store(n: 0 | 1): Store {
    return (this.#nodes[n] as { readonly store: Store }).store;
  }

  #hash(of: number): string {
    return digest(idOf(Math.max(0, this.#begun - 1 - of)));
  }

  async do(deed: Deed): Promise<unknown> {
    switch (deed.do) {
      case 'end':
        if (deed.by !== 'operator') return this.#store(deed.by).sessions.remove([this.#hash(deed.of)]);
        return this.#sql('DELETE FROM sessions WHERE id_hash = unhex(?)', this.#hash(deed.of));
      case 'end without its row':
        return this.#db.exec(
          `BEGIN; DELETE FROM sessions WHERE id_hash = unhex('${this.#hash(deed.of)}');
           DELETE FROM revocations; INSERT INTO revocations (kind) VALUES ('mark'); COMMIT`,
        );
      case 'begin': {
        const session = { ...sessionOfJoe(this.#begun), userId: users[this.#begun % 2] ?? '' };
        const ends = {
          idleExpiresAt: noon * 2,
          expiresAt: noon * 2,
          createdAt: this.#now,
          lastSeenAt: this.#now,
        };
        this.#begun += 1;
        return this.#store(deed.by).sessions.insert(digest(idOf(this.#begun - 1)), { ...session, ...ends });
      }
      case 'disable':
      case 'enable': {
        const [at, userId] = [deed.do === 'disable' ? 1 : null, users[deed.user]];
        if (deed.by !== 'operator') return this.#store(deed.by).accounts.setDisabled(userId, at);
        return this.#sql('UPDATE users SET disabled_at = ? WHERE id = ?', at, userId);
      }
      case 'rename':
        return this.#sql(
          'UPDATE auth SET identifier = ? WHERE user_id = ?',
          `${this.#now}`,
          users[deed.user],
        );
      case 'empty':
        return this.#db.exec('DELETE FROM revocations');
      case 'flood':
        return this.#sql(
          `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
           INSERT INTO revocations (kind, key) SELECT 'session', i FROM n`,
        );
      case 'sweep':
        return this.#store(deed.by).revocations.sweep(1_000);
      case 'clock':
        this.#now = noon + deed.byMs;
        return;
      case 'pass':
        vi.advanceTimersByTime(deed.ms);
    }
  }

  #sql(sql: string, ...values: (string | number | null)[]): unknown {
    return this.#db.prepare(sql).run(...values);
  }

  /** Checks every session in both processes, and compares with the file; returns what differs. */
  async look(): Promise<string[]> {
    await nextTurn();
    const isLive = this.#db.prepare(
      `SELECT 1 FROM sessions JOIN users ON users.id = user_id JOIN auth USING (user_id)
       WHERE id_hash = unhex(?) AND disabled_at IS NULL`,
    );
    const wrong: string[] = [];
    for (const [on, { check }] of this.#nodes.entries()) {
      for (let n = 0; n < this.#begun; n += 1) {
        const isTrue = isLive.get(digest(idOf(n))) !== undefined;
        const isAccepted = (await check.answer(idOf(n), this.#now)) !== undefined;
        if (isAccepted !== isTrue) wrong.push(`${on} ${isAccepted ? 'accepts' : 'refuses'} session ${n}`);
      }
    }
    return wrong;
  }

  /** Closes both stores; counts what their caches answered. */
  async end(): Promise<{ readonly hit: number; readonly dead: number }> {
    const counts = this.#nodes.map(({ cache }) => cache.counts.lookups);
    for (const { store } of this.#nodes) await store.close();
    const sum = (kind: 'hit' | 'dead') => counts.reduce((all, one) => all + one[kind], 0);
    return { hit: sum('hit'), dead: sum('dead') };
  }
}

const of = fc.nat(4);
const node = fc.constantFrom<0 | 1>(0, 1);
const by = fc.constantFrom<Author>(0, 1, 'operator');
const weighted: readonly (readonly [weight: number, fc.Arbitrary<Deed>])[] = [
  [6, fc.record({ do: fc.constant('end'), of, by })],
  [1, fc.record({ do: fc.constant('end without its row'), of, by })],
  [6, fc.record({ do: fc.constant('begin'), by: node })],
  [2, fc.record({ do: fc.constantFrom('disable', 'rename'), user: node, by })],
  [2, fc.record({ do: fc.constant('enable'), user: node, by })],
  [1, fc.record({ do: fc.constant('empty') })],
  [1, fc.record({ do: fc.constant('flood') })],
  [2, fc.record({ do: fc.constant('sweep'), by: node })],
  [1, fc.record({ do: fc.constant('clock'), byMs: fc.constantFrom(-18_000_000, 0, 18_000_000) })],
  [2, fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(1, 59_999, 60_000, 120_000) })],
];
const deed = fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary })));

test('N2: property: whatever happens to a file, both processes answer as it says, mostly from their caches', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const known = { hit: 0, dead: 0 };
  // A story is not broken off in the middle: it would go on beside the next test.
  const until = Date.now() + (isFull ? 120_000 : 30_000);
  /** Whether the deed is done when the checks come. */
  const isAwaited = fc.boolean();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(deed, isAwaited), { minLength: 10, maxLength: 30 }), async (story) => {
      if (Date.now() > until) return;
      const world = new World();
      await world.start();
      const doing: Promise<unknown>[] = [];
      for (const [one, isDone] of story) {
        doing.push(world.do(one));
        if (isDone) await Promise.all(doing);
        expect(await world.look()).toEqual([]);
      }
      await Promise.all(doing);
      expect(await world.look()).toEqual([]);
      const { hit, dead } = await world.end();
      known.hit += hit;
      known.dead += dead;
    }),
    { numRuns: isFull ? 2_000 : 40 },
  );
  expect(known.hit).toBeGreaterThan(1_000);
  expect(known.dead).toBeGreaterThan(1_000);
});
