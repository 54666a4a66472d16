/** Cases for the audit: an entry for every deed, in the commit of the deed, and none for what did nothing. */

import assert from 'node:assert/strict';
import type { AuditQuery, Store } from '../../../src/storage/port/port.ts';
import {
  account,
  assertIntact,
  audited,
  type ConformanceCase,
  context,
  hex,
  over,
  session,
  upTo,
} from './case.ts';

const joe = 'id-of-joe@example.com';
const joeHimself = account('joe@example.com', { email: 'joe@example.com' });
const moved = { email: 'new@example.com', canonical: 'new@example.com', verifiedAt: 2_000 };

/** One deed after another of which every one does something, with the entries they leave. */
const deeds: readonly [deed: (store: Store) => Promise<unknown>, ...entries: string[]][] = [
  [({ accounts }) => accounts.create(joeHimself, context('register')), `register ok ${joe} -`],
  [
    ({ accounts }) => accounts.verifyEmail(joe, 'joe@example.com', 1, context('verify')),
    `verify ok ${joe} -`,
  ],
  [({ accounts }) => accounts.changeEmail(joe, moved, context('move')), `move ok ${joe} -`],
  [
    ({ accounts }) => accounts.replaceHash(joe, joeHimself.passwordHash, 'new', context('password')),
    `password ok ${joe} -`,
  ],
  [({ accounts }) => accounts.setDisabled(joe, 3_000, context('disable')), `disable ok ${joe} -`],
  [({ accounts }) => accounts.setDisabled(joe, null, context('enable')), `enable ok ${joe} -`],
  ...upTo(5).map((n): (typeof deeds)[number] => [
    ({ sessions }) => sessions.insert(hex(n), session(n, joe), context('login')),
    `login ok ${joe} handle-${n}`,
  ]),
  [({ sessions }) => sessions.prove(hex(0), hex(9), 5_000, context('prove')), `prove ok ${joe} handle-0`],
  [({ sessions }) => sessions.remove([hex(9)], context('end')), `end ok ${joe} handle-0`],
  [({ sessions }) => sessions.removeByHandle(joe, 'handle-1', context('end')), `end ok ${joe} handle-1`],
  [
    ({ sessions }) => sessions.removeOfUser(joe, 'handle-3', 99, context('end', { outcome: 'all' })),
    `end all ${joe} handle-2`,
    `end all ${joe} handle-4`,
  ],
  [({ accounts }) => accounts.remove(joe, 99, context('delete')), `delete ok ${joe} -`],
];

/** What the deeds do to a store on which all of them were done already, and to one on which none was. */
const futile: readonly ((store: Store) => Promise<unknown>)[] = [
  ({ accounts }) => accounts.verifyEmail(joe, 'other@example.com', 1, context('verify')),
  ({ accounts }) => accounts.changeEmail('nobody', moved, context('move')),
  ({ accounts }) =>
    accounts.changeEmail(joe, { email: 'taken@b.c', canonical: 'taken@b.c', verifiedAt: 1 }, context('move')),
  ({ accounts }) => accounts.create(account('TAKEN@b.c', { userId: 'x' }), context('register')),
  ({ accounts }) => accounts.replaceHash(joe, 'something else', 'new', context('password')),
  ({ accounts }) => accounts.setDisabled('nobody', 1, context('disable')),
  ({ accounts }) => accounts.setDisabled(joe, null, context('enable')),
  ({ accounts }) => accounts.remove('nobody', 99, context('delete')),
  ({ sessions }) => sessions.insert(hex(1), session(1, 'nobody'), context('login')),
  ({ sessions }) => sessions.prove(hex(1), hex(8), 1, context('prove')),
  ({ sessions }) => sessions.remove([hex(1)], context('end')),
  ({ sessions }) => sessions.removeByHandle(joe, 'handle-1', context('end')),
  ({ sessions }) => sessions.removeOfUser(joe, undefined, 99, context('end')),
];

export const auditCases: readonly ConformanceCase[] = [
  over('audit: an entry is kept as it was left, under the next number', async ({ audit }) => {
    assert.deepEqual(await audit.read({ limit: 9 }), []);
    const left = context('login', { at: 5_000, outcome: 'wrong_password', network: '2001:db8::/64' });
    await audit.append(left, {});
    await audit.append(context('logout'), { userId: 'a', handle: 'b' });
    const [second, first] = await audit.read({ limit: 9 });
    assert.match(first?.hash ?? '', /^[0-9a-f]{64}$/);
    const nobody = { userId: null, handle: null };
    assert.deepEqual({ ...first, hash: '' }, { ...left, ...nobody, seq: 1, hash: '' });
    const somebody = { userId: 'a', handle: 'b' };
    assert.deepEqual({ ...second, hash: '' }, { ...context('logout'), ...somebody, seq: 2, hash: '' });
    assert.notEqual(second?.hash, first?.hash);
  }),

  over(
    'audit: pages are newest first, complete and without duplicates, of one user or of all',
    async (store) => {
      for (const n of upTo(20)) {
        const userId = ['ann', 'bob', undefined][n % 3];
        await store.audit.append(context('login'), { userId });
      }
      const pages = async (userId: string | undefined, limit: number) => {
        const found: number[] = [];
        for (let before: number | undefined; ; before = found.at(-1)) {
          const page = await store.audit.read({ userId, before, limit });
          for (const { seq } of page) found.push(seq);
          if (page.length < limit) return found;
        }
      };
      const all = upTo(20).map((n) => 20 - n);
      for (const limit of [1, 3, 20, 50]) {
        assert.deepEqual(await pages(undefined, limit), all);
        assert.deepEqual(
          await pages('bob', limit),
          all.filter((seq) => seq % 3 === 2),
        );
      }
      assert.deepEqual(await pages('nobody', 3), []);
    },
  ),

  {
    title: 'audit: every deed leaves its entries, of the user and session it touched',
    async run(ground) {
      const expected: string[] = [];
      for (const [deed, ...entries] of deeds) {
        const store = await ground.open();
        await deed(store);
        for (const entry of entries) expected.push(entry);
        assert.deepEqual(await audited(store), expected);
        await store.close();
      }
      const store = await ground.open();
      assert.deepEqual(await audited(store), expected, 'and they outlive the account');
      await assertIntact(store, expected.length);
      await store.close();
    },
  },

  over('read: after an entry, oldest first, of one user or of all', async (store) => {
    for (const n of upTo(6))
      await store.audit.append(context(`event${n + 1}`), { userId: n % 2 ? 'bob' : 'ann' });
    const events = async (query: AuditQuery) => (await store.audit.read(query)).map(({ event }) => event);
    assert.deepEqual(await events({ after: 0, limit: 2 }), ['event1', 'event2']);
    assert.deepEqual(await events({ after: 2, limit: 9 }), ['event3', 'event4', 'event5', 'event6']);
    assert.deepEqual(await events({ after: 2, userId: 'bob', limit: 9 }), ['event4', 'event6']);
    assert.deepEqual(await events({ after: 6, limit: 9 }), []);
  }),

  over('audit: concurrent actions leave an entry each, and one chain', async (store) => {
    await store.accounts.create(joeHimself);
    const logins = upTo(20).map((n) => store.sessions.insert(hex(n), session(n, joe), context('login')));
    const others = upTo(20).map((n) => store.accounts.create(account(`user${n}`), context('register')));
    await Promise.all([...logins, ...others]);
    const expected = upTo(20).flatMap((n) => [`login ok ${joe} handle-${n}`, `register ok id-of-user${n} -`]);
    assert.deepEqual((await audited(store)).sort(), expected.sort());
    await assertIntact(store, 40);
  }),

  over('audit: an action without an effect leaves no entry', async (store) => {
    await store.accounts.create(account('taken@b.c'));
    await store.accounts.create(joeHimself);
    for (const deed of futile) await deed(store);
    await Promise.all(futile.map((deed) => deed(store)));
    assert.deepEqual(await audited(store), []);
  }),

  over('audit: an action without an audit context leaves no entry', async (store) => {
    await store.accounts.create(joeHimself);
    await store.sessions.insert(hex(1), session(1, joe));
    await store.sessions.remove([hex(1)]);
    await store.accounts.remove(joe, 99);
    assert.deepEqual(await audited(store), []);
  }),

  {
    title: 'audit: a deed that fails takes its entry back, alone or beside others',
    async run(ground) {
      const store = await ground.open();
      await store.accounts.create(joeHimself);
      await store.sessions.insert(hex(1), session(1, joe), context('login'));
      const again = () => store.sessions.insert(hex(1), session(2, joe), context('failed'));
      await assert.rejects(again());
      const outcomes = await Promise.allSettled([
        store.sessions.insert(hex(3), session(3, joe), context('login')),
        again(),
        store.accounts.create(account('bob', { userId: joe }), context('failed')),
        store.sessions.insert(hex(4), session(4, joe), context('login')),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
      );
      await store.close();
      const reopened = await ground.open();
      // Those that were handed in at once may be done in any order.
      assert.deepEqual(
        (await audited(reopened)).sort(),
        [1, 3, 4].map((n) => `login ok ${joe} handle-${n}`),
      );
      await assertIntact(reopened, 3);
      await reopened.close();
    },
  },

  over('audit: of many concurrent tries of one action exactly one leaves an entry', async (store) => {
    await store.accounts.create(joeHimself);
    await store.sessions.insert(hex(1), session(1, joe));
    await Promise.all(
      upTo(20).flatMap((n) => [
        store.sessions.remove([hex(1)], context('end')),
        store.accounts.create(account('bob', { userId: `bob-${n}` }), context('register')),
        store.accounts.replaceHash(joe, joeHimself.passwordHash, `new ${n}`, context('password')),
      ]),
    );
    const events = (await store.audit.read({ limit: 99 })).map(({ event }) => event);
    assert.deepEqual(events.sort(), ['end', 'password', 'register']);
  }),
];
