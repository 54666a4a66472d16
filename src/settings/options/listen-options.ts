/** The options of the table for listening. */

import type { SettingRows } from '../setting.ts';
import { count, hostName } from '../value-parsers.ts';

/** In the order of the documentation. */
export const listenOptions = {
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
    meaning: 'The port the server listens on. With 0 the system chooses one.',
  },
  /** A program that embeds Gatehouse starts its own processes, and gives each its `share`. */
  workers: {
    env: 'GATEHOUSE_WORKERS',
    default: '1',
    ...count(1, 64),
    meaning:
      'Processes that share the port: at most one for each core. More workers do not make logins faster, because hashing already uses every core.',
  },
  /** Only for the server of this program; a program that embeds Gatehouse has its own server. */
  keepAliveSeconds: {
    env: 'GATEHOUSE_KEEP_ALIVE_SECONDS',
    default: '65',
    ...count(1, 7_200, 'seconds'),
    meaning:
      'How long an idle connection stays open for the next request. Set it longer than the proxy or balancer in front keeps its connections.',
  },
} satisfies SettingRows;
