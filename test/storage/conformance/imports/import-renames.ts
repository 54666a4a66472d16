/** Cases for names that change after an import, at the origin or here (I4). */

import assert from 'node:assert/strict';
import { parkedForm } from '../../../../src/storage/port/port.ts';
import { account, type ConformanceCase, context, hex } from '../case.ts';
import { follows, holder, imported, userOf, withImports, write } from './import-case.ts';

export const importedRenameCases: readonly ConformanceCase[] = [
  withImports('import: a new name follows the origin if it is free (I4)', async (imports, store) => {
    await write(imports, [imported('joe')]);
    await store.invitations.put(hex(1), { canonical: 'jim', userId: 'invited', expiresAt: 9_000 });
    await follows(imports, { identifier: 'Jim', canonical: 'jim' }, 'updated renamed');
    assert.deepEqual([await holder(store, 'jim'), await holder(store, 'joe')], ['id-of-joe', undefined]);
    assert.deepEqual(await store.invitations.list({ limit: 9 }), []);
    // In its case only.
    await follows(imports, { identifier: 'JIM', canonical: 'jim' }, 'updated renamed');
    assert.equal((await userOf(store))[0], 'JIM');
    await store.accounts.create(account('ann'));
    const taken = { identifier: 'ann', canonical: 'ann' };
    await follows(imports, taken, 'unchanged name_taken', 'unchanged name_taken', { onConflict: 'suffix' });
    await store.accounts.remove('id-of-ann', 9, context('account_delete'));
    await follows(imports, taken, 'updated renamed');
    // A name that one account of a batch gives up is free for the next one.
    const chain = [imported('joe', { identifier: 'bob', canonical: 'bob' }), imported('cyd', taken)];
    for (const isDryRun of [true, false])
      assert.deepEqual(await write(imports, chain, { isDryRun }), ['updated renamed', 'imported']);
    assert.deepEqual([await holder(store, 'bob'), await holder(store, 'ann')], ['id-of-joe', 'id-of-cyd']);
  }),

  withImports(
    'import: an account that is named by its address gets a new one whole, or not (I4)',
    async (imports, store) => {
      const named = (address: string) => ({ identifier: address, canonical: address, email: address });
      await write(imports, [
        imported('joe', named('joe@a.example')),
        imported('ann', named('ann@a.example')),
      ]);
      await follows(imports, named('jim@a.example'), 'updated renamed,email_changed');
      assert.deepEqual(await userOf(store), ['jim@a.example', 'jim@a.example', null, null]);
      await follows(imports, named('ann@a.example'), 'unchanged name_taken', 'unchanged name_taken');
      assert.deepEqual(await userOf(store), ['jim@a.example', 'jim@a.example', null, null]);
      const to = { email: 'here@a.example', canonical: 'here@a.example', verifiedAt: 1_600 };
      await store.accounts.changeEmail('id-of-joe', to);
      const kept = 'unchanged name_kept,email_kept';
      await follows(imports, named('third@a.example'), kept, kept);
      assert.deepEqual(await userOf(store), ['here@a.example', 'here@a.example', 1_600, null]);
    },
  ),

  withImports(
    'import: a name with a number goes when its origin gives another one (I4)',
    async (imports, store) => {
      await write(imports, [imported('ann'), imported('joe', { canonical: 'ann', identifier: 'Ann' })], {
        onConflict: 'suffix',
      });
      assert.equal(await holder(store, 'ann-2'), 'id-of-joe');
      await follows(imports, { canonical: 'ann', identifier: 'Ann' }, 'unchanged');
      await follows(imports, {}, 'updated renamed');
      assert.deepEqual([await holder(store, 'joe'), await holder(store, 'ann-2')], ['id-of-joe', undefined]);
    },
  ),

  withImports(
    'import: an account that waits for its name follows its origin in all else (I4)',
    async (imports, store) => {
      const waiting = { canonical: 'ann', identifier: 'Ann' };
      await write(imports, [imported('ann'), imported('joe', waiting)]);
      const parked = 'parked id-of-ann';
      await follows(
        imports,
        { ...waiting, email: 'a@b.example', disabledAt: 2_000 },
        `${parked} email_changed,disabled`,
        parked,
      );
      assert.deepEqual(await userOf(store), ['Ann', 'a@b.example', null, 2_000]);
      // Its origin gives it a name that is free.
      await follows(imports, { email: 'a@b.example', disabledAt: 2_000 }, 'unparked');
      assert.equal(await holder(store, 'joe'), 'id-of-joe');
    },
  ),

  withImports(
    'an account that waits for its name and is named by its address has a name when its owner changes it',
    async (imports, store) => {
      const waiting = { canonical: 'ann@a.example', identifier: 'Ann@a.example' };
      const first = imported('ann', { ...waiting, identifier: 'ann@a.example' });
      await write(imports, [
        first,
        imported('joe', waiting),
        imported('Ann', { identifier: 'Ann', canonical: 'ann@a.example' }),
      ]);
      const to = (email: string) => ({ email, canonical: email, verifiedAt: 1_600 });
      assert.equal(await store.accounts.changeEmail('id-of-joe', to('ann@a.example')), 'identifier_taken');
      assert.equal(await store.accounts.changeEmail('id-of-joe', to('joe@a.example')), 'changed');
      assert.deepEqual(
        [await holder(store, 'joe@a.example'), await holder(store, parkedForm('id-of-joe'))],
        ['id-of-joe', undefined],
      );
      // One that is named otherwise gets an address, and goes on waiting.
      assert.equal(await store.accounts.changeEmail('id-of-Ann', to('third@a.example')), 'changed');
      assert.equal(await holder(store, parkedForm('id-of-Ann')), 'id-of-Ann');
      // Its hash is met by logins from now on (I5).
      const kinds = await imports.hashKinds();
      assert.deepEqual(
        kinds.map(({ form, count }) => `${form} ${count}`),
        ['address 2'],
      );
      assert.deepEqual(await write(imports, [imported('joe', waiting)], { onConflict: 'suffix' }), [
        'unchanged',
      ]);
      assert.equal(await holder(store, 'joe@a.example'), 'id-of-joe');
    },
  ),
];
