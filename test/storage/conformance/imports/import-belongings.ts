/** Cases for what comes with an imported account: second factors, devices and trusted browsers. */

import assert from 'node:assert/strict';
import { assertRow, type ConformanceCase, context, hex, upTo } from '../case.ts';
import { browserToken, passkey, stateOf } from '../factors/factor-case.ts';
import { imported, ownFactors, withImports, write } from './import-case.ts';

export const importedBelongingCases: readonly ConformanceCase[] = [
  withImports(
    'import: second factors, devices and trusted browsers come along, once',
    async (imports, store) => {
      const { userId: _, purpose, ...browser } = browserToken(1, null, { details: { device: 'Firefox' } });
      const whole = imported('joe', {
        factors: ownFactors(1),
        devices: upTo(3).map((n) => ({ deviceHash: hex(n), lastUsedAt: 900 + n })),
        trustedBrowsers: [{ ...browser, tokenHash: hex(1) }],
      });
      await write(imports, [whole, imported('ann', { factors: ownFactors(2, { passkeys: [] }) })]);
      const factors = await store.factors();
      assertRow(await stateOf(factors, 'id-of-joe'), {
        since: 600,
        totp: { sealed: 'v1.key.sealed 1', lastStep: 70, enrolledAt: 700 },
        failures: 3,
        recoveryCodes: 10,
        passkeys: 1,
      });
      assertRow(await factors.passkeys.find('credential-1'), passkey(1, 'id-of-joe'));
      assert.deepEqual(await store.devices.ofUser('id-of-joe', '', 9), upTo(3).map(hex));
      assertRow(await store.browserTokens.find([hex(1)], 'trusted_browser'), {
        ...browser,
        purpose,
        userId: 'id-of-joe',
      });
      assert.equal((await stateOf(factors, 'id-of-ann'))?.passkeys, 0);
      assert.equal((await store.accounts.findCredential('ann'))?.hasSecondFactor, true);
      await factors.secondFactors.removeAll('id-of-ann', context('factor_remove'));
      await write(imports, [whole, imported('ann', { factors: ownFactors(2) })]);
      assert.equal(await stateOf(factors, 'id-of-ann'), undefined);
    },
  ),

  withImports(
    'import: a passkey that another account has is left out, and a handle that exists is made anew',
    async (imports, store) => {
      const { userId: _, purpose: __, ...browser } = browserToken(1, null);
      const both = (tokenHash: string) => ({
        factors: ownFactors(1, { totp: null }),
        trustedBrowsers: [{ ...browser, tokenHash }],
      });
      await write(imports, [imported('joe', both(hex(1))), imported('ann', both(hex(2)))]);
      const factors = await store.factors();
      assert.equal((await factors.passkeys.find('credential-1'))?.userId, 'id-of-joe');
      // Without any factor there is no row that says that there is one.
      assert.equal(await stateOf(factors, 'id-of-ann'), undefined);
      assert.equal((await store.accounts.findCredential('ann'))?.hasSecondFactor, false);
      const found = await Promise.all(
        [1, 2].map((n) => store.browserTokens.find([hex(n)], 'trusted_browser')),
      );
      assert.deepEqual(
        found.map((one) => one?.userId),
        ['id-of-joe', 'id-of-ann'],
      );
      assert.equal(found[0]?.handle, 'token-1');
      assert.match(found[1]?.handle ?? '', /^[a-z0-9]{16}$/);
    },
  ),
];
