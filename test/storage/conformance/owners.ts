/** Cases for what owners and operators do to accounts: addresses, disabling, listing, removal. */

import assert from 'node:assert/strict';
import type { Store, User, UserQuery } from '../../../src/storage/port/port.ts';
import { account, assertRow, type ConformanceCase, findSession, hex, over, session, upTo } from './case.ts';
import { imported, write } from './imports/import-case.ts';

const joesId = 'id-of-joe';

/** Joe, named by a username, and Ann, named by an address. */
function ofJoeAndAnn(title: string, body: (store: Store) => Promise<void>): ConformanceCase {
  return over(title, async (store) => {
    await store.accounts.create(account('joe', { email: 'joe@example.com' }));
    await store.accounts.create(
      account('Ann@Example.com', { userId: 'id-of-ann', email: 'Ann@Example.com' }),
    );
    // Whatever a store remembers of what it read must not outlive what the case does.
    await store.accounts.findUser(joesId);
    await store.accounts.findUser('id-of-ann');
    await body(store);
  });
}

const to = (email: string) => ({ email, canonical: email.toLowerCase(), verifiedAt: 2_000 });

/** All pages of a listing, one after another. */
async function pages(store: Store, query: UserQuery): Promise<string[][]> {
  const found: string[][] = [];
  for (let after = query.after; ; ) {
    const page: User[] = await store.accounts.list({ ...query, after });
    assert.equal(page.length <= query.limit, true, `${page.length} on a page of ${query.limit}`);
    if (page.length > 0) found.push(page.map(({ id }) => id));
    after = page.at(-1);
    if (page.length < query.limit) return found;
  }
}

export const ownerCases: readonly ConformanceCase[] = [
  ofJoeAndAnn('email: is verified only while it is the address of the user', async ({ accounts }) => {
    assert.equal(await accounts.verifyEmail(joesId, 'ann@example.com', 2_000), false);
    assert.equal(await accounts.verifyEmail('nobody', 'joe@example.com', 2_000), false);
    assert.equal((await accounts.findUser(joesId))?.emailVerifiedAt, null);
    assert.equal(await accounts.verifyEmail(joesId, 'joe@example.com', 2_000), true);
    assert.equal((await accounts.findUser(joesId))?.emailVerifiedAt, 2_000);
    assert.equal((await accounts.findUser('id-of-ann'))?.emailVerifiedAt, null);
  }),

  ofJoeAndAnn('email: an account without one has none to verify', async ({ accounts }) => {
    await accounts.create(account('bob'));
    assert.equal(await accounts.verifyEmail('id-of-bob', '', 2_000), false);
    assert.equal((await accounts.findUser('id-of-bob'))?.email, null);
  }),

  ofJoeAndAnn('email: changing it leaves a username as it is', async ({ accounts }) => {
    assert.equal(await accounts.changeEmail(joesId, to('New@Example.com')), 'changed');
    assertRow(await accounts.findUser(joesId), {
      id: joesId,
      identifier: 'joe',
      createdAt: 1_000,
      email: 'New@Example.com',
      emailVerifiedAt: 2_000,
      disabledAt: null,
    });
    assert.equal((await accounts.findCredential('joe'))?.userId, joesId);
    assert.equal(await accounts.findCredential('new@example.com'), undefined);
    assert.equal(await accounts.changeEmail(joesId, to('ann@example.com')), 'changed', 'it is no name here');
  }),

  ofJoeAndAnn('email: changing it renames an account that is named by one', async ({ accounts }) => {
    assert.equal(await accounts.changeEmail('id-of-ann', to('New@Example.com')), 'changed');
    assertRow(await accounts.findUser('id-of-ann'), {
      id: 'id-of-ann',
      identifier: 'New@Example.com',
      createdAt: 1_000,
      email: 'New@Example.com',
      emailVerifiedAt: 2_000,
      disabledAt: null,
    });
    assert.equal(await accounts.findCredential('ann@example.com'), undefined);
    const credential = await accounts.findCredential('new@example.com');
    assert.equal(credential?.passwordHash, 'hash of Ann@Example.com');
    assert.equal(credential?.identifier, 'New@Example.com');
    const next = account('ann@example.com', { userId: 'next' });
    assert.equal(await accounts.create(next), 'created', 'the old name is free');
  }),

  ofJoeAndAnn('email: the letters of a name may change their case', async ({ accounts }) => {
    assert.equal(await accounts.changeEmail('id-of-ann', to('ANN@example.com')), 'changed');
    assert.equal((await accounts.findCredential('ann@example.com'))?.identifier, 'ANN@example.com');
  }),

  ofJoeAndAnn('email: a name that is taken changes nothing', async ({ accounts }) => {
    await accounts.create(account('bob@example.com', { userId: 'id-of-bob' }));
    const before = { ...(await accounts.findUser('id-of-ann')) };
    assert.equal(await accounts.changeEmail('id-of-ann', to('Bob@Example.com')), 'identifier_taken');
    assert.deepEqual({ ...(await accounts.findUser('id-of-ann')) }, before);
    assert.equal((await accounts.findCredential('bob@example.com'))?.userId, 'id-of-bob');
    assert.equal((await accounts.findCredential('ann@example.com'))?.userId, 'id-of-ann');
    assert.equal(await accounts.changeEmail('nobody', to('x@example.com')), 'unknown_account');
  }),

  over('email: of many concurrent changes to one name exactly one succeeds', async ({ accounts }) => {
    const names = upTo(20).map((n) => `user${n}@example.com`);
    await Promise.all(names.map((name) => accounts.create(account(name, { email: name }))));
    const outcomes = await Promise.all(
      names.map((name) => accounts.changeEmail(`id-of-${name}`, to('wanted@example.com'))),
    );
    assert.equal(outcomes.filter((outcome) => outcome === 'changed').length, 1);
    const winner = `id-of-${names[outcomes.indexOf('changed')]}`;
    assert.equal((await accounts.findCredential('wanted@example.com'))?.userId, winner);
  }),

  ofJoeAndAnn(
    'disable: takes effect at once, keeps its first instant, and can be undone',
    async ({ accounts }) => {
      assert.equal(await accounts.setDisabled(joesId, 3_000), true);
      assert.equal(await accounts.setDisabled(joesId, 4_000), true);
      assert.equal((await accounts.findUser(joesId))?.disabledAt, 3_000);
      assert.equal((await accounts.findCredential('joe'))?.isDisabled, true);
      assert.equal((await accounts.findCredentialOf(joesId))?.isDisabled, true);
      assert.equal((await accounts.findCredential('ann@example.com'))?.isDisabled, false);
      assert.equal(await accounts.setDisabled(joesId, null), true);
      assert.equal(await accounts.setDisabled(joesId, null), true);
      assert.equal((await accounts.findUser(joesId))?.disabledAt, null);
      assert.equal((await accounts.findCredential('joe'))?.isDisabled, false);
      assert.equal(await accounts.setDisabled('nobody', 3_000), false);
    },
  ),

  over('list: pages are in order of creation, complete and without duplicates', async (store, ground) => {
    // Three are made in every instant, so that pages end in the middle of one.
    const made = upTo(25).map((n) => account(`user${n}`, { createdAt: 1_000 + Math.floor(n / 3) }));
    await Promise.all(made.reverse().map((one) => store.accounts.create(one)));
    await ground.loseRow('auth', 'id-of-user4');
    const expected = made
      .filter(({ userId }) => userId !== 'id-of-user4')
      .sort((a, b) => a.createdAt - b.createdAt || (a.userId < b.userId ? -1 : 1))
      .map(({ userId }) => userId);
    for (const limit of [1, 2, 7, 24, 100]) {
      const found = await pages(store, { limit });
      assert.deepEqual(found.flat(), expected, `pages of ${limit}`);
      assert.deepEqual(
        found.map(({ length }) => length),
        upTo(Math.ceil(24 / limit)).map((n) => Math.min(limit, 24 - n * limit)),
      );
    }
    assert.deepEqual(await store.accounts.list({ limit: 0 }), []);
  }),

  over('list: finds a part of the canonical identifier, bytewise', async (store) => {
    const names = ['joe', 'JOEY', 'ann', 'banjo_e', 'a%b', 'x@joe.example'];
    for (const [n, name] of names.entries()) {
      await store.accounts.create(account(name, { createdAt: 1_000 + n }));
    }
    const matching = async (text: string) => (await pages(store, { matching: text, limit: 2 })).flat();
    assert.deepEqual(await matching('joe'), ['id-of-joe', 'id-of-JOEY', 'id-of-x@joe.example']);
    assert.deepEqual(await matching('%'), ['id-of-a%b']);
    assert.deepEqual(await matching('_'), ['id-of-banjo_e']);
    assert.deepEqual(await matching('zzz'), []);
    assert.equal((await matching('')).length, names.length);
    const [first] = await store.accounts.list({ matching: 'ey', limit: 5 });
    assertRow(first, {
      id: 'id-of-JOEY',
      identifier: 'JOEY',
      createdAt: 1_001,
      email: null,
      emailVerifiedAt: null,
      disabledAt: null,
    });
  }),

  over('list: finds the few among many', async ({ accounts, imports }) => {
    const names = upTo(2_500).map((n) => `user${String(n).padStart(4, '0')}`);
    // An import writes the rows of registrations, and hundreds of them in one step.
    const brought = names.map((name, n) => imported(name, { createdAt: n }));
    for (let n = 0; n < brought.length; n += 500) await write(await imports(), brought.slice(n, n + 500));
    const found = await accounts.list({ matching: '999', limit: 5 });
    assert.deepEqual(
      found.map(({ identifier }) => identifier),
      ['user0999', 'user1999'],
    );
    assert.equal((await accounts.list({ limit: 2_400 })).length, 2_400);
  }),

  ofJoeAndAnn('remove: removes everything of one account, and its name is free', async (store) => {
    const { accounts, sessions, tokens, devices } = store;
    for (const [n, userId] of [joesId, 'id-of-ann'].entries()) {
      await sessions.insert(hex(n), session(n, userId));
      await findSession(sessions, hex(n));
      await tokens.insert(hex(n), { userId, purpose: 'verify_email', email: 'a@b.c', expiresAt: 9_000 });
      await devices.remember(hex(9), userId, 1_000);
    }
    assert.equal(await accounts.remove(joesId, 99), true);
    assert.equal(await accounts.findUser(joesId), undefined);
    assert.equal(await accounts.findCredential('joe'), undefined);
    assert.equal(await accounts.findCredentialOf(joesId), undefined);
    assert.equal(await findSession(sessions, hex(0)), undefined);
    assert.deepEqual(await sessions.ofUser(joesId, { limit: 99 }), []);
    assert.equal(await tokens.take(hex(0), 'verify_email'), undefined);
    assert.equal(await devices.any(joesId), false);
    assert.equal(await accounts.remove(joesId, 99), false);

    assert.equal((await accounts.findUser('id-of-ann'))?.id, 'id-of-ann');
    assertRow(await findSession(sessions, hex(1)), session(1, 'id-of-ann'));
    assert.equal((await tokens.take(hex(1), 'verify_email'))?.userId, 'id-of-ann');
    assert.equal(await devices.any('id-of-ann'), true);
    assert.equal(await accounts.create(account('joe', { userId: 'another' })), 'created');
  }),

  over('remove: removes the rest of an account that lost a row', async (store, ground) => {
    for (const lost of ['auth', 'users'] as const) {
      await store.accounts.create(account('joe'));
      await store.sessions.insert(hex(1), session(1, joesId));
      const token = { userId: joesId, purpose: 'verify_email', email: 'a@b.c', expiresAt: 9_000 } as const;
      await store.tokens.insert(hex(1), token);
      await store.devices.remember(hex(1), joesId, 1_000);
      await ground.loseRow(lost, joesId);
      assert.equal(await store.accounts.remove(joesId, 99), true);
      assert.equal(await store.tokens.take(hex(1), 'verify_email'), undefined);
      assert.equal(await store.devices.any(joesId), false);
      assert.equal(await findSession(store.sessions, hex(1)), undefined);
      assert.equal(await store.accounts.findCredential('joe'), undefined);
      assert.equal(await store.accounts.remove(joesId, 99), false);
    }
  }),
];
