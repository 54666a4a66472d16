/** Another server takes over: nothing acknowledged is lost that could be kept, and a server of yesterday is not believed. */

import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Node } from '../support/faults/fleet.ts';
import { sharedScene } from '../support/faults/scene.ts';
import { Trial } from '../support/faults/trial.ts';
import { isFull } from '../support/length.ts';
import type { PostgresServer } from '../support/postgres/server.ts';
import { startStandby } from '../support/postgres/standby.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';

const scene = sharedScene({ nodes: 2, proxies: 'each' });

/** The tests hand the service on: the server that takes over in one is the primary of the next. */
let primary: PostgresServer;

/** Leads nodes to a server, and none to the one before, like a proxy that checks which server is the primary. */
function lead(proxies: readonly (TestProxy | undefined)[], { port }: PostgresServer): void {
  for (const proxy of proxies) {
    proxy?.retarget(port);
    proxy?.cut();
  }
}

test('N7: a synchronous standby falls silent: nothing is acknowledged, and what was is there when it takes over', async () => {
  const lastingMs = isFull ? 10_000 : 2_400;
  const { nodes, server, proxies } = scene();
  const line = await startProxy(server.port);
  const standby = await startStandby(server, { synchronous: true, primaryPort: line.port });
  const trial = await new Trial(nodes).warm();
  const guests = await trial.guests();
  const fault = trial.fault();
  line.hang();
  const silentAt = performance.now();
  const isSilent = () => performance.now() - silentAt < lastingMs;
  // A client that is asked to try again does so, and must not hear that there is nothing left to end.
  const leaving = guests.map(async (guest, i) => {
    for (; isSilent(); i += 1) await trial.clients.logout(nodes[i % nodes.length] as Node, guest);
  });
  let cancelled = 0;
  while (isSilent()) {
    await pause(50);
    // At first the limit of the statement ends the wait for the standby, later an operator does.
    if (performance.now() - silentAt < lastingMs - 600) continue;
    const rows = await server.query(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
    );
    cancelled += rows.length;
  }
  const silent = { from: silentAt, until: performance.now() };
  await server.kill();
  // Unconfirmed changes were visible nevertheless, and were lost with the server.
  trial.lose('seen', fault.from);
  line.cut();
  lead(proxies, standby);
  // It is a standby still.
  await trial.away();
  await Promise.all(leaving);
  await standby.promote();
  primary = standby;
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
  expect(trial.acknowledged(silent)).toEqual([]);
  expect(new Set(trial.accepted(silent).map(({ node }) => node)).size).toBe(nodes.length);
  expect(cancelled).toBeGreaterThan(0);
});

test('N7: a primary is killed under load, and its synchronous standby has everything that was acknowledged', async () => {
  const { nodes, proxies } = scene();
  const standby = await startStandby(primary, { synchronous: true });
  const trial = await new Trial(nodes).warm();
  const fault = trial.fault();
  await primary.kill();
  lead(proxies, standby);
  await standby.promote();
  primary = standby;
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
});

test('N7: a demoted primary is not trusted, neither read-only nor restarted as a standby', async () => {
  const { nodes, proxies } = scene();
  const [left, right] = nodes as [Node, Node];
  const demoted = primary;
  const standby = await startStandby(demoted, { synchronous: true });
  const trial = await new Trial(nodes).warm();
  const [leftFault, rightFault] = [trial.fault([left]), trial.fault([right])];
  await demoted.query('ALTER SYSTEM SET default_transaction_read_only = on');
  await demoted.query('SELECT pg_reload_conf()');
  const demotedAt = performance.now();
  await standby.promote();
  primary = standby;
  // One node learns of it; the other goes on asking the server of yesterday.
  lead([proxies[1]], standby);
  await trial.noticed(leftFault, [left]);
  await trial.recovered(rightFault, [right]);
  await pause(isFull ? 5_000 : 500);
  await demoted.stop();
  demoted.becomeStandby();
  await demoted.start();
  await pause(isFull ? 5_000 : 1_000);
  const away = { from: demotedAt + 1_000, until: performance.now() };
  lead([proxies[0]], standby);
  await trial.recovered(leftFault, [left]);
  expect(await trial.end()).toEqual([]);
  const nodesOf = new Set(trial.accepted(away).map(({ node }) => node));
  expect([...nodesOf]).toEqual([right.number]);
});

test('N7: an asynchronous standby takes over: only commits that it had not received are lost', async () => {
  const { nodes, proxies } = scene();
  const line = await startProxy(primary.port);
  const standby = await startStandby(primary, { synchronous: false, primaryPort: line.port });
  const trial = await new Trial(nodes).warm();
  const fault = trial.fault();
  line.hang();
  const cutAt = performance.now();
  const afterCut = () => trial.acknowledged({ from: cutAt, until: performance.now() });
  await pause(isFull ? 3_000 : 300);
  await expect.poll(() => afterCut().some(({ kind }) => kind === 'register'), { timeout: 10_000 }).toBe(true);
  await primary.kill();
  // A commit may be acknowledged before it is on its way to the standby.
  trial.lose('acknowledged', cutAt - 250);
  const killedAt = performance.now();
  lead(proxies, standby);
  await standby.promote();
  primary = standby;
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
  // The loss is real: operators have to know of it.
  const { record } = trial.clients;
  const isGone = (name?: string) =>
    record.some((one) => one.kind === 'login' && one.name === name && one.outcome === 'refused');
  const lost = trial.acknowledged({ from: 0, until: killedAt }).filter(({ name }) => name && isGone(name));
  expect(lost.length).toBeGreaterThan(0);
  trial.measured('the oldest loss was acknowledged before the kill by', killedAt - Number(lost[0]?.endedAt));
});
