/** Cases for accounts: two rows or none, one owner of a name, a hash that is only replaced where it is known. */

import assert from 'node:assert/strict';
import { account, assertRow, type ConformanceCase, over, upTo } from './case.ts';

export const accountCases: readonly ConformanceCase[] = [
  over('accounts: a created one is found by its canonical identifier and by its user', async (store) => {
    const made = account('Joe_Smith', { createdAt: 1_700_000_000_123, email: 'Joe@Example.com' });
    assert.equal(await store.accounts.create(made), 'created');
    const credential = {
      userId: made.userId,
      identifier: 'Joe_Smith',
      passwordHash: made.passwordHash,
      hasUser: true,
      isDisabled: false,
      hasSecondFactor: false,
    };
    assertRow(await store.accounts.findCredential('joe_smith'), credential);
    assertRow(await store.accounts.findCredentialOf(made.userId), credential);
    assertRow(await store.accounts.findUser(made.userId), {
      id: made.userId,
      identifier: 'Joe_Smith',
      createdAt: 1_700_000_000_123,
      email: 'Joe@Example.com',
      emailVerifiedAt: null,
      disabledAt: null,
    });
  }),

  over('accounts: an account that was never created is not found', async (store) => {
    await store.accounts.create(account('joe'));
    assert.equal(await store.accounts.findCredential('jo'), undefined);
    assert.equal(await store.accounts.findCredential(''), undefined);
    assert.equal(await store.accounts.findCredentialOf('joe'), undefined);
    assert.equal(await store.accounts.findUser('joe'), undefined);
  }),

  over('accounts: canonical identifiers are compared bytewise', async (store) => {
    await store.accounts.create(account('joe'));
    for (const twin of ['JOE', 'joe ', 'joe\0', 'joé', 'joe%', 'j_e']) {
      assert.equal(await store.accounts.findCredential(twin), undefined, JSON.stringify(twin));
    }
  }),

  over('accounts: a second registration of a name is refused and changes nothing', async (store) => {
    await store.accounts.create(account('joe'));
    const second = account('joe', { userId: 'another', identifier: 'JOE', passwordHash: 'other' });
    assert.equal(await store.accounts.create(second), 'identifier_taken');
    assert.equal(await store.accounts.findUser('another'), undefined);
    assertRow(await store.accounts.findCredential('joe'), {
      userId: 'id-of-joe',
      identifier: 'joe',
      passwordHash: 'hash of joe',
      hasUser: true,
      isDisabled: false,
      hasSecondFactor: false,
    });
  }),

  over('accounts: of many concurrent registrations of a name exactly one succeeds', async (store) => {
    const racers = upTo(30).map((n) => account('joe', { userId: `racer-${n}` }));
    const outcomes = await Promise.all(racers.map((racer) => store.accounts.create(racer)));
    assert.equal(outcomes.filter((outcome) => outcome === 'created').length, 1);
    assert.equal(outcomes.filter((outcome) => outcome === 'identifier_taken').length, 29);
    const winner = racers[outcomes.indexOf('created')]?.userId;
    assert.equal((await store.accounts.findCredential('joe'))?.userId, winner);
    for (const { userId } of racers) {
      assert.equal((await store.accounts.findUser(userId)) !== undefined, userId === winner);
    }
  }),

  over('accounts: if one row cannot be written the other is not there either', async (store, ground) => {
    await store.accounts.create(account('ann'));
    await ground.loseRow('auth', 'id-of-ann');
    // Her `users` row is still there, so an account with the same user id has only one row to write.
    await assert.rejects(store.accounts.create(account('bob', { userId: 'id-of-ann' })));
    assert.equal(await store.accounts.findCredential('bob'), undefined);
  }),

  over('accounts: a creation that fails does not disturb those beside it', async (store, ground) => {
    for (const name of ['ann', 'zoe']) await store.accounts.create(account(name));
    await ground.loseRow('auth', 'id-of-ann');
    const outcomes = await Promise.allSettled([
      store.accounts.create(account('one')),
      store.accounts.create(account('bob', { userId: 'id-of-ann' })),
      store.accounts.create(account('two')),
      store.accounts.create(account('ZOE', { userId: 'second' })),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.status)),
      ['created', 'rejected', 'created', 'identifier_taken'],
    );
    assert.equal((await store.accounts.findUser('id-of-one'))?.identifier, 'one');
    assert.equal((await store.accounts.findUser('id-of-two'))?.identifier, 'two');
    assert.equal(await store.accounts.findCredential('bob'), undefined);
  }),

  over('accounts: a credential whose user is missing says so (ruling R2)', async (store, ground) => {
    await store.accounts.create(account('joe'));
    assert.equal((await store.accounts.findUser('id-of-joe'))?.id, 'id-of-joe');
    await ground.loseRow('users', 'id-of-joe');
    assertRow(await store.accounts.findCredential('joe'), {
      userId: 'id-of-joe',
      identifier: 'joe',
      passwordHash: 'hash of joe',
      hasUser: false,
      isDisabled: false,
      hasSecondFactor: false,
    });
    assert.equal(await store.accounts.findUser('id-of-joe'), undefined);
    assert.equal(
      await store.accounts.create(account('joe', { userId: 'another' })),
      'identifier_taken',
      'a name does not become free because half of its account is lost',
    );
  }),

  over('accounts: a user whose credential is missing is not found', async (store, ground) => {
    await store.accounts.create(account('joe'));
    await ground.loseRow('auth', 'id-of-joe');
    assert.equal(await store.accounts.findUser('id-of-joe'), undefined);
    assert.equal(await store.accounts.findCredential('joe'), undefined);
  }),

  over('accounts: a hash is replaced only if it is the expected one', async (store) => {
    await store.accounts.create(account('joe'));
    await store.accounts.create(account('ann', { passwordHash: 'hash of joe' }));
    assert.equal(await store.accounts.replaceHash('id-of-joe', 'something else', 'new'), 'not_expected');
    assert.equal(await store.accounts.replaceHash('id-of-nobody', 'hash of joe', 'new'), 'not_expected');
    assert.equal((await store.accounts.findCredential('joe'))?.passwordHash, 'hash of joe');
    assert.equal(await store.accounts.replaceHash('id-of-joe', 'hash of joe', 'new'), 'replaced');
    assert.equal((await store.accounts.findCredential('joe'))?.passwordHash, 'new');
    assert.equal((await store.accounts.findCredential('ann'))?.passwordHash, 'hash of joe');
  }),

  over('accounts: of many concurrent replacements of one hash exactly one succeeds', async (store) => {
    await store.accounts.create(account('joe'));
    const outcomes = await Promise.all(
      upTo(20).map((n) => store.accounts.replaceHash('id-of-joe', 'hash of joe', `new ${n}`)),
    );
    assert.equal(outcomes.filter((outcome) => outcome === 'replaced').length, 1);
    const kept = `new ${outcomes.indexOf('replaced')}`;
    assert.equal((await store.accounts.findCredential('joe'))?.passwordHash, kept);
  }),
];
