/** Cases for the feed of revocations: which changes it tells, to another store on the same database and to the own one. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RevocationListener, Store } from '../../../src/storage/port/port.ts';
import { account, type ConformanceCase, context, hex, session, untilNoted } from './case.ts';

const joe = 'id-of-joe';
const ann = 'id-of-ann@example.com';
const because = context('logout');

/** What a listener was told, without repetitions. */
class Told implements RevocationListener {
  readonly #told = new Set<string>();

  constructor(store: Store) {
    store.revocations.listen(this);
  }

  sessionRevoked(idHash: string): void {
    this.#told.add(`session ${Number.parseInt(idHash, 16)}`);
  }

  userRevoked(userId: string): void {
    this.#told.add(`user ${userId}`);
  }

  allRevoked(): void {
    this.#told.add('all');
  }

  has(what: string): boolean {
    return this.#told.has(what);
  }

  /** All of it, in order; forgets it. */
  take(): string[] {
    const told = [...this.#told].sort();
    this.#told.clear();
    return told;
  }
}

/** Looks at the feed before it is late: it is read within a second, on a machine that is not busy. */
const maxLooks = 5_000;

/** Looks at a store again and again: on SQLite a look reads the feed. */
async function until(store: Store, isSo: () => boolean): Promise<void> {
  for (let looks = 0; !store.revocations.isFresh() || !isSo(); looks += 1) {
    assert.ok(looks < maxLooks, 'The feed did not tell in time.');
    await sleep(2);
  }
}

interface Change {
  /** Changes of before, which are told too early to count. */
  readonly before?: (store: Store) => Promise<unknown>;
  readonly change: (store: Store) => Promise<unknown>;
  readonly told: readonly string[];
  /** What the feed repeats of the changes of before. */
  readonly again?: readonly string[];
}

/** Joe has the sessions 1 and 2, of which 1 was used longer ago; ann is named by her address. */
function telling(title: string, { before, change, told, again = [] }: Change): ConformanceCase {
  return {
    title: `feed: ${title}`,
    async run(ground) {
      const store = await ground.open();
      const other = await ground.open();
      try {
        await store.accounts.create(account('joe', { email: 'joe@example.com' }));
        await store.accounts.create(account('ann@example.com', { email: 'ann@example.com' }));
        await store.sessions.insert(hex(1), session(1, joe, { lastSeenAt: 900 }));
        await store.sessions.insert(hex(2), session(2, joe));
        await before?.(store);
        const [own, theirs] = [new Told(store), new Told(other)];
        if (ground.readsFeed) for (const one of [store, other]) await until(one, () => true);
        own.take();
        theirs.take();

        await change(store);
        store.revocations.isFresh();
        const missing = told.filter((one) => !own.has(one));
        assert.deepEqual(missing, [], 'the own listener is told before the change is acknowledged');
        if (!ground.readsFeed) return assert.equal(other.revocations.isFresh(), false);

        // What is told of a later end is told of everything before it.
        await store.sessions.insert(hex(99), session(99, ann));
        await store.sessions.remove([hex(99)]);
        await until(other, () => theirs.has('session 99'));
        assert.deepEqual(theirs.take(), [...told, ...again, 'session 99'].sort());
      } finally {
        await store.close();
        await other.close();
      }
    },
  };
}

const both = ['session 1', 'session 2'];
const ofJoe = [`user ${joe}`];
const cap = { limit: 1, step: 9, context: because };
const ending = { limit: 9, context: because };
const to = (email: string) => ({ email, canonical: email, verifiedAt: 2_000 });

const changes: Readonly<Record<string, Change>> = {
  'remove tells of each session that ended': {
    change: ({ sessions }) => sessions.remove([hex(1), hex(7)], because),
    told: ['session 1'],
  },
  'remove without a trace tells as well': {
    change: ({ sessions }) => sessions.remove([hex(1), hex(2)]),
    told: both,
  },
  'removeByHandle tells of the session': {
    change: ({ sessions }) => sessions.removeByHandle(joe, 'handle-1', because),
    told: ['session 1'],
  },
  'removeOfUser tells of all but the excepted one': {
    change: ({ sessions }) => sessions.removeOfUser(joe, 'handle-2', 9, because),
    told: ['session 1'],
  },
  'removeAny tells of the sessions of all users': {
    change: ({ sessions }) => sessions.removeAny(9, because),
    told: both,
  },
  'rotate tells of the old id': {
    change: ({ sessions }) => sessions.rotate(hex(1), hex(9), because),
    told: ['session 1'],
  },
  'prove tells of the old id': {
    change: ({ sessions }) => sessions.prove(hex(1), hex(9), 2_000, because),
    told: ['session 1'],
  },
  'a login beyond the cap tells of what it ended': {
    change: ({ sessions }) => sessions.insert(hex(3), session(3, joe), because, cap),
    told: both,
  },
  'endBeyond tells of what it ended': {
    change: ({ sessions }) => sessions.endBeyond(joe, 1_000, cap),
    told: ['session 1'],
  },
  'a new password tells of the sessions that it ended': {
    change: ({ accounts }) => accounts.replaceHash(joe, 'hash of joe', 'new', because, ending),
    told: both,
  },
  'a new hash of the same password tells nothing': {
    change: ({ accounts }) => accounts.replaceHash(joe, 'hash of joe', 'new', because),
    told: [],
  },
  'verifyEmail tells of the user': {
    change: ({ accounts }) => accounts.verifyEmail(joe, 'joe@example.com', 2_000, because),
    told: ofJoe,
  },
  'changeEmail tells of the user, named by it or not': {
    change: async ({ accounts }) => {
      await accounts.changeEmail(joe, to('new@example.com'), because);
      await accounts.changeEmail(ann, to('new-ann@example.com'), because);
    },
    told: [`user ${ann}`, ...ofJoe],
  },
  'setDisabled tells of the user who is disabled': {
    change: ({ accounts }) => accounts.setDisabled(joe, 2_000, because),
    told: ofJoe,
  },
  'setDisabled tells of the user who is enabled': {
    before: ({ accounts }) => accounts.setDisabled(joe, 2_000, because),
    change: ({ accounts }) => accounts.setDisabled(joe, null, because),
    told: ofJoe,
  },
  'endOfDisabled tells of the sessions': {
    before: ({ accounts }) => accounts.setDisabled(joe, 2_000, because),
    change: ({ accounts }) => accounts.endOfDisabled('', 9, because),
    told: both,
  },
  'the removal of an account tells of the user and the sessions': {
    change: ({ accounts }) => accounts.remove(joe, 9, because),
    told: [...both, ...ofJoe],
  },
  'the removal of an account in steps tells of the user at the first one': {
    change: ({ accounts }) => accounts.remove(joe, 1, because),
    told: ['session 2', ...ofJoe],
  },
  'reclaim tells of the sessions that were left': {
    before: ({ accounts }) => accounts.remove(joe, 1, because),
    change: ({ accounts }) => accounts.reclaim(9, because),
    told: ['session 1'],
    again: ofJoe,
  },
  'a use, a login, a registration, an expiry and what ended nothing tell nothing': {
    change: async ({ sessions, accounts }) => {
      sessions.touch(hex(2), 2_000, 6_000);
      await untilNoted();
      await sessions.insert(hex(3), session(3, joe), because);
      await accounts.create(account('bob'), because);
      await sessions.remove([hex(7)], because);
      await accounts.verifyEmail('nobody', 'nobody@example.com', 2_000, because);
      assert.equal(await sessions.sweep(5_000, 9), 2);
    },
    told: [],
  },
};

export const feedCases: readonly ConformanceCase[] = Object.entries(changes).map(([title, change]) =>
  telling(title, change),
);
