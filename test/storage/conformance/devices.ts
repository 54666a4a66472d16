/** Cases for known devices: news once, known per user, until they are swept. */

import assert from 'node:assert/strict';
import type { DeviceStore } from '../../../src/storage/port/port.ts';
import { account, type ConformanceCase, hex, upTo } from './case.ts';
import { ofJoe } from './sessions.ts';

/** Whether the owner of a name signed in on device n since an instant. */
async function isKnown(devices: DeviceStore, n: number, canonical: string, since: number): Promise<boolean> {
  return (await devices.findKnown(canonical, [hex(n)], since)) === hex(n);
}

export const deviceCases: readonly ConformanceCase[] = [
  ofJoe('devices: those of one user are read page by page', async ({ devices }, joe) => {
    const hashes = upTo(7).map((n) => n.toString(16).padStart(64, 'a'));
    for (const hash of hashes.toReversed()) await devices.remember(hash, joe, 1_000);
    assert.deepEqual(await devices.ofUser(joe, '', 3), hashes.slice(0, 3));
    assert.deepEqual(await devices.ofUser(joe, hashes[2] ?? '', 3), hashes.slice(3, 6));
    assert.deepEqual(await devices.ofUser(joe, hashes[5] ?? '', 3), hashes.slice(6));
    assert.deepEqual(await devices.ofUser('nobody', '', 3), []);
  }),

  ofJoe('devices: a device is new to a user once', async (store, joe) => {
    await store.accounts.create(account('ann'));
    assert.equal(await store.devices.any(joe), false);
    assert.equal(await store.devices.remember(hex(1), joe, 1_000), 'new');
    assert.equal(await store.devices.remember(hex(1), joe, 2_000), 'known');
    assert.equal(await store.devices.remember(hex(2), joe, 2_000), 'new');
    assert.equal(await store.devices.any('id-of-ann'), false);
    assert.equal(await store.devices.remember(hex(1), 'id-of-ann', 2_000), 'new');
    assert.equal(await store.devices.any(joe), true);
  }),

  ofJoe('devices: one is known since its last use', async ({ devices }, joe) => {
    await devices.remember(hex(1), joe, 1_000);
    assert.equal(await isKnown(devices, 1, 'joe', 1_000), true);
    assert.equal(await isKnown(devices, 1, 'joe', 1_001), false);
    assert.equal(await isKnown(devices, 2, 'joe', 0), false);
    assert.equal(await isKnown(devices, 1, 'ann', 0), false);
    await devices.remember(hex(1), joe, 3_000);
    await devices.remember(hex(1), joe, 2_000);
    assert.equal(await isKnown(devices, 1, 'joe', 3_000), true, 'an earlier use gives way to a later one');
  }),

  ofJoe('devices: the first known one is found by the name of its owner', async (store, joe) => {
    const { accounts, devices } = store;
    await accounts.create(account('ann'));
    await devices.remember(hex(1), joe, 1_000);
    await devices.remember(hex(2), joe, 2_000);
    await devices.remember(hex(3), 'id-of-ann', 1_000);
    assert.equal(await devices.findKnown('joe', [hex(1)], 1_000), hex(1));
    assert.equal(await devices.findKnown('joe', [hex(1)], 1_001), undefined);
    assert.equal(await devices.findKnown('joe', [hex(2), hex(1)], 0), hex(2));
    assert.equal(await devices.findKnown('joe', [hex(9), hex(3), hex(1), hex(2)], 0), hex(1));
    const many = [...upTo(7).map((n) => hex(n + 10)), hex(2)];
    assert.equal(await devices.findKnown('joe', many, 0), hex(2));
    assert.equal(await devices.findKnown('joe', [], 0), undefined);
    assert.equal(await devices.findKnown('joe', [hex(3)], 0), undefined);
    for (const name of ['JOE', 'nobody', '', joe, 'joe\0', 'joe\uD800', "'"]) {
      assert.equal(await devices.findKnown(name, [hex(1), hex(2)], 0), undefined, JSON.stringify(name));
    }
  }),

  ofJoe(
    'devices: of many concurrent logins on one device exactly one finds it new',
    async ({ devices }, joe) => {
      const outcomes = await Promise.all(upTo(20).map(() => devices.remember(hex(1), joe, 1_000)));
      assert.equal(outcomes.filter((outcome) => outcome === 'new').length, 1);
    },
  ),

  ofJoe('devices: of a user with too many those used least recently are forgotten', async (store, joe) => {
    const { devices } = store;
    await store.accounts.create(account('ann'));
    await devices.remember(hex(50), 'id-of-ann', 1);
    const known = async (numbers: readonly number[]) => {
      const found = await Promise.all(numbers.map((n) => isKnown(devices, n, 'joe', 0)));
      return numbers.filter((_, index) => found[index]);
    };
    for (const n of upTo(5)) await devices.remember(hex(n), joe, 1_000 + n, 3);
    assert.deepEqual(await known(upTo(5)), [2, 3, 4]);
    // One that is used again stays, and one that is new stays even if others were used later.
    assert.equal(await devices.remember(hex(2), joe, 2_000, 3), 'known');
    assert.equal(await devices.remember(hex(5), joe, 500, 3), 'new');
    assert.deepEqual(await known(upTo(6)), [2, 4, 5]);
    // Without a bound all stay; a bound that comes later holds at once.
    for (const n of upTo(9)) await devices.remember(hex(n + 10), joe, 3_000 + n);
    assert.equal((await known(upTo(20))).length, 12);
    await devices.remember(hex(30), joe, 4_000, 1);
    assert.deepEqual(await known(upTo(40)), [30]);
    assert.equal(await isKnown(devices, 50, 'ann', 0), true);
  }),

  ofJoe('devices: many at once under a bound do not wait for each other', async ({ devices }, joe) => {
    await Promise.all(upTo(30).map((n) => devices.remember(hex(n), joe, 1_000 + n, 3)));
    await devices.remember(hex(99), joe, 5_000, 3);
    const left = await Promise.all(upTo(30).map((n) => isKnown(devices, n, 'joe', 0)));
    assert.equal(left.filter(Boolean).length, 2);
  }),

  ofJoe('devices: no device is kept for a user who does not exist', async ({ devices }) => {
    assert.equal(await devices.remember(hex(1), 'nobody', 1_000), 'known', 'no new device');
    assert.equal(await isKnown(devices, 1, 'nobody', 0), false);
    assert.equal(await devices.any('nobody'), false);
  }),

  ofJoe(
    'devices: a sweep removes those unused for long, in batches, and counts exactly',
    async (store, joe) => {
      const { devices } = store;
      await Promise.all(upTo(5).map((n) => devices.remember(hex(n), joe, 1_000 + n)));
      assert.equal(await devices.sweep(1_000, 9), 0);
      assert.equal(await devices.sweep(1_004, 3), 3);
      assert.equal(await devices.sweep(1_004, 3), 1);
      assert.equal(await devices.sweep(1_004, 3), 0);
      assert.equal(await isKnown(devices, 4, 'joe', 0), true);
      assert.equal(await devices.remember(hex(0), joe, 2_000), 'new');
    },
  ),
];
