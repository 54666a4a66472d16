/** Cases for passkeys: each known once among all users, with a counter that only grows. */

import assert from 'node:assert/strict';
import { account, assertIntact, assertRow, audited, type ConformanceCase, context, upTo } from '../case.ts';
import {
  add,
  adding,
  codes,
  countOf,
  enrol,
  hasFactor,
  isRecoveryCode,
  passkey,
  removing,
  stateOf,
  trust,
  withFactors,
} from './factor-case.ts';

export const passkeyCases: readonly ConformanceCase[] = [
  withFactors(
    'passkeys: one is added as it is, with ten recovery codes and an entry',
    async (factors, joe, store) => {
      const { passkeys } = factors;
      const made = passkey(1, joe, {
        name: 'Joe\'s \u{1f511} "key"',
        counter: 4_294_967_295,
        isSynced: false,
      });
      assert.equal(await passkeys.add(made, codes(2), 20, adding('passkey')), 'added');
      assertRow(await passkeys.find('credential-1'), made);
      assert.deepEqual(
        (await passkeys.ofUser(joe)).map((one) => ({ ...one })),
        [made],
      );
      assert.deepEqual(await stateOf(factors, joe), {
        since: 2_001,
        totp: undefined,
        failures: 0,
        recoveryCodes: 10,
        passkeys: 1,
      });
      assert.equal(await hasFactor(store, joe), true);
      assert.deepEqual(await audited(store), [`factor_add passkey ${joe} passkey-1`]);
      for (const unknown of ['credential-2', 'CREDENTIAL-1', '', '\0'])
        assert.equal(await passkeys.find(unknown), undefined);
    },
  ),

  withFactors(
    'passkeys: a known one, one too many and one of no user change nothing',
    async (factors, joe, store) => {
      const { passkeys } = factors;
      await store.accounts.create(account('ann'));
      const addTo = (n: number, userId: string, handle: string) =>
        passkeys.add(passkey(n, userId, { handle }), codes(8), 3, adding('passkey'));
      assert.equal(await addTo(1, 'nobody', 'a'), 'unknown_account');
      for (const n of [1, 2]) await add(factors, n, joe);
      assert.equal(await addTo(1, joe, 'b'), 'known');
      assert.equal(await addTo(2, 'id-of-ann', 'c'), 'known');
      assert.equal(await stateOf(factors, 'id-of-ann'), undefined);
      assert.equal(await isRecoveryCode(factors, joe, codes(2)[0] ?? ''), true);
      assert.equal(await addTo(3, joe, 'd'), 'added', 'as many as allowed');
      assert.equal(await addTo(4, joe, 'e'), 'too_many');
      assert.equal(await addTo(1, joe, 'f'), 'known');
      assert.equal((await passkeys.ofUser(joe)).length, 3);
      assert.equal(await isRecoveryCode(factors, joe, codes(8)[0] ?? ''), true);
      await assert.rejects(addTo(5, 'id-of-ann', 'd'));
      assert.equal(await stateOf(factors, 'id-of-ann'), undefined);
      assert.equal((await audited(store)).filter((line) => line.startsWith('factor_add')).length, 3);
    },
  ),

  withFactors(
    'passkeys: of concurrent additions of one exactly one succeeds, and no user gets too many',
    async (factors, joe, store) => {
      const { passkeys } = factors;
      await store.accounts.create(account('ann'));
      const same = await Promise.all(
        upTo(10).map((n) =>
          passkeys.add(
            passkey(1, n % 2 ? joe : 'id-of-ann', { handle: `h-${n}` }),
            codes(n + 1),
            20,
            adding('passkey'),
          ),
        ),
      );
      assert.equal(same.filter((outcome) => outcome === 'added').length, 1);
      assert.equal(same.filter((outcome) => outcome === 'known').length, 9);
      await store.accounts.create(account('bob'));
      const many = await Promise.all(
        upTo(10).map((n) => passkeys.add(passkey(n + 10, 'id-of-bob'), codes(n), 4, adding('passkey'))),
      );
      assert.equal(many.filter((outcome) => outcome === 'added').length, 4);
      assert.equal(many.filter((outcome) => outcome === 'too_many').length, 6);
      assert.deepEqual(
        [(await passkeys.ofUser('id-of-bob')).length, (await stateOf(factors, 'id-of-bob'))?.recoveryCodes],
        [4, 10],
      );
    },
  ),

  withFactors('passkeys: those of a user are listed oldest first', async (factors, joe, store) => {
    await store.accounts.create(account('ann'));
    await add(factors, 9, 'id-of-ann');
    for (const n of [3, 1, 2]) await add(factors, n, joe);
    for (const n of [5, 4]) await add(factors, n, joe, { createdAt: 2_002 });
    const listed = await factors.passkeys.ofUser(joe);
    assert.deepEqual(
      listed.map(({ handle }) => handle),
      [1, 2, 4, 5, 3].map((n) => `passkey-${n}`),
    );
    assert.deepEqual(await factors.passkeys.ofUser('nobody'), []);
    assert.equal((await stateOf(factors, joe))?.since, 2_001);
  }),

  withFactors('passkeys: a use counts if the counter grows, or is 0 as before', async (factors, joe) => {
    const { passkeys } = factors;
    await add(factors, 1, joe);
    const use = (counter: number, changes: { isSynced?: boolean; at?: number } = {}) =>
      passkeys.use({ credentialId: 'credential-1', counter, isSynced: true, at: 3_000, ...changes });
    const kept = async () => {
      const { counter, isSynced, lastUsedAt } = (await passkeys.find('credential-1')) ?? {};
      return [counter, isSynced, lastUsedAt];
    };
    assert.deepEqual([await use(0), await use(0)], [true, true], 'synced ones stay at 0');
    assert.deepEqual(await kept(), [0, true, 3_000]);
    assert.equal(await use(7, { isSynced: false, at: 4_000 }), true);
    assert.deepEqual(await kept(), [7, false, 4_000]);
    for (const counter of [7, 6, 0]) assert.equal(await use(counter, { at: 5_000 }), false);
    assert.deepEqual(await kept(), [7, false, 4_000]);
    assert.equal(await use(8, { at: 3_500 }), true);
    assert.deepEqual(await kept(), [8, true, 4_000], 'an earlier instant does not replace a later one');
    const other = { credentialId: 'credential-2', counter: 0, isSynced: true, at: 3_000 };
    assert.equal(await passkeys.use(other), false);
  }),

  withFactors('passkeys: of concurrent uses with one counter exactly one counts', async (factors, joe) => {
    await add(factors, 1, joe, { counter: 4 });
    const use = (counter: number) =>
      factors.passkeys.use({ credentialId: 'credential-1', counter, isSynced: false, at: 3_000 });
    const used = await Promise.all(upTo(20).map(() => use(5)));
    assert.equal(used.filter(Boolean).length, 1);
  }),

  withFactors(
    'passkeys: a use sets the failed codes to 0, a refused one does not (ruling F2)',
    async (factors, joe) => {
      const { passkeys, secondFactors } = factors;
      await enrol(factors, joe);
      await add(factors, 1, joe, { counter: 4 });
      const use = (counter: number) =>
        passkeys.use({ credentialId: 'credential-1', counter, isSynced: false, at: 3_000 });
      const attempt = (totpStep: number) => secondFactors.tryCode(joe, { totpStep }, 1, context('x'));
      assert.equal(await attempt(100), 'locked_now');
      assert.equal(await use(4), false);
      assert.equal(await attempt(101), 'locked');
      assert.equal(await use(5), true);
      assert.equal((await stateOf(factors, joe))?.failures, 0);
      assert.equal(await attempt(101), 'accepted');
    },
  ),

  withFactors(
    'passkeys: one gets another name from its owner, with an entry',
    async (factors, joe, store) => {
      const { passkeys } = factors;
      await store.accounts.create(account('ann'));
      await add(factors, 1, joe);
      await add(factors, 2, 'id-of-ann');
      const rename = (handle: string, name: string) =>
        passkeys.rename(joe, handle, name, context('passkey_rename'));
      for (const handle of ['passkey-2', 'none', 'no\0ne', '\ud800'])
        assert.equal(await rename(handle, 'New'), false);
      assert.equal(await rename('passkey-1', 'Schlüssel \u{1f511}'), true);
      assertRow(await passkeys.find('credential-1'), passkey(1, joe, { name: 'Schlüssel \u{1f511}' }));
      assertRow(await passkeys.find('credential-2'), passkey(2, 'id-of-ann'));
      assert.deepEqual((await audited(store)).slice(2), [`passkey_rename ok ${joe} passkey-1`]);
    },
  ),

  withFactors(
    'passkeys: a removal takes trusted browsers, and with the last factor the recovery codes',
    async (factors, joe, store) => {
      const { passkeys } = factors;
      const remove = (handle: string, mayBeLast: boolean) =>
        passkeys.remove(joe, handle, mayBeLast, removing('passkey'));
      await store.accounts.create(account('ann'));
      await add(factors, 9, 'id-of-ann');
      for (const n of [1, 2]) await add(factors, n, joe);
      await trust(store, joe, [1]);
      await trust(store, 'id-of-ann', [2]);
      for (const handle of ['passkey-9', 'none', 'no\0ne', '\ud800'])
        assert.equal(await remove(handle, true), 'none');
      assert.equal(await countOf(store, joe), 1);
      assert.equal(await remove('passkey-1', false), 'removed');
      assert.deepEqual(await stateOf(factors, joe), {
        since: 2_002,
        totp: undefined,
        failures: 0,
        recoveryCodes: 10,
        passkeys: 1,
      });
      assert.equal(await countOf(store, joe), 0);
      await trust(store, joe, [3]);
      assert.equal(await remove('passkey-2', false), 'last');
      assert.deepEqual([(await stateOf(factors, joe))?.recoveryCodes, await countOf(store, joe)], [10, 1]);
      assert.equal(await remove('passkey-2', true), 'removed');
      assert.equal(await stateOf(factors, joe), undefined);
      assert.deepEqual([await hasFactor(store, joe), await countOf(store, joe)], [false, 0]);
      assert.equal(await remove('passkey-2', true), 'none');
      assert.deepEqual(
        [(await stateOf(factors, 'id-of-ann'))?.passkeys, await countOf(store, 'id-of-ann')],
        [1, 1],
      );
      assert.deepEqual((await audited(store)).slice(3), [
        `factor_remove passkey ${joe} passkey-1`,
        `factor_remove passkey ${joe} passkey-2`,
      ]);
      await assertIntact(store, 5);
    },
  ),

  withFactors('passkeys: beside an app the only one may go', async (factors, joe) => {
    await add(factors, 1, joe, { createdAt: 1_000 });
    await enrol(factors, joe);
    assert.equal((await stateOf(factors, joe))?.since, 1_000);
    assert.equal(await factors.passkeys.remove(joe, 'passkey-1', false, removing('passkey')), 'removed');
    const { since, recoveryCodes, passkeys } = (await stateOf(factors, joe)) ?? {};
    assert.deepEqual([since, recoveryCodes, passkeys], [1_500, 10, 0]);
  }),

  withFactors(
    'passkeys: of concurrent removals of the last two one stays if it must',
    async (factors, joe) => {
      for (const n of [1, 2]) await add(factors, n, joe);
      const outcomes = await Promise.all(
        [1, 2].map((n) => factors.passkeys.remove(joe, `passkey-${n}`, false, removing('passkey'))),
      );
      assert.deepEqual(outcomes.toSorted(), ['last', 'removed']);
    },
  ),
];
