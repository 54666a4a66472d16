/** A probe application behind the proxy, which notes the headers of what reaches it. */

import { createServer } from 'node:http';
import { CommandError, exitCodes } from '../../exit-codes.ts';

/** A header as it arrived. */
export type Arrived = readonly [name: string, value: string];

export interface Probe {
  /** The headers of the requests since the last call; one list for each. */
  take(): Arrived[][];
  close(): void;
}

/**
 * Starts the probe.
 *
 * @throws {CommandError} if the address cannot be listened on.
 */
export async function startProbe(host: string, port: number): Promise<Probe> {
  let arrived: Arrived[][] = [];
  const server = createServer(({ rawHeaders }, outgoing) => {
    const headers: Arrived[] = [];
    for (let i = 0; i < rawHeaders.length; i += 2)
      headers.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
    arrived.push(headers);
    outgoing.end('the probe of gatehouse doctor\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new CommandError(exitCodes.failed, `The probe cannot listen on ${host}:${port}: ${error.message}.`),
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    take() {
      const taken = arrived;
      arrived = [];
      return taken;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
