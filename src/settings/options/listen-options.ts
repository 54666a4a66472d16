/** The options of the table for listening. */

import type { SettingRows } from '../setting.ts';
import { choice, count, hostName, orUnset } from '../value-parsers.ts';

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
  /** Only for the server of this program. */
  stopDelaySeconds: {
    env: 'GATEHOUSE_STOP_DELAY_SECONDS',
    default: '0',
    ...count(0, 120, 'seconds'),
    meaning:
      'How long a server that was told to stop still answers, with 503 at `/readyz`, so that a proxy sends requests to other nodes before this one closes its port.',
  },
  /** Only for the server of this program. `null` if it is unset. */
  logFormat: {
    env: 'GATEHOUSE_LOG_FORMAT',
    default: '',
    ...choice('json', 'text'),
    meaning:
      'The form of the log: one JSON object a line, or text for people. Unset: `text` if standard output is a terminal, otherwise `json`.',
    read: orUnset(choice('json', 'text').read),
  },
  /** `null` if it is unset: on in the server of this program, and off in a program that embeds Gatehouse. */
  frontPage: {
    env: 'GATEHOUSE_FRONT_PAGE',
    default: '',
    ...choice('on', 'off'),
    meaning:
      'The pages for browsers at `/` and `/reference`. `off`: these paths are unknown paths. Unset: `on`, and `off` where Gatehouse is embedded.',
    read: orUnset(choice('on', 'off').read),
  },
} satisfies SettingRows;
