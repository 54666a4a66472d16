/** Every option of Gatehouse: name, unit, default, bounds and meaning; the only place that knows them. */

import {
  type AddressBlock,
  addressBlock,
  isOrigin,
  isTimeZone,
  listOf,
  oneOf,
  ownTimeZone,
  type Rate,
  rate,
  wholeNumber,
} from './values.ts';

export type { AddressBlock, Rate };

/** Whether a contract shows its errors as HTTP status codes or answers them with 200 (ruling G8). */
export type StatusMode = 'http' | 'ok';

/** All settings, in the unit their name carries. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly debug: boolean;
  readonly allowedOrigins: readonly string[];
  readonly trustedProxies: readonly AddressBlock[];
  readonly sessionIdleSeconds: number;
  readonly sessionLifetimeSeconds: number;
  readonly sweepSeconds: number;
  readonly passwordMinLength: number;
  readonly pbkdf2Iterations: number;
  readonly throttle: boolean;
  readonly throttleAccount: Rate;
  readonly throttleClient: Rate;
  readonly timeZone: string;
  readonly enumeration: 'contract' | 'hide';
  readonly envelopeStatus: StatusMode;
  readonly dotjsonStatus: StatusMode;
}

/** One row of the settings table; `docs/settings.md` is checked against it. */
export interface Setting<Value> {
  /** The environment variable. */
  readonly env: string;
  /** The default as it would be written in the environment; empty for a setting that starts out unset. */
  readonly default: string;
  /** What a value must look like, with bounds and unit, as the end of "expected …". */
  readonly expects: string;
  readonly meaning: string;
  /** The value may hold a password and is never repeated in a message. */
  readonly secret?: true;
  /** Reads the written form; `undefined` when it is unusable. */
  readonly read: (text: string) => Value | undefined;
}

type Table = { readonly [Name in keyof Settings]: Setting<Settings[Name]> };

const day = 86_400;

/** The table, in the order of the documentation. */
export const table: Table = {
  host: {
    env: 'HOST',
    default: '127.0.0.1',
    expects: 'a host name or an IP address',
    meaning: 'The address the server listens on. `0.0.0.0` or `::` makes it reachable from other machines.',
    read: (text) => (/^[\w.:-]+$/.test(text) ? text : undefined),
  },
  port: {
    env: 'PORT',
    default: '3000',
    expects: 'a whole number from 0 to 65535',
    meaning: 'The port the server listens on; 0 lets the system choose one.',
    read: wholeNumber(0, 65_535),
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    default: 'file:./data/gatehouse.db',
    expects: 'a `file:` path such as `file:./data/gatehouse.db`',
    meaning: 'Where accounts and sessions are kept: the path of a SQLite file. Missing folders are created.',
    secret: true,
    read: (text) => (/^file:.*[^/]$/.test(text) ? text : undefined),
  },
  debug: {
    env: 'GATEHOUSE_DEBUG',
    default: 'false',
    expects: '`true` or `false`',
    meaning: 'Cookies without `Secure` and no HSTS, for development over plain HTTP. Warned about at start.',
    read: oneOf({ true: true, false: false }),
  },
  allowedOrigins: {
    env: 'GATEHOUSE_ALLOWED_ORIGINS',
    default: '',
    expects: 'origins such as `https://app.example.com`, separated by commas, never `*`',
    meaning: 'Other origins whose pages may call from a browser, with credentials.',
    read: listOf((text) => (isOrigin(text) ? text : undefined)),
  },
  trustedProxies: {
    env: 'GATEHOUSE_TRUSTED_PROXIES',
    default: '',
    expects: 'addresses or CIDR blocks such as `10.0.0.0/8`, separated by commas',
    meaning: 'Proxies whose `X-Forwarded-For` is believed, read from the right.',
    read: listOf(addressBlock),
  },
  sessionIdleSeconds: {
    env: 'GATEHOUSE_SESSION_IDLE_SECONDS',
    default: String(7 * day),
    expects: 'a whole number of seconds from 1 to 31536000',
    meaning: 'A session that is not used for this long is dead.',
    read: wholeNumber(1, 365 * day),
  },
  sessionLifetimeSeconds: {
    env: 'GATEHOUSE_SESSION_LIFETIME_SECONDS',
    default: String(30 * day),
    expects: 'a whole number of seconds from 1 to 31536000',
    meaning: 'A session older than this is dead, however much it is used. Also the `Max-Age` of the cookie.',
    read: wholeNumber(1, 365 * day),
  },
  sweepSeconds: {
    env: 'GATEHOUSE_SWEEP_SECONDS',
    default: '60',
    expects: 'a whole number of seconds from 1 to 86400',
    meaning: 'How often the rows of dead sessions are reclaimed. They are refused from the moment they die.',
    read: wholeNumber(1, day),
  },
  passwordMinLength: {
    env: 'GATEHOUSE_PASSWORD_MIN_LENGTH',
    default: '8',
    expects: 'a whole number of characters from 8 to 64',
    meaning: 'The shortest password a registration may choose, in Unicode code points.',
    read: wholeNumber(8, 64),
  },
  pbkdf2Iterations: {
    env: 'GATEHOUSE_PBKDF2_ITERATIONS',
    default: '220000',
    expects: 'a whole number from 1000 to 10000000',
    meaning: 'Cost of a password hash. Below 210000 is for tests only and warned about at start.',
    read: wholeNumber(1_000, 10_000_000),
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
    meaning: 'Logins and registrations allowed for one client network (IPv4 address, IPv6 /64) per window.',
    read: rate,
  },
  timeZone: {
    env: 'GATEHOUSE_TIME_ZONE',
    default: '',
    expects: 'an IANA time zone such as `Europe/Berlin`',
    meaning: 'The zone of `created` in the `dotjson` contract. Unset: the zone of the process (`TZ`).',
    read: (text) => (text === '' ? ownTimeZone() : isTimeZone(text) ? text : undefined),
  },
  enumeration: {
    env: 'GATEHOUSE_ENUMERATION',
    default: 'contract',
    expects: '`contract` or `hide`',
    meaning: '`hide` makes `dotjson` answer `Invalid password` for an unknown user too.',
    read: oneOf({ contract: 'contract', hide: 'hide' } as const),
  },
  envelopeStatus: {
    env: 'GATEHOUSE_ENVELOPE_STATUS',
    default: 'http',
    expects: '`http` or `ok`',
    meaning: '`ok` answers refusals of the `envelope` contract with 200 and the same body.',
    read: oneOf({ http: 'http', ok: 'ok' } as const),
  },
  dotjsonStatus: {
    env: 'GATEHOUSE_DOTJSON_STATUS',
    default: 'http',
    expects: '`http` or `ok`',
    meaning: '`ok` answers refusals of the `dotjson` contract with 200 and the same body.',
    read: oneOf({ http: 'http', ok: 'ok' } as const),
  },
};

/** The settings cannot be used; `problems` holds one sentence for each thing that is wrong. */
export class UnusableSettings extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'UnusableSettings';
    this.problems = problems;
  }
}

/**
 * Reads every setting from an environment. A variable that is missing or empty takes its default.
 *
 * @throws {UnusableSettings} naming every unusable value and every unknown `GATEHOUSE_…` name at once.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const problems = unknownNames(env);
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const text = env[setting.env]?.trim() || setting.default;
    settings[name] = setting.read(text);
    if (settings[name] === undefined) problems.push(complaint(setting, text));
  }
  if (problems.length > 0) throw new UnusableSettings(problems);
  return settings as unknown as Settings;
}

function unknownNames(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.values(table).map((setting) => setting.env);
  return Object.keys(env)
    .filter((name) => name.startsWith('GATEHOUSE_') && !known.includes(name))
    .map(
      (name) => `${JSON.stringify(name).slice(1, -1)} is not a setting. See docs/settings.md for the names.`,
    );
}

function complaint(setting: Setting<unknown>, text: string): string {
  const value = setting.secret ? 'has an unusable value' : `is ${JSON.stringify(text)}`;
  return `${setting.env} ${value}; expected ${setting.expects}.`;
}
