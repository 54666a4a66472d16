/** Which programs were measured, in which version, and with which settings. */

import type { Table } from './tables.ts';

/** The settings of each, with the packages whose versions are shown. */
const settings: readonly (readonly [who: string, packages: readonly string[], settings: string])[] = [
  [
    'Gatehouse',
    ['Gatehouse'],
    'Its defaults, with metrics and its log, without the throttle (`GATEHOUSE_THROTTLE=off`).',
  ],
  [
    'better-auth',
    ['better-auth'],
    'Its handler for Node.js; `node:sqlite` with a write-ahead log; an `https` address and with it secure cookies; ' +
      'e-mail and password; no rate limit. The variant with its cookie cache keeps it for an hour, longer than the run.',
  ],
  [
    'Hono and node:sqlite, by hand',
    ['hono', '@hono/node-server'],
    'A hundred lines: SHA-256 of the token, one prepared statement that joins session and user, a sliding idle end that is ' +
      'written at most once a minute; a write-ahead log with `synchronous=NORMAL`, 256 MB of pages in memory, 1 GB mapped. ' +
      'No headers besides type and length, no log, no metrics.',
  ],
  [
    'express-session',
    ['express-session', 'express'],
    '`resave: false`, `saveUninitialized: false`, secure cookies behind a trusted proxy, no `X-Powered-By`.',
  ],
  [
    'its store in SQLite',
    ['better-sqlite3-session-store', 'better-sqlite3'],
    'The store that its documentation lists for better-sqlite3, with a write-ahead log. Every check writes the new end of the session.',
  ],
  [
    '@fastify/session',
    ['@fastify/session', 'fastify', '@fastify/cookie'],
    'In memory; `saveUninitialized: false`, `rolling: false`, secure cookies behind a trusted proxy, a schema for the answer.',
  ],
  [
    'iron-session',
    ['iron-session'],
    'On `node:http`; secure cookies. It stores no sessions: a logout is not final, and a thousand cookies stand for any number.',
  ],
];

export function settingsOfPeers(versions: Readonly<Record<string, string>>): Table {
  const rows = settings
    .filter(([, [first = '']]) => versions[first])
    .map(([who, packages, text]) => {
      const all = packages.map((name) =>
        packages.length > 1 ? `${name} ${versions[name]}` : versions[name],
      );
      return [who, all.join(', '), text];
    });
  return { title: 'Programs measured', head: ['program', 'version', 'settings'], rows };
}
