/** Cases for the removal of factors, alone, together and with the account: nothing that depends on them is left. */

import assert from 'node:assert/strict';
import {
  account,
  assertIntact,
  audited,
  type ConformanceCase,
  context,
  hex,
  session,
  upTo,
} from '../case.ts';
import { ofJoe } from '../sessions.ts';
import {
  add,
  adding,
  app,
  codes,
  countOf,
  enrol,
  hasFactor,
  isRecoveryCode,
  removing,
  stateOf,
  trust,
  withFactors,
} from './factor-case.ts';

export const factorRemovalCases: readonly ConformanceCase[] = [
  withFactors(
    'totp: its removal takes trusted browsers, and with the last factor the recovery codes',
    async (factors, joe, store) => {
      const { secondFactors } = factors;
      await store.accounts.create(account('ann'));
      await enrol(factors, 'id-of-ann');
      await enrol(factors, joe);
      await trust(store, joe, [1, 2]);
      await trust(store, 'id-of-ann', [3]);
      await trust(store, joe, [4], { purpose: 'second_step' });
      assert.equal(await secondFactors.removeTotp(joe, true, removing('totp')), 'removed');
      assert.equal(await stateOf(factors, joe), undefined);
      assert.equal(await hasFactor(store, joe), false);
      assert.deepEqual([await countOf(store, joe), await countOf(store, 'id-of-ann')], [0, 1]);
      assert.equal(await countOf(store, joe, 'second_step'), 1);
      assert.equal(await secondFactors.removeTotp(joe, true, removing('totp')), 'none');
      assert.equal(await secondFactors.removeTotp('nobody', true, removing('totp')), 'none');
      assert.deepEqual((await audited(store)).slice(2), [`factor_remove totp ${joe} -`]);
      // What comes next does not find the old recovery codes.
      await secondFactors.enrolTotp(joe, app, codes(5), adding('totp'));
      assert.equal(await isRecoveryCode(factors, joe, codes(1)[0] ?? ''), false);
      assert.equal((await stateOf(factors, 'id-of-ann'))?.recoveryCodes, 10);
    },
  ),

  withFactors('totp: beside a passkey its removal leaves the recovery codes', async (factors, joe, store) => {
    const { secondFactors } = factors;
    await enrol(factors, joe);
    await add(factors, 1, joe);
    await add(factors, 2, joe);
    await trust(store, joe, [1]);
    assert.equal((await stateOf(factors, joe))?.since, app.at);
    assert.equal(await secondFactors.removeTotp(joe, false, removing('totp')), 'removed');
    assert.deepEqual(await stateOf(factors, joe), {
      since: 2_001,
      totp: undefined,
      failures: 0,
      recoveryCodes: 10,
      passkeys: 2,
    });
    assert.deepEqual([await hasFactor(store, joe), await countOf(store, joe)], [true, 0]);
    assert.equal(await secondFactors.removeTotp(joe, false, removing('totp')), 'none');
  }),

  withFactors('totp: as the last factor it stays if it must', async (factors, joe, store) => {
    await enrol(factors, joe);
    await trust(store, joe, [1]);
    assert.equal(await factors.secondFactors.removeTotp(joe, false, removing('totp')), 'last');
    assert.deepEqual([(await stateOf(factors, joe))?.recoveryCodes, await countOf(store, joe)], [10, 1]);
    assert.equal((await audited(store)).length, 1);
  }),

  withFactors('factors: all of a user are removed at once, if there is any', async (factors, joe, store) => {
    const { secondFactors, passkeys } = factors;
    await store.accounts.create(account('ann'));
    await add(factors, 9, 'id-of-ann');
    assert.equal(await secondFactors.removeAll(joe, removing('all')), false);
    assert.equal(await secondFactors.removeAll('nobody', removing('all')), false);
    await enrol(factors, joe);
    await add(factors, 1, joe);
    await add(factors, 2, joe);
    await trust(store, joe, [1, 2]);
    assert.equal(await secondFactors.removeAll(joe, removing('all')), true);
    assert.equal(await stateOf(factors, joe), undefined);
    assert.deepEqual(await passkeys.ofUser(joe), []);
    assert.deepEqual([await hasFactor(store, joe), await countOf(store, joe)], [false, 0]);
    assert.equal(await secondFactors.removeAll(joe, removing('all')), false);
    assert.equal((await audited(store)).filter((line) => line === `factor_remove all ${joe} -`).length, 1);
    assert.equal((await stateOf(factors, 'id-of-ann'))?.passkeys, 1);
    await assertIntact(store, 5);
  }),

  withFactors('factors: of two that are removed at once the last stays if it must', async (factors, joe) => {
    const { secondFactors, passkeys } = factors;
    for (let round = 0; round < 4; round += 1) {
      await enrol(factors, joe);
      await add(factors, round, joe);
      const outcomes = await Promise.all([
        secondFactors.removeTotp(joe, false, removing('totp')),
        passkeys.remove(joe, `passkey-${round}`, false, removing('passkey')),
      ]);
      assert.deepEqual(outcomes.toSorted(), ['last', 'removed']);
      assert.equal(await secondFactors.removeAll(joe, removing('all')), true);
    }
  }),

  ofJoe('remove: nothing of second factors outlives an account, even one that waits', async (store, joe) => {
    const factors = await store.factors();
    const { accounts, sessions, browserTokens } = store;
    await accounts.create(account('ann'));
    await add(factors, 9, 'id-of-ann');
    for (const limit of [99, 1]) {
      await enrol(factors, joe);
      await add(factors, 1, joe);
      await trust(store, joe, [1, 2]);
      await trust(store, joe, [3], { purpose: 'enrolment' });
      await trust(store, null, [4], { purpose: 'passkey_sign_in' });
      for (const n of upTo(3)) await sessions.insert(hex(n), session(n, joe));
      assert.equal(await accounts.remove(joe, limit), true);
      assert.equal(await stateOf(factors, joe), undefined);
      assert.equal(await factors.passkeys.find('credential-1'), undefined);
      for (const [n, purpose] of [
        [1, 'trusted_browser'],
        [3, 'enrolment'],
      ] as const)
        assert.equal(await browserTokens.find([hex(n)], purpose), undefined);
      assert.ok(await browserTokens.take(hex(4), 'passkey_sign_in'));
      while (await accounts.reclaim(1));
      await accounts.create(account('joe'));
      assert.equal(await stateOf(factors, joe), undefined);
      assert.equal(await isRecoveryCode(factors, joe, codes(2)[0] ?? ''), false);
    }
    assert.equal((await stateOf(factors, 'id-of-ann'))?.recoveryCodes, 10);
  }),

  ofJoe(
    'remove: races with everything that is done to second factors, and is followed by nothing',
    async (store, joe) => {
      const factors = await store.factors();
      const { secondFactors, passkeys } = factors;
      for (let round = 0; round < 5; round += 1) {
        await enrol(factors, joe);
        await add(factors, 1, joe);
        await Promise.all([
          secondFactors.tryCode(joe, { totpStep: 101 }, 9, context('x')),
          secondFactors.tryCode(joe, { recoveryHash: codes(2)[0] ?? '' }, 9, context('x')),
          passkeys.use({ credentialId: 'credential-1', counter: 0, isSynced: true, at: 3_000 }),
          add(factors, 2, joe),
          trust(store, joe, [1]),
          store.browserTokens.removeOfUser(joe, 'trusted_browser'),
          store.accounts.remove(joe, 99),
          secondFactors.replaceRecoveryCodes(joe, codes(3), context('recovery_codes')),
          passkeys.remove(joe, 'passkey-1', true, removing('passkey')),
          secondFactors.removeTotp(joe, true, removing('totp')),
          store.accounts.replaceHash(joe, 'hash of joe', 'new', context('password'), {
            limit: 99,
            context: context('logout'),
          }),
        ]);
        assert.equal(await stateOf(factors, joe), undefined);
        assert.deepEqual(await passkeys.ofUser(joe), []);
        assert.equal(await countOf(store, joe), 0);
        await store.accounts.create(account('joe'));
      }
    },
  ),
];
