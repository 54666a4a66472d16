/** The table of options, the only definition of environment variable, default, bounds and meaning of each setting. */

import { databaseUrl, databaseUrlHint } from './database/database-url.ts';
import { postgresUrlHint } from './database/postgres-url.ts';
import { contractOptions } from './options/contract-options.ts';
import { factorOptions } from './options/factor-options.ts';
import { forwardOptions } from './options/forward-options.ts';
import { listenOptions } from './options/listen-options.ts';
import { outboundOptions } from './options/outbound-options.ts';
import { pageOptions } from './options/page-options.ts';
import { proxyOptions } from './options/proxy-options.ts';
import { isOrigin, originHint } from './origins.ts';
import type { Setting, SettingRows, ValuesOf } from './setting.ts';
import { timeZone, zoneOfProcess } from './time-zone.ts';
import {
  basePath,
  choice,
  count,
  hintsOf,
  listOf,
  oneOf,
  orUnset,
  postgresUrl,
  rate,
  wholeNumber,
} from './value-parsers.ts';

const day = 86_400;

/** The rows, in the order of the documentation. */
const rows = {
  ...listenOptions,
  databaseUrl: {
    env: 'DATABASE_URL',
    default: 'file:./data/gatehouse.db',
    expects:
      'a `file:` path such as `file:./data/gatehouse.db`, or an address such as `postgres://user:password@host:5432/database`',
    meaning:
      'The database of accounts and sessions: the path of a SQLite file, whose missing folders are created, or a PostgreSQL database.',
    secret: true,
    read: databaseUrl,
    hint: (text) => databaseUrlHint(text) || postgresUrlHint(text),
  },
  databaseConnections: {
    env: 'GATEHOUSE_DATABASE_CONNECTIONS',
    default: '10',
    ...count(4, 256),
    meaning:
      'The maximum of connections from this node to PostgreSQL: one listens for notifications, two are for session checks, the rest for everything else. Workers share them, at least 4 for each.',
  },
  /** Empty if `databaseUrl` itself delivers notifications. */
  databaseListenUrl: {
    env: 'GATEHOUSE_DATABASE_LISTEN_URL',
    default: '',
    expects: 'an address such as `postgres://user:password@host:5432/database`',
    meaning:
      'The address to listen at for logouts of other nodes, if `DATABASE_URL` leads through a pooler such as PgBouncer. Without it, logouts reach a node behind a pooler within a second, not at once.',
    secret: true,
    read: (text) => (text === '' ? text : postgresUrl(text)),
    hint: postgresUrlHint,
  },
  checkTrustMs: {
    env: 'GATEHOUSE_CHECK_TRUST_MS',
    default: '1000',
    ...count(0, 1_000, 'milliseconds'),
    meaning:
      'How long after its last read of the feed of revocations a node may answer a session check from its cache. 0: never, on SQLite too, where the feed is otherwise read on every turn.',
  },
  /** `null` if it is unset. */
  checkMemoryMegabytes: {
    env: 'GATEHOUSE_CHECK_MEMORY_MB',
    default: '',
    ...count(1, 4_096, 'megabytes'),
    meaning:
      'The maximum of memory for the answers of session checks that a node caches, some 0.6 kB each. Unset: 512, or a quarter of the memory that Node.js may use if that is less.',
    read: orUnset(wholeNumber(1, 4_096)),
  },
  debug: {
    env: 'GATEHOUSE_DEBUG',
    default: 'false',
    expects: '`true` or `false`',
    meaning: 'Cookies without `Secure` and no HSTS, for development over plain HTTP. Warned about at start.',
    read: oneOf({ true: true, false: false }),
  },
  /** Without a slash at its end; empty for the root. */
  basePath: {
    env: 'GATEHOUSE_BASE_PATH',
    default: '',
    expects:
      'a path such as `/id`: at most 200 characters, segments of letters, digits, `_`, `-`, `.` and `~`',
    meaning:
      'The path that all others are under, if the proxy in front does not strip it. Health routes also answer at the root.',
    read: basePath,
  },
  ...contractOptions,
  ...pageOptions,
  hsts: {
    env: 'GATEHOUSE_HSTS',
    default: 'on',
    ...choice('on', 'subdomains', 'off'),
    meaning:
      '`on` sends HSTS of one year for this host, `subdomains` includes all hosts below it, `off` leaves the header to a proxy.',
  },
  allowedOrigins: {
    env: 'GATEHOUSE_ALLOWED_ORIGINS',
    default: '',
    expects:
      'origins such as `https://app.example.com` or `chrome-extension://` and an id, exactly as browsers write them, separated by commas, never `*`',
    meaning: 'Other origins whose pages may call from a browser, with credentials.',
    read: listOf((text) => (isOrigin(text) ? text : undefined)),
    hint: hintsOf(originHint),
  },
  ...proxyOptions,
  ...forwardOptions,
  sessionIdleSeconds: {
    env: 'GATEHOUSE_SESSION_IDLE_SECONDS',
    default: String(7 * day),
    ...count(1, 365 * day, 'seconds'),
    meaning: 'A session that is not used for this long is dead.',
  },
  sessionLifetimeSeconds: {
    env: 'GATEHOUSE_SESSION_LIFETIME_SECONDS',
    default: String(30 * day),
    ...count(1, 365 * day, 'seconds'),
    meaning: 'A session older than this is dead, even if it is in use. Also the `Max-Age` of the cookie.',
  },
  sessionBrowserSeconds: {
    env: 'GATEHOUSE_SESSION_BROWSER_SECONDS',
    default: String(day),
    ...count(1, 365 * day, 'seconds'),
    meaning:
      'The lifetime of a session whose cookie has no `Max-Age`, so that it ends when the browser closes: a sign-in without "Keep me signed in". Never longer than `GATEHOUSE_SESSION_LIFETIME_SECONDS`.',
  },
  sessionsPerUser: {
    env: 'GATEHOUSE_SESSIONS_PER_USER',
    default: '100',
    ...count(0, 10_000),
    meaning:
      'The maximum of sessions of one user. A login beyond it ends those used least recently. 0: no limit.',
  },
  sweepSeconds: {
    env: 'GATEHOUSE_SWEEP_SECONDS',
    default: '60',
    ...count(1, day, 'seconds'),
    meaning:
      'How often the rows of dead sessions are removed. A dead session is refused at once, before its row is removed.',
  },
  passwordMinLength: {
    env: 'GATEHOUSE_PASSWORD_MIN_LENGTH',
    default: '8',
    ...count(8, 64, 'characters'),
    meaning: 'The minimum length of a new password, in Unicode code points.',
  },
  pbkdf2Iterations: {
    env: 'GATEHOUSE_PBKDF2_ITERATIONS',
    default: '220000',
    ...count(1_000, 10_000_000),
    meaning: 'The cost of a password hash. Below 210000 is for tests only and warned about at start.',
  },
  throttle: {
    env: 'GATEHOUSE_THROTTLE',
    default: 'on',
    expects: '`on` or `off`',
    meaning: '`off` counts no failures, for load tests only. Warned about at start.',
    read: oneOf({ on: true, off: false }),
  },
  throttleAccount: {
    env: 'GATEHOUSE_THROTTLE_ACCOUNT',
    default: '10/15m',
    expects: 'a rate such as `10/15m`: 1 to 1000000 in a window of up to 30 days (`s`, `m`, `h`, `d`)',
    meaning: 'Failed logins allowed for one identifier per window.',
    read: rate,
  },
  throttleClient: {
    env: 'GATEHOUSE_THROTTLE_CLIENT',
    default: '100/15m',
    expects: 'a rate such as `100/15m`: 1 to 1000000 in a window of up to 30 days (`s`, `m`, `h`, `d`)',
    meaning:
      'Failed logins and registrations allowed for one client network (IPv4 address, IPv6 /64) per window.',
    read: rate,
  },
  timeZone: {
    env: 'GATEHOUSE_TIME_ZONE',
    default: '',
    expects: 'an IANA time zone such as `Europe/Berlin`',
    meaning: 'The zone of `created` in the `dotjson` contract. Unset: the zone of the process (`TZ`).',
    read: (text, env) => (text === '' ? zoneOfProcess(env?.['TZ']).zone : timeZone(text)),
  },
  enumeration: {
    env: 'GATEHOUSE_ENUMERATION',
    default: 'contract',
    ...choice('contract', 'hide'),
    meaning: '`hide` makes `dotjson` answer `Invalid password` for an unknown user too.',
  },
  envelopeStatus: {
    env: 'GATEHOUSE_ENVELOPE_STATUS',
    default: 'http',
    ...choice('http', 'ok'),
    meaning: '`ok` answers refusals of the `envelope` contract with 200 and the same body.',
  },
  dotjsonStatus: {
    env: 'GATEHOUSE_DOTJSON_STATUS',
    default: 'http',
    ...choice('http', 'ok'),
    meaning: '`ok` answers refusals of the `dotjson` contract with 200 and the same body.',
  },
  auditDays: {
    env: 'GATEHOUSE_AUDIT_DAYS',
    default: '400',
    ...count(1, 3_650, 'days'),
    meaning: 'How long the entries of the audit are kept.',
  },
  ...factorOptions,
  ...outboundOptions,
} satisfies SettingRows;

/** The value of every setting, in the unit that its name carries. */
export type Settings = ValuesOf<typeof rows>;

/** The table of options. */
export const table: { readonly [Name in keyof Settings]: Setting<Settings[Name]> } = rows;
