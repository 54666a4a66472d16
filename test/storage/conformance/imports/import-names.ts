/** Cases for names that several imported accounts claim (ruling I4). */

import assert from 'node:assert/strict';
import { parkedForm } from '../../../../src/storage/port/port.ts';
import { account, audited, type ConformanceCase, context, findSession, hex, session, upTo } from '../case.ts';
import {
  broughtSession,
  holder,
  imported,
  isParked,
  withImports,
  write,
  writeSessions,
} from './import-case.ts';

/** Accounts whose names differ in case only, in their order. */
const [first, second, third] = ['joe', 'Joe', 'JOE'].map((name) => imported(name)) as [
  ReturnType<typeof imported>,
  ReturnType<typeof imported>,
  ReturnType<typeof imported>,
];

export const importedNameCases: readonly ConformanceCase[] = [
  withImports(
    'import: of names that differ in case only the first is kept, and all users and sessions come (I4)',
    async (imports, store) => {
      const ann = imported('ann', { canonical: 'joe' });
      await store.accounts.create(account('bob', { userId: 'registered' }));
      const outcomes = await write(imports, [first, second, ann, imported('Bob')]);
      const parked = 'parked id-of-joe';
      assert.deepEqual(outcomes, ['imported', parked, parked, 'parked registered']);
      const names = ['joe', 'Joe', 'ann'];
      const sessions = names.map((name, n) => broughtSession(n, name));
      assert.deepEqual(new Set(await writeSessions(imports, sessions)), new Set(['imported']));
      assert.equal(await holder(store, 'joe'), 'id-of-joe');
      for (const name of ['Joe', 'ann', 'Bob']) assert.equal(await isParked(store, name), true, name);
      // A check shows the name as it was typed at the origin.
      const found = await store.sessions.findWithUser(hex(1));
      assert.deepEqual([found?.user?.id, found?.user?.identifier], ['id-of-Joe', 'Joe']);
      assert.equal((await store.accounts.findUser('id-of-Joe'))?.identifier, 'Joe');
      assert.equal((await store.accounts.findCredentialOf('id-of-Joe'))?.userId, 'id-of-Joe');
      const listed = await store.accounts.list({ limit: 9 });
      assert.deepEqual(listed.map(({ id }) => id).sort(), [
        'id-of-Bob',
        'id-of-Joe',
        'id-of-ann',
        'id-of-joe',
        'registered',
      ]);
      assert.deepEqual((await audited(store)).slice(0, 2), [
        'import ok id-of-joe -',
        'import parked id-of-Joe -',
      ]);
      // The same again: they wait on, without an entry.
      const before = await audited(store);
      assert.deepEqual(await write(imports, [first, second]), ['unchanged', parked]);
      assert.deepEqual(await audited(store), before);
    },
  ),

  withImports('import: skip leaves such an account out, with its sessions', async (imports, store) => {
    assert.deepEqual(await write(imports, [first, second], { onConflict: 'skip' }), [
      'imported',
      'skipped id-of-joe',
    ]);
    assert.equal(await store.accounts.findUser('id-of-Joe'), undefined);
    assert.deepEqual(await writeSessions(imports, [broughtSession(1, 'Joe')]), ['no_account']);
    assert.deepEqual(await audited(store), ['import ok id-of-joe -']);
    // One that waits already is not left out any more.
    assert.deepEqual(await write(imports, [second]), ['parked id-of-joe']);
    assert.deepEqual(await write(imports, [second], { onConflict: 'skip' }), ['parked id-of-joe']);
    assert.equal(await isParked(store, 'Joe'), true);
  }),

  withImports('import: suffix gives the first free name, and says which', async (imports, store) => {
    await store.accounts.create(account('joe-3'));
    const outcomes = await write(imports, [first, second, third], { onConflict: 'suffix' });
    assert.deepEqual(outcomes, ['imported', 'suffixed id-of-joe Joe-2', 'suffixed id-of-joe JOE-4']);
    assert.equal(await holder(store, 'joe-2'), 'id-of-Joe');
    assert.equal((await store.accounts.findUser('id-of-JOE'))?.identifier, 'JOE-4');
    const address = (name: string) =>
      imported(name, { identifier: `${name}@b.example`, canonical: 'ann@b.example' });
    assert.deepEqual(await write(imports, [address('ann'), address('Ann')], { onConflict: 'suffix' }), [
      'imported',
      'suffixed id-of-ann Ann@b.example-2',
    ]);
    assert.deepEqual(await write(imports, [second], { onConflict: 'suffix' }), ['unchanged']);
  }),

  withImports(
    'import: a later run names accounts that wait: by a suffix, or by their own name if it is free',
    async (imports, store) => {
      await write(imports, [first, second, third]);
      await writeSessions(imports, [broughtSession(1, 'Joe')]);
      await store.sessions.findWithUser(hex(1));
      assert.deepEqual(await write(imports, [second], { onConflict: 'suffix' }), [
        'suffixed id-of-joe Joe-2',
      ]);
      assert.equal(await holder(store, 'joe-2'), 'id-of-Joe');
      assert.equal((await store.sessions.findWithUser(hex(1)))?.user?.identifier, 'Joe-2');
      await store.accounts.remove('id-of-joe', 99, context('account_delete'));
      for (const isDryRun of [true, false])
        assert.deepEqual(await write(imports, [third, second], { isDryRun }), ['unparked', 'unchanged']);
      assert.equal(await holder(store, 'joe'), 'id-of-JOE');
      assert.deepEqual((await audited(store)).slice(-2), [
        'account_delete ok id-of-joe -',
        'import unparked id-of-JOE -',
      ]);
      assert.deepEqual(await write(imports, [third]), ['unchanged']);
    },
  ),

  withImports(
    'import: an account that waited at its origin waits here too, also before the one that has the name',
    async (imports, store) => {
      const waiting = { ...second, canonical: parkedForm('id-of-Joe') };
      assert.deepEqual(await write(imports, [waiting, first]), ['parked ', 'imported']);
      assert.equal(await holder(store, 'joe'), 'id-of-joe');
      assert.equal(await isParked(store, 'Joe'), true);
      assert.deepEqual(await write(imports, [waiting], { onConflict: 'suffix' }), ['unchanged']);
    },
  ),

  withImports('import: an account for which no suffix is free waits', async (imports, store) => {
    const taken = upTo(98).map((n) => imported(`joe-${n + 2}`));
    const outcomes = await write(imports, [...taken, first, second], { onConflict: 'suffix' });
    assert.deepEqual(outcomes.slice(-2), ['imported', 'parked id-of-joe']);
    assert.equal(await isParked(store, 'Joe'), true);
  }),

  withImports('import: a name in the form of none here is kept as it is (I4)', async (imports, store) => {
    const names = ['ünï cödé', "o'brien@", 'a', 'x'.repeat(254), '\u{1f600}', '--', 'ÄNN'];
    const accounts = names.map((identifier, n) =>
      imported(`user${n}`, {
        identifier,
        canonical: identifier.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
      }),
    );
    assert.deepEqual(new Set(await write(imports, accounts)), new Set(['imported']));
    for (const { canonical, userId, identifier } of accounts) {
      assert.equal(await holder(store, canonical), userId);
      assert.equal((await store.accounts.findUser(userId))?.identifier, identifier);
    }
  }),

  withImports('import: what is done by user id reaches an account that waits', async (imports, store) => {
    await write(imports, [first, second]);
    await writeSessions(imports, [broughtSession(1, 'Joe')]);
    assert.equal(await store.accounts.setDisabled('id-of-Joe', 3_000), true);
    assert.equal(await store.sessions.insert(hex(2), session(2, 'id-of-Joe')), 'inserted');
    assert.equal((await store.sessions.removeOfUser('id-of-Joe', undefined, 9)).length, 2);
    assert.equal(await store.accounts.remove('id-of-Joe', 9), true);
    assert.equal(await findSession(store.sessions, hex(1)), undefined);
    assert.equal(await holder(store, parkedForm('id-of-Joe')), undefined);
    assert.equal(await holder(store, 'joe'), 'id-of-joe');
  }),
];
