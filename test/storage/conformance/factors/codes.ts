/** Cases for typed codes: a time step and a recovery code once, and a counter of those that are refused (rulings F2, F3). */

import assert from 'node:assert/strict';
import type { CodeAttempt } from '../../../../src/storage/port/port.ts';
import { account, assertIntact, audited, type ConformanceCase, context, hex, upTo } from '../case.ts';
import { add, app, codes, enrol, isRecoveryCode, stateOf, withFactors } from './factor-case.ts';

const used = context('recovery_code_used');
const nothing = { matches: 'nothing' } as const;

export const codeCases: readonly ConformanceCase[] = [
  withFactors('codes: a time step is accepted once, and no earlier one after it', async (factors, joe) => {
    await enrol(factors, joe);
    const attempt = (totpStep: number) => factors.secondFactors.tryCode(joe, { totpStep }, 100, used);
    // The code that confirmed the app is used up.
    assert.equal(await attempt(100), 'refused');
    assert.equal(await attempt(99), 'refused');
    assert.equal((await stateOf(factors, joe))?.failures, 2);
    assert.equal(await attempt(102), 'accepted');
    assert.equal(await attempt(102), 'refused');
    assert.equal(await attempt(101), 'refused');
    assert.equal(await attempt(103), 'accepted');
    const { totp, failures } = (await stateOf(factors, joe)) ?? {};
    assert.deepEqual(totp, { sealed: app.sealed, lastStep: 103, enrolledAt: app.at });
    assert.equal(failures, 0);
  }),

  withFactors(
    'codes: of concurrent uses of one time step exactly one is accepted (ruling F3)',
    async (factors, joe) => {
      await enrol(factors, joe);
      const attempts = await Promise.all(
        upTo(20).map(() => factors.secondFactors.tryCode(joe, { totpStep: 200 }, 100, used)),
      );
      assert.equal(attempts.filter((outcome) => outcome === 'accepted').length, 1);
      assert.equal(attempts.filter((outcome) => outcome === 'refused').length, 19);
    },
  ),

  withFactors(
    'codes: an accepted step replaces the encrypted secret if asked, a refused one does not',
    async (factors, joe) => {
      await enrol(factors, joe);
      const attempt = (totpStep: number, resealed?: string) =>
        factors.secondFactors.tryCode(joe, { totpStep, resealed }, 100, used);
      const sealed = async () => (await stateOf(factors, joe))?.totp?.sealed;
      assert.equal(await attempt(100, 'v1.other.sealed'), 'refused');
      assert.equal(await sealed(), app.sealed);
      assert.equal(await attempt(101, 'v1.other.sealed'), 'accepted');
      assert.equal(await sealed(), 'v1.other.sealed');
      assert.equal(await attempt(102), 'accepted');
      assert.equal(await sealed(), 'v1.other.sealed');
    },
  ),

  withFactors(
    'codes: a step that was computed with another secret counts as nothing',
    async (factors, joe) => {
      await enrol(factors, joe);
      const attempt = (totpStep: number, sealed: string) =>
        factors.secondFactors.tryCode(joe, { totpStep, sealed, resealed: 'v1.of.another' }, 100, used);
      assert.equal(await attempt(101, 'v1.of.another'), 'refused');
      assert.equal((await stateOf(factors, joe))?.failures, 1);
      assert.equal((await stateOf(factors, joe))?.totp?.sealed, app.sealed);
      assert.equal(await attempt(101, app.sealed), 'accepted');
    },
  ),

  withFactors(
    'codes: a recovery code is accepted once, with an entry (ruling F3)',
    async (factors, joe, store) => {
      await enrol(factors, joe);
      const [first = '', second = ''] = codes(1);
      const attempt = (recoveryHash: string) =>
        factors.secondFactors.tryCode(joe, { recoveryHash }, 100, used);
      assert.equal(await attempt(hex(7)), 'refused');
      assert.equal(await attempt(first), 'accepted');
      assert.equal((await stateOf(factors, joe))?.failures, 0);
      assert.equal(await attempt(first), 'refused');
      assert.equal((await stateOf(factors, joe))?.recoveryCodes, 9);
      const raced = await Promise.all(upTo(20).map(() => attempt(second)));
      assert.equal(raced.filter((outcome) => outcome === 'accepted').length, 1);
      assert.deepEqual(await audited(store), [
        `factor_add totp ${joe} -`,
        `recovery_code_used ok ${joe} -`,
        `recovery_code_used ok ${joe} -`,
      ]);
      await assertIntact(store, 3);
      // The last accepted step is not forgotten by this.
      assert.equal(await factors.secondFactors.tryCode(joe, { totpStep: 100 }, 100, used), 'refused');
    },
  ),

  withFactors('codes: a recovery code of another user is refused', async (factors, joe, store) => {
    await store.accounts.create(account('ann'));
    await enrol(factors, joe);
    await factors.secondFactors.enrolTotp('id-of-ann', app, codes(3), context('factor_add'));
    assert.equal(await isRecoveryCode(factors, joe, codes(3)[0] ?? ''), false);
    assert.equal(await isRecoveryCode(factors, 'id-of-ann', codes(3)[0] ?? ''), true);
    assert.equal((await stateOf(factors, 'id-of-ann'))?.failures, 0);
  }),

  withFactors(
    'codes: the counter locks at its limit, and not one before (ruling F2)',
    async (factors, joe) => {
      await enrol(factors, joe);
      const attempt = (one: CodeAttempt) => factors.secondFactors.tryCode(joe, one, 3, used);
      assert.equal(await attempt(nothing), 'refused');
      assert.equal(await attempt({ recoveryHash: hex(7) }), 'refused');
      assert.equal(await attempt({ totpStep: 101 }), 'accepted', 'one before the limit');
      assert.equal(await attempt(nothing), 'refused');
      assert.equal(await attempt({ totpStep: 101 }), 'refused', 'a step that was used counts');
      assert.equal(await attempt(nothing), 'locked_now');
      assert.equal((await stateOf(factors, joe))?.failures, 3);
      for (const one of [nothing, { totpStep: 102 }, { recoveryHash: hex(7) }])
        assert.equal(await attempt(one), 'locked');
      assert.equal((await stateOf(factors, joe))?.failures, 3, 'it grows no further');
      const { totp } = (await stateOf(factors, joe)) ?? {};
      assert.equal(totp?.lastStep, 101);
    },
  ),

  withFactors('codes: a recovery code opens what is locked (ruling F2)', async (factors, joe) => {
    await enrol(factors, joe);
    const attempt = (one: CodeAttempt) => factors.secondFactors.tryCode(joe, one, 1, used);
    assert.equal(await attempt(nothing), 'locked_now');
    assert.equal(await attempt({ totpStep: 102 }), 'locked');
    assert.equal(await attempt({ recoveryHash: codes(1)[4] ?? '' }), 'accepted');
    assert.equal(await attempt({ totpStep: 102 }), 'accepted');
  }),

  withFactors(
    'codes: of concurrent refused ones exactly one locks, and none is lost',
    async (factors, joe) => {
      await enrol(factors, joe);
      const outcomes = await Promise.all(
        upTo(20).map(() => factors.secondFactors.tryCode(joe, nothing, 12, used)),
      );
      const count = (outcome: string) => outcomes.filter((one) => one === outcome).length;
      assert.deepEqual([count('refused'), count('locked_now'), count('locked')], [11, 1, 8]);
      assert.equal((await stateOf(factors, joe))?.failures, 12);
    },
  ),

  withFactors(
    'codes: without an app no time step is accepted, and without a factor nothing',
    async (factors, joe, store) => {
      const attempt = (userId: string, one: CodeAttempt) =>
        factors.secondFactors.tryCode(userId, one, 100, used);
      for (const userId of [joe, 'nobody'])
        for (const one of [nothing, { totpStep: 1_000 }, { recoveryHash: codes(1)[0] ?? '' }])
          assert.equal(await attempt(userId, one), 'refused');
      assert.equal(await stateOf(factors, joe), undefined);
      await add(factors, 1, joe);
      assert.equal(await attempt(joe, { totpStep: 1_000 }), 'refused');
      assert.equal((await stateOf(factors, joe))?.failures, 1);
      assert.equal(await attempt(joe, { recoveryHash: codes(2)[0] ?? '' }), 'accepted');
      assert.equal((await audited(store)).length, 2);
    },
  ),

  withFactors(
    'codes: all recovery codes are replaced together, if there is a factor',
    async (factors, joe, store) => {
      const { secondFactors } = factors;
      const anew = context('recovery_codes');
      assert.equal(await secondFactors.replaceRecoveryCodes(joe, codes(4), anew), false);
      assert.equal(await secondFactors.replaceRecoveryCodes('nobody', codes(4), anew), false);
      await enrol(factors, joe);
      assert.equal(await secondFactors.replaceRecoveryCodes(joe, codes(4), anew), true);
      assert.equal((await stateOf(factors, joe))?.recoveryCodes, 10);
      assert.equal(await isRecoveryCode(factors, joe, codes(1)[0] ?? ''), false);
      assert.equal(await isRecoveryCode(factors, joe, codes(4)[9] ?? ''), true);
      assert.deepEqual(await audited(store), [
        `factor_add totp ${joe} -`,
        `recovery_codes ok ${joe} -`,
        `recovery_code_used ok ${joe} -`,
      ]);
    },
  ),

  withFactors(
    'codes: a use races with new recovery codes, and the new ones are complete',
    async (factors, joe) => {
      await enrol(factors, joe);
      for (const set of upTo(6)) {
        const [old = ''] = codes(set + 1);
        const [isUsed] = await Promise.all([
          isRecoveryCode(factors, joe, old),
          factors.secondFactors.replaceRecoveryCodes(joe, codes(set + 2), context('recovery_codes')),
        ]);
        // Whichever came first, the old code is worth nothing now, and the new ones are complete.
        assert.equal(typeof isUsed, 'boolean');
        assert.equal((await stateOf(factors, joe))?.recoveryCodes, 10);
        assert.equal(await isRecoveryCode(factors, joe, old), false);
      }
    },
  ),
];
