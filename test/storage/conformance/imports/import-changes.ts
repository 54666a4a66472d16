/** Cases for what an origin has changed since the last import: it follows unless it was changed here too (I4). */

import assert from 'node:assert/strict';
import { audited, type ConformanceCase, context, findSession, hex, upTo } from '../case.ts';
import {
  broughtSession,
  follows,
  imported,
  ownFactors,
  userOf,
  withImports,
  write,
  writeSessions,
} from './import-case.ts';

const ofJoe = { email: 'joe@a.example', emailVerifiedAt: null };

const factorsOf = (n: number) => ({ factors: ownFactors(n), factorsFingerprint: String(n).repeat(64) });

export const importedChangeCases: readonly ConformanceCase[] = [
  withImports(
    'import: an account that was disabled at its origin is disabled here (I4)',
    async (imports, store) => {
      await write(imports, [imported('joe')]);
      await writeSessions(imports, [broughtSession(1, 'joe')]);
      assert.ok((await store.sessions.findWithUser(hex(1)))?.user);
      await follows(imports, { disabledAt: 2_000 }, 'updated disabled');
      assert.deepEqual(await userOf(store), ['joe', null, null, 2_000]);
      // Nothing refuses a session that a cache still has.
      assert.equal((await store.sessions.findWithUser(hex(1)))?.user?.disabledAt, 2_000);
      // The same fact with the instant of another run.
      await follows(imports, { disabledAt: 3_000 }, 'unchanged');
      // What raced with disabling it ends before it is enabled.
      await follows(imports, {}, 'updated enabled');
      assert.deepEqual(await userOf(store), ['joe', null, null, null]);
      assert.equal(await findSession(store.sessions, hex(1)), undefined);
      assert.deepEqual((await audited(store)).slice(1), [
        'import disabled id-of-joe -',
        `logout import id-of-joe ${broughtSession(1, 'joe').handle}`,
        'import enabled id-of-joe -',
      ]);
    },
  ),

  withImports(
    'import: an account that was disabled here is not enabled by its origin (I4)',
    async (imports, store) => {
      await write(imports, [imported('joe')]);
      await store.accounts.setDisabled('id-of-joe', 1_500);
      await follows(imports, { disabledAt: 2_000 }, 'unchanged');
      await follows(imports, {}, 'unchanged state_kept', 'unchanged state_kept');
      assert.deepEqual(await userOf(store), ['joe', null, null, 1_500]);
      // Enabled here, too.
      await store.accounts.setDisabled('id-of-joe', null);
      await follows(imports, {}, 'unchanged');
      await follows(imports, { disabledAt: 4_000 }, 'updated disabled');
      await store.accounts.setDisabled('id-of-joe', null);
      await follows(imports, { disabledAt: 4_000 }, 'unchanged');
      assert.deepEqual(await userOf(store), ['joe', null, null, null]);
    },
  ),

  withImports(
    'import: the address and its verification follow the origin (I1, I4)',
    async (imports, store) => {
      await write(imports, [imported('joe', ofJoe)]);
      await follows(imports, { ...ofJoe, emailVerifiedAt: 900 }, 'updated email_verified');
      assert.deepEqual(await userOf(store), ['joe', 'joe@a.example', 900, null]);
      await follows(imports, { email: 'joe@b.example' }, 'updated email_changed');
      assert.deepEqual(await userOf(store), ['joe', 'joe@b.example', null, null]);
      await follows(imports, { email: null }, 'updated email_changed');
      await follows(imports, { ...ofJoe, emailVerifiedAt: 900 }, 'updated email_changed');
      await follows(imports, ofJoe, 'updated email_unverified');
      assert.deepEqual(await userOf(store), ['joe', 'joe@a.example', null, null]);
      // With the hash in one step.
      const both = { passwordHash: '$2b$10$newer', email: 'joe@c.example' };
      await follows(imports, both, 'hash_replaced email_changed');
      assert.deepEqual((await audited(store)).slice(-2), [
        'import hash_replaced id-of-joe -',
        'import email_changed id-of-joe -',
      ]);
    },
  ),

  withImports('import: an address that was changed or verified here stays (I4)', async (imports, store) => {
    await write(imports, [imported('joe', ofJoe)]);
    await store.accounts.verifyEmail('id-of-joe', 'joe@a.example', 1_500);
    await follows(imports, ofJoe, 'unchanged');
    assert.deepEqual(await userOf(store), ['joe', 'joe@a.example', 1_500, null]);
    const to = { email: 'here@a.example', canonical: 'here@a.example', verifiedAt: 1_600 };
    assert.equal(await store.accounts.changeEmail('id-of-joe', to), 'changed');
    const kept = 'unchanged email_kept';
    await follows(imports, { email: 'joe@b.example' }, kept, kept);
    assert.deepEqual(await userOf(store), ['joe', 'here@a.example', 1_600, null]);
    // Both changed it to the same.
    await follows(imports, { email: 'here@a.example' }, 'unchanged');
  }),

  withImports(
    'import: second factors come later too; none is removed, replaced or silently missing (F1, F5)',
    async (imports, store) => {
      await write(imports, [imported('joe')]);
      await follows(imports, factorsOf(1), 'updated factors_added');
      assert.equal((await store.accounts.findCredential('joe'))?.hasSecondFactor, true);
      const { secondFactors } = await store.factors();
      const before = await secondFactors.find('id-of-joe');
      await follows(imports, factorsOf(2), 'unchanged factors_differ', 'unchanged factors_differ');
      await follows(imports, {}, 'unchanged factors_kept', 'unchanged factors_kept');
      assert.deepEqual(await secondFactors.find('id-of-joe'), before);
      await follows(imports, factorsOf(1), 'unchanged');
    },
  ),

  withImports(
    'import: second factors that were removed here do not come back, and the report says so each time',
    async (imports, store) => {
      await write(imports, [imported('joe', factorsOf(1))]);
      await (await store.factors()).secondFactors.removeAll('id-of-joe', context('factors_reset'));
      await follows(imports, factorsOf(1), 'unchanged factors_missing', 'unchanged factors_missing');
      assert.equal((await store.accounts.findCredential('joe'))?.hasSecondFactor, false);
      await follows(imports, {}, 'unchanged');
    },
  ),

  withImports('import: a whole batch of changes follows in one step', async (imports, store) => {
    const names = upTo(60).map((n) => `user${n}`);
    await write(
      imports,
      names.map((name) => imported(name)),
    );
    const changed = names.map((name, n) =>
      imported(name, { email: `${name}@a.example`, disabledAt: n % 2 === 0 ? 2_000 : null }),
    );
    const said = names.map((_, n) =>
      n % 2 === 0 ? 'updated email_changed,disabled' : 'updated email_changed',
    );
    assert.deepEqual(await write(imports, changed), said);
    for (const [n, name] of names.entries())
      assert.deepEqual(await userOf(store, name), [
        name,
        `${name}@a.example`,
        null,
        n % 2 === 0 ? 2_000 : null,
      ]);
  }),
];
