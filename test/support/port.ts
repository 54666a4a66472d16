/** A free port for a server that has to know its port beforehand, or to come back to it. */

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The port lies below those that the system hands out by itself, so that no connection and no server on port 0 takes
 * it while its owner is away.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    const server = createServer();
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
      return port;
    } catch {
      // Another process has it.
    } finally {
      server.close();
    }
  }
}
