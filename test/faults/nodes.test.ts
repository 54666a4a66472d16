/** Nodes are killed, restarted and raced through: the others do not notice, and what was acknowledged is kept. */

import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Node } from '../support/faults/fleet.ts';
import { sharedScene } from '../support/faults/scene.ts';
import { Trial } from '../support/faults/trial.ts';
import { isFull } from '../support/length.ts';

const scene = sharedScene({ nodes: 3 });

test('N7: a node is killed under load: the others answer everything, and what it acknowledged is kept', async () => {
  const { nodes } = scene();
  const trial = await new Trial(nodes).warm();
  for (const node of isFull ? nodes : nodes.slice(0, 1)) {
    const down = trial.down(node, 'killed');
    await node.process.stop('SIGKILL');
    await node.start();
    trial.up(down);
    await pause(200);
  }
  expect(await trial.end()).toEqual([]);
});

test('N1: all nodes are restarted one by one under load: no request fails that a node has begun to read', async () => {
  const { nodes } = scene();
  const trial = await new Trial(nodes).warm();
  for (const node of nodes) {
    const down = trial.down(node, 'stopped');
    expect(await node.process.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    await node.start();
    trial.up(down);
    await pause(200);
  }
  expect(await trial.end()).toEqual([]);
});

test('N2: a node that was frozen does not accept a session that ended on another meanwhile', async () => {
  const { nodes } = scene();
  const [still, other] = nodes as [Node, Node, Node];
  const trial = await new Trial(nodes).warm();
  const guests = await trial.guests();
  const fault = trial.fault([still]);
  still.process.child.kill('SIGSTOP');
  await Promise.all(guests.map((guest) => trial.clients.logout(other, guest)));
  await pause(isFull ? 10_000 : 1_200);
  const looks = guests.map((guest) => trial.clients.check(still, guest));
  still.process.child.kill('SIGCONT');
  await Promise.all(looks);
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
});

test('N1: a hundred register one name through three nodes at once, and one of them gets it', async () => {
  const { nodes } = scene();
  const trial = new Trial(nodes, { writers: 0, checkers: 0 });
  // A rush is more than a slow machine may be able to take at once: a refused client tries again.
  const rush = trial.fault();
  for (let round = 0; round < (isFull ? 20 : 3); round += 1) {
    const owner = trial.clients.person();
    const register = async (node: Node): Promise<string> => {
      const { outcome } = await trial.clients.register(node, owner);
      return outcome === 'unavailable' ? register(node) : outcome;
    };
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, i) => register(nodes[i % nodes.length] as Node)),
    );
    expect(outcomes.toSorted()).toEqual(['done', ...Array(99).fill('taken')]);
  }
  await trial.recovered(rush);
  expect(await trial.end()).toEqual([]);
});
