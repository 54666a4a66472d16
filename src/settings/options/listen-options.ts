/** The part of the table of options that is about listening. */

import type { OptionTable } from '../settings.ts';
import { count, hostName } from '../value-parsers.ts';

/** In the order of the documentation. */
export const listenOptions: Pick<OptionTable, 'host' | 'port' | 'workers' | 'keepAliveSeconds'> = {
  host: {
    env: 'HOST',
    default: '127.0.0.1',
    expects: 'a host name or an IP address',
    meaning: 'The address the server listens on. `0.0.0.0` or `::` makes it reachable from other machines.',
    read: hostName,
  },
  port: {
    env: 'PORT',
    default: '3000',
    ...count(0, 65_535),
    meaning: 'The port the server listens on; 0 lets the system choose one.',
  },
  workers: {
    env: 'GATEHOUSE_WORKERS',
    default: '1',
    ...count(1, 64),
    meaning: 'Processes that share the port: up to one for each core. Logins are bound by hashing anyway.',
  },
  keepAliveSeconds: {
    env: 'GATEHOUSE_KEEP_ALIVE_SECONDS',
    default: '65',
    ...count(1, 7_200, 'seconds'),
    meaning:
      'How long an idle connection is kept for the next request: longer than the proxy or balancer in front keeps it.',
  },
};
