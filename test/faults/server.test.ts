/** The database goes away and comes back: nothing acknowledged is lost, no live session is refused, and it works again by itself. */

import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Node } from '../support/faults/fleet.ts';
import { sharedScene } from '../support/faults/scene.ts';
import { Trial } from '../support/faults/trial.ts';
import { isFull } from '../support/length.ts';
import { within } from '../support/process.ts';

const scene = sharedScene({ nodes: 2, server: { max_connections: '40' } });

/** How long the database stands still. */
const stillMs = isFull ? 10_000 : 3_000;

test.each(['fast', 'immediate'] as const)(
  'N6: PostgreSQL is restarted (%s): 503 and never 401 meanwhile, and everything acknowledged is kept',
  async (mode) => {
    const { nodes, server } = scene();
    const trial = await new Trial(nodes).warm();
    const fault = trial.fault();
    await server.stop(mode);
    await trial.noticed(fault);
    await server.start();
    await trial.recovered(fault);
    expect(await trial.end()).toEqual([]);
  },
);

test('N6: PostgreSQL is frozen: no session is accepted from memory for longer than a second', async () => {
  const { nodes, server } = scene();
  const trial = await new Trial(nodes).warm();
  const fault = trial.fault();
  await server.freeze();
  const frozenAt = performance.now();
  await trial.noticed(fault);
  await pause(stillMs - (performance.now() - frozenAt));
  const thawedAt = performance.now();
  server.thaw();
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
  expect(trial.accepted({ from: frozenAt + 1_000, until: thawedAt })).toEqual([]);
});

test('N6: a node is stopped while PostgreSQL is frozen: it ends in time, and loses nothing it acknowledged', async () => {
  const { nodes, server } = scene();
  const [node] = nodes as [Node, Node];
  const trial = await new Trial(nodes).warm();
  const fault = trial.fault();
  await server.freeze();
  const down = trial.down(node, 'stopped');
  expect(await within(15_000, node.process.stop(), 'the node to end')).toEqual({ code: 0, signal: null });
  server.thaw();
  await node.start();
  trial.up(down);
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
});

test('N6: all connections of the nodes are terminated at once, and they make new ones', async () => {
  const { nodes, server, database } = scene();
  const trial = await new Trial(nodes).warm();
  const fault = trial.fault();
  await server.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
});

test('N6: another client takes every connection that is left: the nodes go on with theirs', async () => {
  const { nodes, server } = scene();
  const trial = await new Trial(nodes).warm();
  const greedy = await takeAll(server.url());
  const people = Array.from({ length: 30 }, () => trial.clients.person());
  await Promise.all(people.flatMap((owner) => nodes.map((node) => trial.clients.register(node, owner))));
  expect(await trial.end()).toEqual([]);
  for (const client of greedy) await client.end();
});

test('N6: another client takes every connection, those of the nodes too, and gives them back', async () => {
  const { nodes, server, database } = scene();
  const trial = await new Trial(nodes).warm();
  const fault = trial.fault();
  const ofNodes = (sql: string) =>
    server.query(`SELECT ${sql} FROM pg_stat_activity WHERE datname = $1`, [database]);
  // Held for a moment, or they would be back before others come.
  for (const node of nodes) node.process.child.kill('SIGSTOP');
  await ofNodes('pg_terminate_backend(pid)');
  await expect.poll(() => ofNodes('pid')).toEqual([]);
  const greedy = await takeAll(server.url());
  for (const node of nodes) node.process.child.kill('SIGCONT');
  await trial.away();
  for (const client of greedy) await client.end();
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
});

/** Connects until the server accepts no further connection. */
async function takeAll(url: string): Promise<Client[]> {
  const taken: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      expect((error as { code?: string }).code).toBe('53300');
      return taken;
    }
    onTestFinished(() => client.end().catch(() => {}));
    taken.push(client);
  }
}
