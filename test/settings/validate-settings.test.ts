/** What the table says of a value: the types and the bounds of every setting. */

import { expect, test } from 'vitest';
import { table } from '../../src/settings/option-table.ts';
import { readSettings, UnusableSettings } from '../../src/settings/read-settings.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { checkSettings } from '../../src/settings/validate-settings.ts';

/** What is wrong, without the throwing. */
function refusals(check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof UnusableSettings) return error.problems;
    throw error;
  }
}

/** A text other than the default for every setting; a new setting does not compile without one. */
const written: Readonly<Record<keyof Settings, string>> = {
  host: '::1',
  port: '4000',
  workers: '2',
  keepAliveSeconds: '70',
  stopDelaySeconds: '5',
  logFormat: 'text',
  frontPage: 'on',
  databaseUrl: 'file:./x.db',
  databaseConnections: '20',
  databaseListenUrl: 'postgres://db.example.com/x',
  checkTrustMs: '0',
  checkMemoryMegabytes: '64',
  debug: 'true',
  hsts: 'subdomains',
  contracts: 'rest,dotjson',
  registration: 'invite',
  pages: 'on',
  pagesName: 'Example',
  pagesLogo: './logo.svg',
  pagesAccent: '#aa0033',
  pagesStyle: './own.css',
  pagesHome: '/app',
  language: 'de',
  allowedOrigins: 'https://a.example,https://b.example:8443',
  trustedProxies: '10.0.0.0/8,unix,2001:db8::1',
  basePath: '/id',
  forwardedHeader: 'forwarded',
  forwardHeaders: 'X-User,X-Name,X-Mail,X-Session',
  cookieDomain: 'example.com',
  sessionIdleSeconds: '60',
  sessionLifetimeSeconds: '60',
  sessionBrowserSeconds: '60',
  sessionsPerUser: '5',
  sweepSeconds: '5',
  passwordMinLength: '15',
  pbkdf2Iterations: '1000',
  throttle: 'off',
  throttleAccount: '7/90s',
  throttleClient: '1000000/30d',
  timeZone: 'Asia/Kathmandu',
  enumeration: 'hide',
  envelopeStatus: 'ok',
  dotjsonStatus: 'ok',
  auditDays: '1',
  secondFactor: 'required',
  secretKey: 'ab'.repeat(32),
  secretKeyFile: '/run/secrets/gatehouse',
  previousSecretKey: 'cd'.repeat(32),
  passkeyRelyingParty: 'localhost',
  passkeyOrigins: 'http://localhost:8080,https://app.localhost',
  publicUrl: 'https://app.example.com/auth',
  smtpUrl: 'smtps://user:password@mail.example.com',
  mailFrom: 'Example <login@example.com>',
  mailOutbox: './x',
  metricsPort: '0',
  metricsHost: '::1',
};

const names = Object.keys(table) as (keyof Settings)[];

/** The settings without which another one is refused. */
const needs: Partial<Record<keyof Settings, readonly (keyof Settings)[]>> = {
  previousSecretKey: ['secretKey'],
  cookieDomain: ['publicUrl', 'secretKey'],
};

/** An environment with one setting, and what it needs. */
function environmentOf(name: keyof Settings): Record<string, string> {
  const set = [name, ...(needs[name] ?? [])];
  return Object.fromEntries(set.map((one) => [table[one].env, written[one]]));
}

test.each(names)('%s: what an environment is read to is accepted, and so is the default', (name) => {
  const read = readSettings(environmentOf(name));
  const needed = Object.fromEntries((needs[name] ?? []).map((one) => [one, read[one]]));
  expect(read[name]).not.toEqual(readSettings({})[name]);
  expect(checkSettings(read)).toEqual(read);
  const alone = { ...needed, [name]: read[name] };
  expect(checkSettings(alone)[name]).toEqual(read[name]);
  expect(checkSettings({ [name]: undefined })).toEqual(readSettings({}));
  expect(checkSettings({ [name]: readSettings({})[name] })).toEqual(readSettings({}));
});

/** Values of all the types there are, the right one for each setting among them. */
const values: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  0.5,
  1e21,
  7n,
  '7',
  'x',
  '',
  ' ',
  true,
  'true',
  null,
  [],
  ['x'],
  [null],
  [7],
  {},
  { toString: () => '7' },
  { limit: '7', windowMs: 60_000 },
  { limit: 7, windowMs: 1.5 },
  { name: 7, address: 'login@example.com' },
  () => 7,
  Symbol('7'),
];

test.each(names)('%s: a value of another type is refused by the name of the option', (name) => {
  const right = readSettings(environmentOf(name))[name];
  const kind = (value: unknown) => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
  const others = values.filter((value) => kind(value) !== kind(right) && value !== readSettings({})[name]);
  expect(others.length).toBeGreaterThan(10);
  for (const value of others) {
    const said = refusals(() => checkSettings({ [name]: value }));
    expect(said, `${name}: ${String(value)}`).toHaveLength(1);
    expect(said[0]).toMatch(new RegExp(`^${name} (?:is|has an unusable value)\\b.*; expected .*\\.$`));
  }
});

test.each([
  ['port', [0, 65_535], [-1, 65_536, 3000.5, Number.NaN]],
  ['workers', [1, 64], [0, 65]],
  ['metricsPort', [null, 0, 65_535], [-1, 65_536]],
  ['checkMemoryMegabytes', [null, 1, 4_096], [0, 4_097]],
  ['passwordMinLength', [8, 64], [7, 65]],
  [
    'throttleAccount',
    [{ limit: 1, windowMs: 1_000 }],
    [{ limit: 0, windowMs: 1_000 }, { limit: 1 }, { limit: 1, windowMs: 999 }],
  ],
  [
    'throttleClient',
    [{ limit: 1_000_000, windowMs: 2_592_000_000 }],
    [
      { limit: 1_000_001, windowMs: 1_000 },
      { limit: 1, windowMs: 2_592_001_000 },
    ],
  ],
  [
    'allowedOrigins',
    [[], ['https://a.example']],
    [['*'], ['https://a.example,https://b.example'], ['https://a.example', ' '], 'https://a.example'],
  ],
  ['trustedProxies', [[], ['unix']], [['10.0.0.0/8'], [['10.0.0.0', 8]], '10.0.0.0/8']],
  [
    'mailFrom',
    [{ name: '', address: 'login@example.com' }],
    [{ name: 'A', address: 'login@example.com, eve@example.com' }, 'login@example.com'],
  ],
  ['mailOutbox', ['./x'], ['', 'a\0b']],
  ['host', ['localhost'], ['', 'a b', 'http://localhost']],
  ['timeZone', ['Asia/Tokyo'], ['PST', 'Foo/Bar', 'Etc/Unknown']],
  ['enumeration', ['hide'], ['Hide', 'toString']],
  ['debug', [true, false], ['true', 'false', 0]],
  ['pages', [true, false, null], ['on', 'off', '', 'true', 1]],
  ['pagesName', ['x', 'x'.repeat(60)], ['', ' ', 'x'.repeat(61)]],
  ['pagesAccent', ['#2451c4'], ['', '2451c4', '#fff']],
  ['pagesHome', ['', '/app'], ['//app', 'app']],
  ['language', ['de', 'en'], ['DE', 'fr', 'toString', null]],
] as const)('%s has the bounds it has in an environment', (name, usable, unusable) => {
  for (const value of usable) expect(checkSettings({ [name]: value })[name]).toEqual(value);
  for (const value of unusable)
    expect(
      refusals(() => checkSettings({ [name]: value })),
      String(value),
    ).toHaveLength(1);
});
