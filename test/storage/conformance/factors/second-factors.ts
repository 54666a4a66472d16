/** Cases for authenticator apps: enrolled once, with recovery codes; and for their secrets, encrypted anew under another key. */

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
import {
  add,
  adding,
  app,
  codes,
  enrol,
  hasFactor,
  isRecoveryCode,
  passkey,
  stateOf,
  withFactors,
} from './factor-case.ts';

export const secondFactorCases: readonly ConformanceCase[] = [
  withFactors('factors: the stores are loaded once', async (factors, _joe, store) => {
    assert.equal(await store.factors(), factors);
  }),

  withFactors(
    'totp: an app is enrolled with ten recovery codes, in one step with its entry',
    async (factors, joe, store) => {
      assert.equal(await stateOf(factors, joe), undefined);
      assert.equal(await hasFactor(store, joe), false);
      assert.equal(await enrol(factors, joe), 'enrolled');
      assert.deepEqual(await stateOf(factors, joe), {
        since: app.at,
        totp: { sealed: app.sealed, lastStep: app.step, enrolledAt: app.at },
        failures: 0,
        recoveryCodes: 10,
        passkeys: 0,
      });
      assert.equal(await hasFactor(store, joe), true);
      assert.equal((await store.accounts.findCredential('joe'))?.hasSecondFactor, true);
      assert.deepEqual(await audited(store), [`factor_add totp ${joe} -`]);
    },
  ),

  withFactors('totp: an app that is enrolled already stays as it is', async (factors, joe, store) => {
    const { secondFactors } = factors;
    await enrol(factors, joe);
    const another = { sealed: 'another', step: 999, at: 9_000 };
    assert.equal(await secondFactors.enrolTotp(joe, another, codes(3), adding('totp')), 'taken');
    const { totp, since, recoveryCodes } = (await stateOf(factors, joe)) ?? {};
    assert.deepEqual([totp?.sealed, since, recoveryCodes], [app.sealed, app.at, 10]);
    assert.equal(await isRecoveryCode(factors, joe, codes(3)[0] ?? ''), false);
    assert.equal(await isRecoveryCode(factors, joe, codes(1)[0] ?? ''), true);
    assert.equal((await audited(store)).length, 2);
  }),

  withFactors(
    'totp: of concurrent enrolments exactly one succeeds, with its own recovery codes',
    async (factors, joe, store) => {
      const enrolled = await Promise.all(
        upTo(10).map((n) =>
          factors.secondFactors.enrolTotp(joe, { ...app, sealed: String(n) }, codes(n + 1), adding('totp')),
        ),
      );
      const first = enrolled.indexOf('enrolled');
      assert.deepEqual(
        enrolled,
        upTo(10).map((n) => (n === first ? 'enrolled' : 'taken')),
      );
      const state = await stateOf(factors, joe);
      assert.deepEqual([state?.totp?.sealed, state?.recoveryCodes], [String(first), 10]);
      assert.equal(await isRecoveryCode(factors, joe, codes(first + 1)[9] ?? ''), true);
      assert.equal((await audited(store)).length, 2);
    },
  ),

  withFactors(
    'totp: nothing is enrolled for a user who does not exist, or is being removed',
    async (factors, joe, store) => {
      assert.equal(await enrol(factors, 'nobody'), 'unknown_account');
      for (const n of upTo(3)) await store.sessions.insert(hex(n), session(n, joe));
      await store.accounts.remove(joe, 1);
      assert.equal(await enrol(factors, joe), 'unknown_account');
      assert.equal(await add(factors, 1, joe), 'unknown_account');
      for (const userId of [joe, 'nobody']) assert.equal(await stateOf(factors, userId), undefined);
      assert.deepEqual(await audited(store), []);
    },
  ),

  withFactors(
    'totp: a new app replaces the recovery codes and begins without failures',
    async (factors, joe) => {
      await add(factors, 1, joe);
      await factors.secondFactors.tryCode(joe, { matches: 'nothing' }, 1, context('x'));
      assert.equal(await enrol(factors, joe, { at: 3_000 }), 'enrolled');
      const { since, failures, recoveryCodes, passkeys } = (await stateOf(factors, joe)) ?? {};
      assert.deepEqual([since, failures, recoveryCodes, passkeys], [2_001, 0, 10, 1]);
      assert.equal(await isRecoveryCode(factors, joe, codes(2)[0] ?? ''), false);
      assert.equal(await isRecoveryCode(factors, joe, codes(1)[0] ?? ''), true);
    },
  ),

  withFactors(
    'secrets: those under another key are found, counted and replaced, each once',
    async (factors, joe, store) => {
      const { secondFactors } = factors;
      const prefix = 'v1.new.';
      const found = async (limit: number) =>
        (await secondFactors.sealedOtherwise(prefix, limit)).map(
          ({ userId, sealed }) => `${userId} ${sealed}`,
        );
      assert.deepEqual({ ...(await secondFactors.countSealed(prefix)) }, { all: 0, otherwise: 0 });
      const secrets = ['v1.old.a', 'v1.new.b', 'v1.newer.c', 'v1.new', 'v1.new.\u007f~', 'v2.new.d'];
      for (const [n, sealed] of secrets.entries()) {
        await store.accounts.create(account(`user${n}`));
        await enrol(factors, `id-of-user${n}`, { sealed });
      }
      await add(factors, 1, joe);
      assert.deepEqual({ ...(await secondFactors.countSealed(prefix)) }, { all: 6, otherwise: 4 });
      const others = [0, 2, 3, 5].map((n) => `id-of-user${n} ${secrets[n]}`);
      assert.deepEqual((await found(9)).toSorted(), others);
      assert.equal((await found(4)).length, 4);
      assert.equal((await found(3)).length, 3);
      assert.equal((await found(1)).length, 1);
      const reseal = (expected: string) => secondFactors.reseal('id-of-user0', expected, 'v1.new.e');
      assert.equal(await reseal('v1.old.b'), false);
      const raced = await Promise.all(upTo(5).map(() => reseal('v1.old.a')));
      assert.equal(raced.filter(Boolean).length, 1);
      assert.equal(await secondFactors.reseal('nobody', 'v1.old.a', 'v1.new.e'), false);
      assert.equal((await stateOf(factors, 'id-of-user0'))?.totp?.sealed, 'v1.new.e');
      assert.deepEqual({ ...(await secondFactors.countSealed(prefix)) }, { all: 6, otherwise: 3 });
    },
  ),

  withFactors(
    'factors: of first ones at once exactly one is added, and none later; any number without that condition',
    async (factors, joe, store) => {
      const { passkeys, secondFactors } = factors;
      const addFirst = (n: number) => passkeys.add(passkey(n, joe), codes(n), 20, adding('passkey'), true);
      const totp = { sealed: 'v1.key.first', step: 1, at: 2_000 };
      const enrolFirst = (n: number) => secondFactors.enrolTotp(joe, totp, codes(n), adding('totp'), true);
      const outcomes = await Promise.all(upTo(8).map((n) => (n === 4 ? enrolFirst(n) : addFirst(n))));
      const winners = upTo(8).filter((_n, at) => ['added', 'enrolled'].includes(String(outcomes[at])));
      assert.equal(winners.length, 1);
      assert.equal(outcomes.filter((outcome) => outcome === 'not_first' || outcome === 'taken').length, 7);
      assert.equal((await audited(store)).length, 1);
      for (const n of winners) {
        const [code = ''] = codes(n);
        assert.equal(await isRecoveryCode(factors, joe, code), true);
      }
      assert.equal(await addFirst(9), 'not_first');
      assert.equal(await passkeys.add(passkey(9, joe), codes(9), 20, adding('passkey')), 'added');
      await assertIntact(store, 3);
    },
  ),
];
