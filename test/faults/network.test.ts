/** The way to the database is slow or silent: what can be answered is, the rest is 503, and nothing arrives at the wrong place. */

import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Node } from '../support/faults/fleet.ts';
import { sharedScene } from '../support/faults/scene.ts';
import { Trial } from '../support/faults/trial.ts';
import { isFull } from '../support/length.ts';

const scene = sharedScene({ nodes: 2, proxies: 'each' });

/** How long the fault lasts. */
const lastingMs = isFull ? 10_000 : 2_500;

test.each(['arrives late', 'is lost'] as const)(
  'N2: one node falls silent, and what was under way %s: it refuses what ended on the other after a second',
  async (what) => {
    const { nodes, proxies } = scene();
    const [silent, other] = nodes as [Node, Node];
    const trial = await new Trial(nodes).warm();
    const guests = await trial.guests();
    const fault = trial.fault([silent]);
    proxies[0]?.hang();
    const ends = await Promise.all(guests.map((guest) => trial.clients.logout(other, guest)));
    expect(ends.map(({ outcome }) => outcome)).toEqual(guests.map(() => 'done'));
    const looks = guests.map(async (guest) => {
      while (performance.now() - fault.from < lastingMs) await trial.clients.check(silent, guest);
    });
    await trial.noticed(fault, [silent]);
    await Promise.all(looks);
    if (what === 'is lost') proxies[0]?.cut();
    proxies[0]?.resume();
    await trial.recovered(fault);
    expect(await trial.end()).toEqual([]);
  },
);

test('N6: a node falls silent in the middle of a registration: its name is free for others within five seconds', async () => {
  const { nodes, proxies } = scene();
  const [silent, other] = nodes as [Node, Node];
  const trial = await new Trial(nodes).warm();
  const { clients } = trial;
  const owner = clients.person();
  const fault = trial.fault();
  const isTaking = new Set<object>();
  const hasTaken = new Set<object>();
  const isHeld = new Promise<number>((resolve) => {
    proxies[0]?.judge(({ from, type, text }, connection) => {
      if (from === 'server') return 'pass';
      if (type === 'B' && isTaking.has(connection) && text.includes(owner.name)) hasTaken.add(connection);
      if (type === 'P' && text.includes('INSERT INTO auth')) isTaking.add(connection);
      else if (type === 'P') isTaking.delete(connection);
      if (!text.startsWith('COMMIT') || !hasTaken.has(connection)) return 'pass';
      resolve(performance.now());
      return 'hang';
    });
  });
  const first = clients.register(silent, owner);
  const heldAt = await isHeld;
  while ((await clients.register(other, owner)).outcome !== 'done') await pause(50);
  trial.measured('the name was free after', performance.now() - heldAt, 5_000);
  expect(await first).toMatchObject({ outcome: 'unavailable' });
  proxies[0]?.judge();
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
});

test('N6: an answer takes 200 ms longer: everything works, if slowly', async () => {
  const { nodes, proxies } = scene();
  const trial = await new Trial(nodes).warm();
  for (const proxy of proxies) proxy.delay(100);
  await pause(lastingMs);
  for (const proxy of proxies) proxy.delay(0);
  expect(await trial.end()).toEqual([]);
});

test('N6: an answer takes 2 s longer: it is not waited for, and its connection is not used again', async () => {
  const { nodes, proxies } = scene();
  const trial = await new Trial(nodes).warm();
  const fault = trial.fault();
  for (const proxy of proxies) proxy.delay(1_000);
  await trial.noticed(fault);
  await pause(lastingMs - (performance.now() - fault.from));
  for (const proxy of proxies) proxy.delay(0);
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
});
