/** Cases for invitations: one for a name, good for one account, and left alone where none is made. */

import assert from 'node:assert/strict';
import type { Invitation, Store } from '../../../src/storage/port/port.ts';
import {
  account,
  assertIntact,
  assertRow,
  audited,
  type ConformanceCase,
  context,
  hex,
  over,
  upTo,
} from './case.ts';

function invitation(name: string, changes: Partial<Invitation> = {}): Invitation {
  return { canonical: name, userId: `id-of-${name}`, expiresAt: 5_000, ...changes };
}

/** Makes the account of a name with an invitation whose token has a hash, at an instant. */
const register = ({ accounts }: Store, name: string, n: number, at = 4_999, changes = {}) =>
  accounts.create(account(name, changes), context('register'), { tokenHash: hex(n), at });

const names = async ({ invitations }: Store) =>
  (await invitations.list({ limit: 99 })).map(({ canonical }) => canonical);

export const invitationCases: readonly ConformanceCase[] = [
  over('invitations: one is found by its name and the hash of its token together', async (store) => {
    await store.invitations.put(hex(1), invitation('joe'));
    await store.invitations.put(hex(2), invitation('ann'));
    assertRow(await store.invitations.find('joe', hex(1)), invitation('joe'));
    for (const [name, n] of [
      ['joe', 2],
      ['joe', 3],
      ['ann', 1],
      ['JOE', 1],
      ['joe\0', 1],
    ] as const)
      assert.equal(await store.invitations.find(name, hex(n)), undefined, `${name} ${n}`);
  }),

  over('invitations: a second one for a name takes the place of the first', async (store) => {
    await store.invitations.put(hex(1), invitation('joe'));
    await store.invitations.put(hex(2), invitation('joe', { userId: 'another', expiresAt: 6_000 }));
    assert.equal(await store.invitations.find('joe', hex(1)), undefined);
    const second = invitation('joe', { userId: 'another', expiresAt: 6_000 });
    assertRow(await store.invitations.find('joe', hex(2)), second);
    assert.equal(await register(store, 'joe', 1), 'not_invited');
    assert.equal(await register(store, 'joe', 2), 'created');
  }),

  over('invitations: one makes one account, and is gone with it', async (store) => {
    await store.invitations.put(hex(1), invitation('joe'), context('invite'));
    assert.equal(await register(store, 'joe', 1), 'created');
    assert.equal((await store.accounts.findUser('id-of-joe'))?.identifier, 'joe');
    assert.equal(await store.invitations.find('joe', hex(1)), undefined);
    assert.equal(await store.accounts.remove('id-of-joe', 99), true);
    assert.equal(await register(store, 'joe', 1), 'not_invited');
    assert.deepEqual(await audited(store), ['invite ok id-of-joe -', 'register ok id-of-joe -']);
    await assertIntact(store, 2);
  }),

  over(
    'invitations: without one, or with one of another name or token or expired, no account is made and none is used up',
    async (store) => {
      await store.invitations.put(hex(1), invitation('joe'));
      await store.invitations.put(hex(2), invitation('ann'));
      assert.equal(await register(store, 'bob', 1), 'not_invited');
      assert.equal(await register(store, 'joe', 2), 'not_invited');
      assert.equal(await register(store, 'joe', 3), 'not_invited');
      assert.equal(await register(store, 'joe', 1, 5_000), 'not_invited');
      assert.equal(await store.accounts.findCredential('joe'), undefined);
      assert.equal(await store.accounts.findUser('id-of-joe'), undefined);
      assert.deepEqual(await audited(store), []);
      assert.deepEqual(await names(store), ['ann', 'joe']);
      assert.equal(await register(store, 'joe', 1, 4_999), 'created');
    },
  ),

  over('invitations: a registration of a taken name uses none up', async (store) => {
    await store.accounts.create(account('joe', { userId: 'first' }));
    await store.invitations.put(hex(1), invitation('joe'));
    assert.equal(await register(store, 'joe', 1), 'identifier_taken');
    assertRow(await store.invitations.find('joe', hex(1)), invitation('joe'));
    assert.equal(await store.accounts.findUser('id-of-joe'), undefined);
  }),

  over('invitations: an account that could not be written uses none up', async (store, ground) => {
    await store.accounts.create(account('ann'));
    await ground.loseRow('auth', 'id-of-ann');
    await store.invitations.put(hex(1), invitation('joe', { userId: 'id-of-ann' }));
    // Her `users` row is still there: the account cannot have its own.
    await assert.rejects(register(store, 'joe', 1, 4_999, { userId: 'id-of-ann' }));
    assert.equal(await store.accounts.findCredential('joe'), undefined);
    assert.equal((await store.invitations.find('joe', hex(1)))?.userId, 'id-of-ann');
  }),

  over(
    'invitations: of many concurrent registrations with one exactly one makes an account',
    async (store) => {
      await store.invitations.put(hex(1), invitation('joe'));
      const outcomes = await Promise.all(
        upTo(20).map((n) => register(store, 'joe', 1, n, { userId: `racer-${n}` })),
      );
      assert.deepEqual(outcomes.toSorted(), ['created', ...upTo(19).map(() => 'not_invited')]);
      const winner = `racer-${outcomes.indexOf('created')}`;
      assert.equal((await store.accounts.findCredential('joe'))?.userId, winner);
      assert.deepEqual(await names(store), []);
    },
  ),

  over(
    'invitations: of concurrent registrations of a name with and without one exactly one succeeds',
    async (store) => {
      await store.invitations.put(hex(1), invitation('joe'));
      const outcomes = await Promise.all(
        upTo(20).map((n) => {
          const changes = { userId: `racer-${n}` };
          return n % 2 === 0
            ? register(store, 'joe', 1, n, changes)
            : store.accounts.create(account('joe', changes), context('register'));
        }),
      );
      assert.equal(outcomes.filter((outcome) => outcome === 'created').length, 1);
      assert.deepEqual(await names(store), []);
    },
  ),

  over(
    'invitations: one ends when its name gets an account in another way, and no other does',
    async (store) => {
      for (const name of ['ann', 'joe']) await store.invitations.put(hex(1), invitation(name));
      assert.equal(await store.accounts.create(account('joe', { userId: 'other' })), 'created');
      assert.deepEqual(await names(store), ['ann']);
    },
  ),

  over('invitations: a removed one is returned once, and leaves an entry once', async (store) => {
    await store.invitations.put(hex(1), invitation('joe'));
    const removed = await Promise.all(
      upTo(5).map(() => store.invitations.remove('joe', context('invite_revoke'))),
    );
    const [one, ...more] = removed.filter((found) => found !== undefined);
    assertRow(one, invitation('joe'));
    assert.equal(more.length, 0);
    assert.deepEqual(await audited(store), ['invite_revoke ok id-of-joe -']);
    assert.equal(await register(store, 'joe', 1), 'not_invited');
    assert.equal(await store.invitations.remove('joe\0'), undefined);
  }),

  over('invitations: they are listed by name, page by page', async (store) => {
    for (const name of ['b@example.com', 'zoe', 'a_1', 'abc'])
      await store.invitations.put(hex(1), invitation(name));
    assert.deepEqual(await names(store), ['a_1', 'abc', 'b@example.com', 'zoe']);
    const second = await store.invitations.list({ after: 'abc', limit: 1 });
    assert.deepEqual(
      second.map((one) => ({ ...one })),
      [invitation('b@example.com')],
    );
    assert.deepEqual(await store.invitations.list({ after: 'zoe', limit: 9 }), []);
  }),

  over(
    'invitations: a sweep removes those that expired, in batches, and counts exactly',
    async ({ invitations }) => {
      for (const n of upTo(5)) await invitations.put(hex(n), invitation(`joe${n}`, { expiresAt: 1_000 + n }));
      assert.equal(await invitations.sweep(999, 9), 0);
      assert.equal(await invitations.sweep(1_003, 3), 3);
      assert.equal(await invitations.sweep(1_003, 3), 1);
      assert.equal(await invitations.sweep(1_003, 3), 0);
      assertRow(await invitations.find('joe4', hex(4)), invitation('joe4', { expiresAt: 1_004 }));
    },
  ),
];
