/** Cases for imported accounts: what is written, what stays as it is when it comes again, and what is never overwritten. */

import assert from 'node:assert/strict';
import {
  account,
  assertIntact,
  assertRow,
  audited,
  type ConformanceCase,
  context,
  findSession,
  hex,
  upTo,
} from '../case.ts';
import { trust } from '../factors/factor-case.ts';
import {
  broughtSession,
  holder,
  imported,
  run,
  why,
  withImports,
  write,
  writeSessions,
} from './import-case.ts';

const newHash = (name: string) => imported(name, { passwordHash: `$2b$10$newer hash of ${name}` });

export const importedAccountCases: readonly ConformanceCase[] = [
  withImports(
    'import: an account comes with its id, names, instants and hash (I1)',
    async (imports, store) => {
      assert.equal(await store.importKey(), undefined);
      const joe = imported('Joe', {
        userId: '65f0c0ffee',
        identifier: 'Joe@Example.com',
        canonical: 'joe@example.com',
        email: 'joe@example.org',
        emailVerifiedAt: 800,
        createdAt: -86_400_000,
        disabledAt: 900,
      });
      assert.deepEqual(await write(imports, [joe, imported('ann')]), ['imported', 'imported']);
      assertRow(await store.accounts.findUser('65f0c0ffee'), {
        id: '65f0c0ffee',
        identifier: 'Joe@Example.com',
        createdAt: -86_400_000,
        email: 'joe@example.org',
        emailVerifiedAt: 800,
        disabledAt: 900,
      });
      assertRow(await store.accounts.findCredential('joe@example.com'), {
        userId: '65f0c0ffee',
        identifier: 'Joe@Example.com',
        passwordHash: '$2b$10$hash of Joe',
        hasUser: true,
        isDisabled: true,
        hasSecondFactor: false,
      });
      assert.deepEqual(await audited(store), ['import ok 65f0c0ffee -', 'import ok id-of-ann -']);
      await assertIntact(store, 2);
    },
  ),

  withImports(
    'import: the same accounts and sessions again change nothing, and there is no entry (I4)',
    async (imports, store) => {
      const accounts = upTo(20).map((n) => imported(`user${n}`));
      const sessions = upTo(20).map((n) => broughtSession(n, `user${n}`));
      await write(imports, accounts);
      await writeSessions(imports, sessions);
      const before = await audited(store);
      assert.deepEqual(new Set(await write(imports, accounts, { at: 3_000 })), new Set(['unchanged']));
      assert.deepEqual(
        new Set(await writeSessions(imports, sessions, { at: 3_000 })),
        new Set(['unchanged']),
      );
      assert.deepEqual(await audited(store), before);
    },
  ),

  withImports(
    'import: a newer hash of the origin replaces its older one, also one that was wrapped (I4)',
    async (imports, store) => {
      const accounts = ['joe', 'ann'].map((name) => imported(name));
      await write(imports, accounts);
      await writeSessions(imports, [broughtSession(1, 'joe')]);
      const ann = { userId: 'id-of-ann', expected: '$2b$10$hash of ann', hashKind: 'wrapped' };
      const wrapping = { ...ann, passwordHash: '$wrapped$ann' };
      assert.equal(await imports.wrapHash(wrapping, context('hash_wrap')), true);
      assert.equal(await imports.wrapHash(wrapping, context('hash_wrap')), false);
      assert.equal((await store.accounts.findCredential('ann'))?.passwordHash, '$wrapped$ann');
      // The same hash comes again: the wrapping of it stays.
      assert.deepEqual(await write(imports, accounts), ['unchanged', 'unchanged']);
      await trust(store, 'id-of-joe', [1]);
      const outcomes = await write(imports, [newHash('joe'), newHash('ann')]);
      assert.deepEqual(outcomes, ['hash_replaced', 'hash_replaced']);
      assert.deepEqual(await write(imports, [newHash('joe')]), ['unchanged']);
      assert.equal((await store.accounts.findCredential('ann'))?.passwordHash, '$2b$10$newer hash of ann');
      // A trusted browser was begun with the old password (F4); the session goes on.
      assert.deepEqual(await store.browserTokens.ofUser('id-of-joe', 'trusted_browser', 9), []);
      assert.ok(await findSession(store.sessions, hex(1)));
      assert.deepEqual((await audited(store)).slice(2), [
        'hash_wrap ok id-of-ann -',
        'import hash_replaced id-of-joe -',
        'import hash_replaced id-of-ann -',
      ]);
    },
  ),

  withImports(
    'import: a password that was changed here is never overwritten, however new the hash of the origin is (I4)',
    async (imports, store) => {
      await write(imports, [imported('joe')]);
      await store.accounts.replaceHash('id-of-joe', '$2b$10$hash of joe', 'made here');
      assert.deepEqual(await write(imports, [imported('joe')]), ['unchanged']);
      assert.deepEqual(await write(imports, [newHash('joe')]), ['kept_newer_hash']);
      assert.equal((await store.accounts.findCredential('joe'))?.passwordHash, 'made here');
      // Also if it was changed back to what the origin had.
      await store.accounts.replaceHash('id-of-joe', 'made here', '$2b$10$hash of joe');
      assert.deepEqual(await write(imports, [newHash('joe')]), ['kept_newer_hash']);
    },
  ),

  withImports(
    'import: a user id that another origin or a registration has is taken, and so are its sessions',
    async (imports, store) => {
      await store.accounts.create(account('joe'));
      await write(imports, [imported('ann')]);
      const other = { identifier: 'other', canonical: 'other' };
      const ids = [imported('joe', other), imported('ann', { ...other, canonical: 'third' })];
      assert.deepEqual(await write(imports, ids, { source: 'another' }), ['id_taken', 'id_taken']);
      const sessions = [broughtSession(1, 'joe'), broughtSession(2, 'ann')];
      assert.deepEqual(await writeSessions(imports, sessions, { source: 'another' }), [
        'no_account',
        'no_account',
      ]);
      assert.equal(await holder(store, 'other'), undefined);
      assert.equal(await findSession(store.sessions, hex(1)), undefined);
    },
  ),

  withImports('import: a credential without its user is left alone (R2)', async (imports, store, ground) => {
    await store.accounts.create(account('joe'));
    await ground.loseRow('users', 'id-of-joe');
    assert.deepEqual(await write(imports, [imported('joe')]), ['id_taken']);
    assert.equal((await store.accounts.findCredential('joe'))?.hasUser, false);
  }),

  withImports(
    'import: an account that was removed here does not come back, nor do its sessions (I4)',
    async (imports, store) => {
      await write(imports, [imported('joe'), imported('ann')]);
      await writeSessions(imports, [
        ...upTo(5).map((n) => broughtSession(n, 'joe')),
        broughtSession(9, 'ann'),
      ]);
      assert.equal(await store.accounts.remove('id-of-joe', 2, context('account_delete')), true);
      // While its sessions are being removed, and afterwards.
      for (let turn = 0; turn < 2; turn += 1) {
        assert.deepEqual(await write(imports, [newHash('joe')]), ['removed']);
        assert.deepEqual(await writeSessions(imports, [broughtSession(7, 'joe')]), ['no_account']);
        while (await store.accounts.reclaim(2));
      }
      assert.equal(await store.accounts.findUser('id-of-joe'), undefined);
      assert.deepEqual(await imports.liveFrom('origin', 2_000, '', 99), [hex(9)]);
      // To another origin, and to a registration, the id and the name are free.
      assert.deepEqual(await write(imports, [imported('joe')], { source: 'another' }), ['imported']);
    },
  ),

  withImports('import: an invitation for the name of an account is gone with it', async (imports, store) => {
    await store.invitations.put(hex(1), { canonical: 'joe', userId: 'invited', expiresAt: 9_000 });
    await store.invitations.put(hex(2), { canonical: 'ann', userId: 'too', expiresAt: 9_000 });
    await write(imports, [imported('joe')]);
    const left = await store.invitations.list({ limit: 9 });
    assert.deepEqual(
      left.map(({ canonical }) => canonical),
      ['ann'],
    );
  }),

  withImports(
    'import: a dry run says what a real one does, and changes nothing (I4)',
    async (imports, store) => {
      await write(imports, [imported('joe')]);
      const before = await audited(store);
      const accounts = [newHash('joe'), imported('ann'), imported('Joe2', { canonical: 'joe' })];
      const said = ['hash_replaced', 'imported', 'parked id-of-joe'];
      assert.deepEqual(await write(imports, accounts, { isDryRun: true }), said);
      const session = broughtSession(1, 'joe');
      assert.deepEqual(await writeSessions(imports, [session], { isDryRun: true }), ['imported']);
      assert.deepEqual(await audited(store), before);
      assert.equal(await store.accounts.findUser('id-of-ann'), undefined);
      assert.equal(await findSession(store.sessions, hex(1)), undefined);
      assert.equal((await store.accounts.findCredential('joe'))?.passwordHash, '$2b$10$hash of joe');
      assert.deepEqual(await write(imports, accounts), said);
      assert.deepEqual(await writeSessions(imports, [session]), ['imported']);
    },
  ),

  withImports('import: a step has at most 500 rows, and a user id once', async (imports) => {
    const many = upTo(501).map((n) => imported(`user${n}`));
    await assert.rejects(imports.writeAccounts(many, run(), why), TypeError);
    await assert.rejects(imports.writeAccounts([imported('joe'), newHash('joe')], run(), why), TypeError);
    const sessions = upTo(501).map((n) => broughtSession(n, 'joe'));
    await assert.rejects(imports.writeSessions(sessions, run()), TypeError);
    assert.deepEqual([await write(imports, []), await writeSessions(imports, [])], [[], []]);
    assert.equal((await write(imports, many.slice(0, 500))).length, 500);
  }),

  withImports(
    'import: credentials that wait to be wrapped are found in pages, and counted',
    async (imports, store) => {
      const weak = (name: string) => imported(name, { passwordHash: `$unwrapped$md5$${name}` });
      await write(imports, [...upTo(5).map((n) => weak(`user${n}`)), imported('joe')]);
      await store.accounts.create(account('ann', { passwordHash: '$unwrapped$ no import made this one' }));
      await store.accounts.replaceHash('id-of-user4', '$unwrapped$md5$user4', 'made here');
      const page = async (after: string, limit: number) =>
        (await imports.credentialsWith(['$unwrapped', '$other'], after, limit)).map(({ userId }) => userId);
      assert.deepEqual(await page('', 3), ['id-of-user0', 'id-of-user1', 'id-of-user2']);
      assert.deepEqual(await page('id-of-user2', 3), ['id-of-user3']);
      const [first] = await imports.credentialsWith(['$unwrapped'], '', 1);
      assertRow(first, { userId: 'id-of-user0', passwordHash: '$unwrapped$md5$user0' });
      assert.equal(await imports.countWith(['$unwrapped']), 4);
      assert.equal(await imports.countWith([]), 0);
    },
  ),
];
