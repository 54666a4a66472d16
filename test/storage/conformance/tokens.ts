/** Cases for single-use tokens: good once, for one purpose, until they are swept. */

import assert from 'node:assert/strict';
import { clockSlackMs, type Token } from '../../../src/storage/port/port.ts';
import { assertRow, type ConformanceCase, hex, upTo } from './case.ts';
import { ofJoe } from './sessions.ts';

function token(userId: string, changes: Partial<Token> = {}): Token {
  return { userId, purpose: 'reset_password', email: 'Joe@Example.com', expiresAt: 5_000, ...changes };
}

export const tokenCases: readonly ConformanceCase[] = [
  ofJoe('tokens: one is taken once, as it was kept', async ({ tokens }, joe) => {
    await tokens.insert(hex(1), token(joe));
    assert.equal(await tokens.take(hex(2), 'reset_password'), undefined);
    assertRow(await tokens.take(hex(1), 'reset_password'), token(joe));
    assert.equal(await tokens.take(hex(1), 'reset_password'), undefined);
  }),

  ofJoe('tokens: a token that was read is still valid', async ({ tokens }, joe) => {
    await tokens.insert(hex(1), token(joe));
    assert.equal(await tokens.find(hex(2), 'reset_password'), undefined);
    assert.equal(await tokens.find(hex(1), 'verify_email'), undefined);
    assertRow(await tokens.find(hex(1), 'reset_password'), token(joe));
    assertRow(await tokens.take(hex(1), 'reset_password'), token(joe));
    assert.equal(await tokens.find(hex(1), 'reset_password'), undefined);
  }),

  ofJoe('tokens: a token for another purpose is refused, and stays valid', async ({ tokens }, joe) => {
    await tokens.insert(hex(1), token(joe));
    assert.equal(await tokens.take(hex(1), 'verify_email'), undefined);
    assert.equal(await tokens.take(hex(1), 'change_email'), undefined);
    assertRow(await tokens.take(hex(1), 'reset_password'), token(joe));
  }),

  ofJoe('tokens: of many concurrent uses of one exactly one succeeds', async ({ tokens }, joe) => {
    await tokens.insert(hex(1), token(joe));
    const taken = await Promise.all(upTo(20).map(() => tokens.take(hex(1), 'reset_password')));
    assert.equal(taken.filter((one) => one !== undefined).length, 1);
  }),

  ofJoe('tokens: none for a user who does not exist, and none twice', async ({ tokens }, joe) => {
    await tokens.insert(hex(1), token('nobody'));
    assert.equal(await tokens.take(hex(1), 'reset_password'), undefined);
    await tokens.insert(hex(2), token(joe));
    await assert.rejects(tokens.insert(hex(2), token(joe, { email: 'other@example.com' })));
    assertRow(await tokens.take(hex(2), 'reset_password'), token(joe));
  }),

  ofJoe('tokens: all of a user for one purpose are removed, and no others', async ({ tokens }, joe) => {
    await tokens.insert(hex(1), token(joe));
    await tokens.insert(hex(2), token(joe));
    await tokens.insert(hex(3), token(joe, { purpose: 'verify_email' }));
    await tokens.removeOfUser('nobody', 'verify_email');
    await tokens.removeOfUser(joe, 'reset_password');
    assert.equal(await tokens.take(hex(1), 'reset_password'), undefined);
    assert.equal(await tokens.take(hex(2), 'reset_password'), undefined);
    assert.equal((await tokens.take(hex(3), 'verify_email'))?.userId, joe);
  }),

  ofJoe(
    'tokens: a sweep removes those that expired, in batches, and counts exactly',
    async ({ tokens }, joe) => {
      await Promise.all(upTo(5).map((n) => tokens.insert(hex(n), token(joe, { expiresAt: 1_000 + n }))));
      assert.equal(await tokens.sweep(999, 9_999, 9), 0);
      assert.equal(await tokens.sweep(1_003, 9_999, 3), 3);
      assert.equal(await tokens.sweep(1_003, 9_999, 3), 1);
      assert.equal(await tokens.sweep(1_003, 9_999, 3), 0);
      assert.equal((await tokens.take(hex(4), 'reset_password'))?.expiresAt, 1_004);
    },
  ),

  ofJoe('tokens: a sweep removes those that expire too late', async ({ tokens }, joe) => {
    await tokens.insert(hex(1), token(joe, { expiresAt: 5_001 }));
    await tokens.insert(hex(2), token(joe, { expiresAt: 5_000 }));
    assert.equal(await tokens.sweep(4_000, 5_000, 9), 1);
    assert.equal((await tokens.take(hex(2), 'reset_password'))?.expiresAt, 5_000);
  }),

  ofJoe('tokens: of those of one purpose and address the newest are kept', async ({ tokens }, joe) => {
    const at = (expiresAt: number) => token(joe, { expiresAt });
    await tokens.insert(hex(1), at(1_000));
    await tokens.insert(hex(2), at(1_002 + clockSlackMs + 1));
    await tokens.insert(hex(3), at(1_001));
    await tokens.insert(hex(4), token(joe, { expiresAt: 1, purpose: 'verify_email' }));
    await tokens.insert(hex(5), token(joe, { expiresAt: 1, email: '' }));
    await tokens.insert(hex(6), at(1_002), 3);
    assert.equal(await tokens.find(hex(2), 'reset_password'), undefined, 'of a wrong clock');
    for (const n of [1, 3, 5, 6]) assert.ok(await tokens.find(hex(n), 'reset_password'), String(n));
    await tokens.insert(hex(7), at(1_003), 3);
    assert.equal(await tokens.find(hex(1), 'reset_password'), undefined, 'the oldest');
    for (const n of [3, 5, 6, 7]) assert.ok(await tokens.find(hex(n), 'reset_password'), String(n));
    assert.ok(await tokens.find(hex(4), 'verify_email'));
    await tokens.insert(hex(8), token('nobody'), 3);
  }),

  ofJoe('tokens: of many that are kept at once as many stay as the limit allows', async ({ tokens }, joe) => {
    await Promise.all(upTo(20).map((n) => tokens.insert(hex(n), token(joe), 3)));
    const found = await Promise.all(upTo(20).map((n) => tokens.find(hex(n), 'reset_password')));
    assert.equal(found.filter(Boolean).length, 3);
  }),
];
