/** Devices: known for the accounts that were used on them, for a year, and for no others. */

import { expect, test } from 'vitest';
import { type DeviceClaim, Devices, knownForMs } from '../../src/concepts/devices.ts';
import { makeAccount, openStore, otherConnection } from '../support/sqlite.ts';

const start = 1_700_000_000_000;

/** Devices over a real store with the users joe and ann. */
async function openDevices() {
  const store = openStore();
  for (const name of ['joe', 'ann', 'bob', 'eve', 'zoe']) await makeAccount(store, name);
  return { devices: new Devices(store.devices), file: store.file, store };
}

const carrying = (...deviceIds: string[]): DeviceClaim => ({ deviceIds, network: '192.0.2.1', device: '' });

/** Remembers a client for a user as a login does: looked up by the name of the account, and then noted. */
async function signIn(devices: Devices, name: string, claim: DeviceClaim, now: number) {
  return devices.remember(name, claim, await devices.knownFor(name, claim, now), now);
}

/** What a client says for itself that has no place for ids. */
const bare = (network: string, device = ''): DeviceClaim => ({ deviceIds: undefined, network, device });

test('principle: a device is known for the account that was used on it, and for no other, for a year', async () => {
  const { devices } = await openDevices();
  const { ids } = await signIn(devices, 'joe', carrying(), start);
  const [id] = ids;
  expect(id).toMatch(/^[a-z0-9]{26}$/);
  const known = (userId: string, now: number) => devices.knownFor(userId, carrying(...ids), now);
  expect(await known('joe', start + knownForMs)).toBe(id);
  expect(await known('joe', start + knownForMs + 1)).toBeUndefined();
  expect(await known('ann', start)).toBeUndefined();
});

test('an id that was not handed out for the account makes nothing known, and is kept beside the new one', async () => {
  const { devices } = await openDevices();
  const planted = 'a'.repeat(26);
  const { ids } = await signIn(devices, 'joe', carrying(planted), start);
  expect(ids).toHaveLength(2);
  expect(ids[1]).toBe(planted);
  expect(await devices.knownFor('joe', carrying(planted), start)).toBeUndefined();
  expect(await devices.knownFor('joe', carrying(...ids), start)).toBe(ids[0]);
});

test('a browser carries the ids of the last four who shared it', async () => {
  const { devices } = await openDevices();
  let ids: readonly string[] = [];
  for (const name of ['joe', 'ann', 'bob', 'eve', 'zoe']) {
    ids = (await signIn(devices, name, carrying(...ids), start)).ids;
  }
  expect(ids).toHaveLength(4);
  expect(await devices.knownFor('joe', carrying(...ids), start)).toBeUndefined();
  expect(await devices.knownFor('zoe', carrying(...ids), start)).toBe(ids[0]);
  expect((await signIn(devices, 'ann', carrying(...ids), start)).ids).toEqual(ids);
});

test('eight ids are looked at and not nine; four are carried on, the known one among them', async () => {
  const { devices } = await openDevices();
  const { ids } = await signIn(devices, 'joe', carrying(), start);
  const madeUp = (count: number) => Array.from({ length: count }, (_, n) => String(n).repeat(26));
  const known = async (claim: DeviceClaim) => [
    await devices.knownFor('joe', claim, start),
    await devices.knownFor('joe', claim, start),
  ];
  expect(await known(carrying(...madeUp(8), ...ids))).toEqual([undefined, undefined]);
  expect(await known(carrying(...madeUp(7), ...ids))).toEqual([ids[0], ids[0]]);
  const again = await signIn(devices, 'joe', carrying(...madeUp(7), ...ids), start);
  expect(again).toEqual({ ids: [ids[0], ...madeUp(3)], isNews: false });
});

test('a device is known by the name of the account too; without ids there is nothing to ask', async () => {
  const { devices } = await openDevices();
  const { ids } = await signIn(devices, 'joe', carrying(), start);
  expect(await devices.knownFor('joe', carrying(...ids), start + knownForMs)).toBe(ids[0]);
  expect(await devices.knownFor('joe', carrying(...ids), start + knownForMs + 1)).toBeUndefined();
  expect(await devices.knownFor('ann', carrying(...ids), start)).toBeUndefined();
  expect(await devices.knownFor('nobody', carrying(...ids), start)).toBeUndefined();
  expect(await devices.knownFor('joe', carrying(), start)).toBeUndefined();
  expect(await devices.knownFor('joe', bare('192.0.2.1'), start)).toBeUndefined();
});

test('a new device is reported if the account had another, and only the first time', async () => {
  const { devices } = await openDevices();
  const first = await signIn(devices, 'joe', carrying(), start);
  expect(first.isNews).toBe(false);
  expect((await signIn(devices, 'joe', carrying(...first.ids), start)).isNews).toBe(false);
  // One that keeps no ids looks the same as before; one that looks different is another one.
  expect((await signIn(devices, 'joe', carrying(), start)).isNews).toBe(false);
  const elsewhere = { ...carrying(), network: '192.0.2.2' };
  expect((await signIn(devices, 'joe', elsewhere, start)).isNews).toBe(true);
  expect((await signIn(devices, 'joe', elsewhere, start)).isNews).toBe(false);
});

test('a client without cookies is recognised by network and name, and gets no separate count', async () => {
  const { devices } = await openDevices();
  expect(await signIn(devices, 'joe', bare('192.0.2.1'), start)).toEqual({ ids: [], isNews: false });
  expect((await signIn(devices, 'joe', bare('192.0.2.1'), start)).isNews).toBe(false);
  expect((await signIn(devices, 'joe', bare('192.0.2.2'), start)).isNews).toBe(true);
  expect((await signIn(devices, 'joe', bare('192.0.2.1', 'curl'), start)).isNews).toBe(true);
  expect(await devices.knownFor('joe', bare('192.0.2.1'), start)).toBeUndefined();
});

test('fifty devices of one user are kept, and the one used least recently is removed for a new one', async () => {
  const { devices } = await openDevices();
  const first = await signIn(devices, 'joe', carrying(), start);
  const second = await signIn(devices, 'joe', carrying(), start + 1);
  // With the ids of recognised clients these are three.
  for (let n = 0; n < 47; n += 1) await signIn(devices, 'joe', carrying(), start + 2);
  expect(await devices.knownFor('joe', carrying(...first.ids), start)).toBe(first.ids[0]);
  const last = await signIn(devices, 'joe', carrying(), start + 3);
  expect(await devices.knownFor('joe', carrying(...first.ids), start)).toBeUndefined();
  for (const { ids } of [second, last])
    expect(await devices.knownFor('joe', carrying(...ids), start)).toBe(ids[0]);
});

test('only digests are kept, and a sweep forgets what was not used for a year, in small steps', async () => {
  const { devices, file, store } = await openDevices();
  const kept = () => otherConnection(file).prepare('SELECT hex(device_hash) AS hash FROM devices').all();
  const names = Array.from({ length: 5 }, (_, n) => `user${n}`);
  for (const name of names) await makeAccount(store, name);
  const logins = Array.from({ length: 245 }, (_, n) =>
    signIn(devices, names[n % 5] ?? '', carrying(), start),
  );
  const ids = (await Promise.all(logins)).flatMap((remembered) => remembered.ids);
  const later = await signIn(devices, 'ann', carrying(), start + 1);
  for (const { hash } of kept()) expect(hash).toMatch(/^[0-9A-F]{64}$/);
  expect(JSON.stringify(kept()).toLowerCase()).not.toContain(ids[0]);
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
  };
  await devices.sweep(start + knownForMs, pause);
  // Each of the five has one more for the looks of its client, and ann has two.
  expect([kept().length, pauses]).toEqual([252, 0]);
  await devices.sweep(start + knownForMs + 1, pause);
  expect([kept().length, pauses]).toEqual([2, 1]);
  expect(await devices.knownFor('ann', carrying(...later.ids), start)).toBe(later.ids[0]);
});
