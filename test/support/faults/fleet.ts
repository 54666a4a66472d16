/** Several nodes on one database, each the real program in a process of its own, on a port it comes back to. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, openClient } from '../agent.ts';
import { freePort } from '../port.ts';
import { startProcess, type TestProcess } from '../process.ts';

/** Connections each node may open. */
export const connectionsEach = 10;

export interface Node {
  readonly number: number;
  readonly client: Client;
  readonly process: TestProcess;
  /** All its processes so far, the present one last. */
  readonly lives: readonly TestProcess[];
  /** Starts it again after it ended, on the same port. */
  start(): Promise<void>;
}

export interface FleetOptions {
  /** Where each node finds its database. */
  readonly addresses: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly atEnd: (clean: () => Promise<void>) => void;
}

export async function startFleet({ addresses, settings, atEnd }: FleetOptions): Promise<Node[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'));
  atEnd(async () => rmSync(folder, { recursive: true, force: true }));
  return Promise.all(
    addresses.map(async (address, number): Promise<Node> => {
      const port = await freePort();
      const environment = {
        DATABASE_URL: address,
        GATEHOUSE_DATABASE_CONNECTIONS: String(connectionsEach),
        PORT: String(port),
        GATEHOUSE_MAIL_OUTBOX: join(folder, `outbox-${number}`),
        // Every client says that it comes from a network of its own, as if through a proxy.
        GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1/32',
        GATEHOUSE_THROTTLE_ACCOUNT: '100000/15m',
        GATEHOUSE_THROTTLE_CLIENT: '100000/15m',
        ...settings,
      };
      const start = () => startProcess(environment, { atEnd });
      const lives = [await start()];
      const client = openClient(`http://127.0.0.1:${port}`, 100);
      atEnd(async () => client.close());
      return {
        number,
        client,
        lives,
        get process() {
          return lives.at(-1) as TestProcess;
        },
        async start() {
          lives.push(await start());
        },
      };
    }),
  );
}

/** What processes should never have had to say: defects that were caught at the last moment, and warnings of Node.js. */
export function complaints(nodes: readonly Node[]): string[] {
  return nodes.flatMap(({ number, lives }) =>
    lives.flatMap(({ log, stderr }) => [
      ...log
        .filter(({ msg }) => /^(?:uncaught exception|unhandled rejection)$/.test(msg))
        .map((line) => `node ${number}: ${JSON.stringify(line)}`),
      ...stderr
        .split('\n')
        .filter((line) => /Warning: /.test(line) && !line.startsWith('Warning: '))
        .map((line) => `node ${number}: ${line}`),
    ]),
  );
}
