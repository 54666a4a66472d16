/** Two nodes behind each proxy of `deploy/` are restarted one after the other under load, and no request fails. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deploy, type Program } from '../support/deployed.ts';
import { freePort } from '../support/port.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startProcess, type TestProcess } from '../support/process.ts';
import { type Client, clientOf } from '../support/reverse-proxies.ts';

const person = { email: 'ada@example.com', password: 'strongpassword' };

/** Clients that check a session and log in, without a pause, until they are told to stop. */
function startLoad(clients: readonly Client[], sessionId: string) {
  const failures: string[] = [];
  const counts = { checks: 0, logins: 0 };
  let isOver = false;
  const ask = async (client: Client, what: 'checks' | 'logins'): Promise<void> => {
    while (!isOver) {
      const asked =
        what === 'checks'
          ? client.ask('GET', '/auth/session', undefined, { 'x-session-id': sessionId })
          : client.ask('POST', '/auth/login', person);
      const answer = await asked.catch((error: Error) => ({ status: error.message, text: '' }));
      counts[what] += 1;
      if (answer.status !== 200) failures.push(`${what}: ${answer.status} ${answer.text}`);
      await sleep(5);
    }
  };
  const all = clients.map((client, i) => ask(client, i % 2 === 0 ? 'checks' : 'logins'));
  return {
    failures,
    counts,
    async end() {
      isOver = true;
      await Promise.all(all);
    },
  };
}

test.for(['nginx', 'caddy', 'haproxy'] as const)(
  '%s: no request fails while both nodes are restarted, one after the other',
  async (program: Program, context) => {
    const server = await sharedPostgres();
    const settings = {
      DATABASE_URL: await server.createDatabase(),
      GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1',
      GATEHOUSE_STOP_DELAY_SECONDS: '5',
      GATEHOUSE_SESSIONS_PER_USER: '0',
    };
    const ports = [await freePort(), await freePort()];
    const start = (port: number) => startProcess({ ...settings, PORT: `${port}` });
    const nodes: TestProcess[] = [];
    for (const port of ports) nodes.push(await start(port));
    const hosts = { '10.0.0.11:3000': `127.0.0.1:${ports[0]}`, '10.0.0.12:3000': `127.0.0.1:${ports[1]}` };
    const { client, port } = await deploy(context, program, { name: 'two-nodes', hosts });
    const { text } = await client.ask('POST', '/auth/register', person);
    const load = startLoad(
      Array.from({ length: 8 }, () => clientOf(port)),
      JSON.parse(text).session_id,
    );
    await sleep(1_000);
    for (const [i, node] of nodes.entries()) {
      expect(await node.stop()).toEqual({ code: 0, signal: null });
      await start(Number(ports[i]));
      // The proxy notices that the node is back.
      await sleep(5_000);
    }
    await load.end();
    expect(load.failures).toEqual([]);
    // Every client was served during all of it.
    expect(load.counts.checks).toBeGreaterThan(100);
    expect(load.counts.logins).toBeGreaterThan(100);
  },
);
