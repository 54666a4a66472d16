/** The proxies of the documentation, in front of two real nodes: one of them is killed, and requests go on. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deploy } from '../support/deployed.ts';
import { blocks } from '../support/docs.ts';
import { queryAt } from '../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startProcess, type TestProcess } from '../support/process.ts';
import { assertInstalled, type Client } from '../support/reverse-proxies.ts';
import { temporaryFolder } from '../support/server.ts';

const password = 'supersecure';

/** Two nodes on one database, and what they are called in the documentation. */
async function twoNodes() {
  const server = await sharedPostgres();
  const settings = { DATABASE_URL: await server.createDatabase(), GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' };
  const nodes = [await startProcess(settings), await startProcess(settings)] as const;
  const [one, other] = nodes.map(({ url }) => new URL(url).host);
  const spoil = () => queryAt(settings.DATABASE_URL, ['ALTER TABLE mails RENAME TO gone']);
  return { nodes, spoil, hosts: { '10.0.0.11:3000': String(one), '10.0.0.12:3000': String(other) } };
}

/** A person registers, is signed in on both nodes, and stays so when one of them dies. */
async function survives({ ask }: Client, nodes: readonly TestProcess[]): Promise<void> {
  const person = { email: 'ada@example.com', password };
  const registered = await ask('POST', '/auth/register', person);
  expect(registered.status).toBe(201);
  const session = { 'x-session-id': JSON.parse(registered.text).session_id };
  const sessions = await ask('GET', '/auth/sessions', undefined, session);
  // The address of the client, which the proxy passes on, and not its own.
  expect(JSON.parse(sessions.text).sessions).toMatchObject([{ network: '127.0.0.9' }]);
  const check = async () => (await ask('GET', '/auth/session', undefined, session)).status;
  const rounds = async () => {
    const statuses = [];
    for (let i = 0; i < 20; i += 1) statuses.push(await check());
    for (let i = 0; i < 6; i += 1) statuses.push((await ask('POST', '/auth/login', person)).status);
    return statuses.filter((status) => status !== 200);
  };
  expect(await rounds()).toEqual([]);
  await nodes[0]?.stop('SIGKILL');
  expect(await rounds()).toEqual([]);
}

test.for(['nginx', 'caddy'] as const)(
  '%s: requests go on when a node is killed, as deploy/ sets it up',
  async (program, context) => {
    const { nodes, hosts } = await twoNodes();
    const { client } = await deploy(context, program, { name: 'two-nodes', hosts });
    await survives(client, nodes);
  },
);

test('G9, Caddy: while no node is ready it answers 503 at once', async (context) => {
  const { hosts, spoil } = await twoNodes();
  const { client } = await deploy(context, 'caddy', { name: 'two-nodes', hosts });
  await spoil();
  await expect.poll(async () => (await client.ask('GET', '/auth/session')).status).toBe(503);
  const askedAt = performance.now();
  expect(await client.ask('POST', '/auth/login', {})).toMatchObject({ status: 503, text: '' });
  expect(performance.now() - askedAt).toBeLessThan(2_000);
});

test('HAProxy: requests go on when a node is killed, and reach the others when no node is ready', async (context) => {
  const { nodes, hosts, spoil } = await twoNodes();
  const { client } = await deploy(context, 'haproxy', { name: 'two-nodes', hosts });
  await survives(client, nodes);
  await spoil();
  // Two health checks later it has seen that no node is left.
  await sleep(2_500);
  const { status, text } = await client.ask('GET', '/readyz');
  expect([status, text]).toEqual([503, expect.stringContaining('"status"')]);
});

test('HAProxy reads the configuration before the database', (context) => {
  assertInstalled(context, 'haproxy');
  const file = join(temporaryFolder(), 'haproxy.cfg');
  const text = blocks('docs/scale.md', 'haproxy').find((one) => one.includes('/primary')) ?? '';
  writeFileSync(file, text);
  const { status, stderr } = spawnSync('haproxy', ['-c', '-f', file], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('ALERT')]);
});
