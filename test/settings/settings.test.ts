/** Settings: their defaults, and their bounds on both sides. */

import { expect, test } from 'vitest';
import { table } from '../../src/settings/option-table.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { problems } from '../support/settings.ts';

const defaults: Settings = {
  host: '127.0.0.1',
  port: 3_000,
  workers: 1,
  keepAliveSeconds: 65,
  stopDelaySeconds: 0,
  logFormat: null,
  frontPage: null,
  databaseUrl: 'file:./data/gatehouse.db',
  databaseConnections: 10,
  databaseListenUrl: '',
  checkTrustMs: 1_000,
  checkMemoryMegabytes: null,
  debug: false,
  basePath: '',
  contracts: ['envelope', 'rest', 'dotjson'],
  registration: 'open',
  pages: null,
  pagesName: 'Gatehouse',
  pagesLogo: '',
  pagesAccent: '#2451c4',
  pagesStyle: '',
  pagesHome: '',
  language: 'en',
  hsts: 'on',
  allowedOrigins: [],
  trustedProxies: [],
  forwardedHeader: 'x-forwarded-for',
  forwardHeaders: ['Remote-User', 'Remote-Name', 'Remote-Email', 'Remote-Session'],
  cookieDomain: '',
  sessionIdleSeconds: 604_800,
  sessionLifetimeSeconds: 2_592_000,
  sessionBrowserSeconds: 86_400,
  sessionsPerUser: 100,
  sweepSeconds: 60,
  passwordMinLength: 8,
  pbkdf2Iterations: 220_000,
  throttle: true,
  throttleAccount: { limit: 10, windowMs: 900_000 },
  throttleClient: { limit: 100, windowMs: 900_000 },
  timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  enumeration: 'contract',
  envelopeStatus: 'http',
  dotjsonStatus: 'http',
  auditDays: 400,
  secondFactor: 'optional',
  secretKey: '',
  secretKeyFile: '',
  previousSecretKey: '',
  passkeyRelyingParty: '',
  passkeyOrigins: [],
  publicUrl: '',
  smtpUrl: '',
  mailFrom: { name: '', address: 'gatehouse@localhost' },
  mailOutbox: './data/outbox',
  metricsPort: null,
  metricsHost: '127.0.0.1',
};

/** No numbers, in the notation of the settings. */
const misspelt = ['99999999999', '1e3', '0x50', '10.0', '+10', '-1', '١٠', 'ten'];

/** The names as an operator writes them, with their defaults in the same form. */
const written: Readonly<Record<string, string>> = {
  HOST: '127.0.0.1',
  PORT: '3000',
  GATEHOUSE_WORKERS: '1',
  GATEHOUSE_KEEP_ALIVE_SECONDS: '65',
  GATEHOUSE_STOP_DELAY_SECONDS: '0',
  GATEHOUSE_LOG_FORMAT: '',
  GATEHOUSE_FRONT_PAGE: '',
  DATABASE_URL: 'file:./data/gatehouse.db',
  GATEHOUSE_DATABASE_CONNECTIONS: '10',
  GATEHOUSE_DATABASE_LISTEN_URL: '',
  GATEHOUSE_CHECK_TRUST_MS: '1000',
  GATEHOUSE_CHECK_MEMORY_MB: '',
  GATEHOUSE_DEBUG: 'false',
  GATEHOUSE_BASE_PATH: '',
  GATEHOUSE_CONTRACTS: 'envelope,rest,dotjson',
  GATEHOUSE_REGISTRATION: 'open',
  GATEHOUSE_PAGES: '',
  GATEHOUSE_PAGES_NAME: 'Gatehouse',
  GATEHOUSE_PAGES_LOGO: '',
  GATEHOUSE_PAGES_ACCENT: '#2451c4',
  GATEHOUSE_PAGES_STYLE: '',
  GATEHOUSE_PAGES_HOME: '',
  GATEHOUSE_LANGUAGE: 'en',
  GATEHOUSE_HSTS: 'on',
  GATEHOUSE_ALLOWED_ORIGINS: '',
  GATEHOUSE_TRUSTED_PROXIES: '',
  GATEHOUSE_FORWARDED_HEADER: 'x-forwarded-for',
  GATEHOUSE_FORWARD_HEADERS: 'Remote-User,Remote-Name,Remote-Email,Remote-Session',
  GATEHOUSE_COOKIE_DOMAIN: '',
  GATEHOUSE_SESSION_IDLE_SECONDS: '604800',
  GATEHOUSE_SESSION_LIFETIME_SECONDS: '2592000',
  GATEHOUSE_SESSION_BROWSER_SECONDS: '86400',
  GATEHOUSE_SESSIONS_PER_USER: '100',
  GATEHOUSE_SWEEP_SECONDS: '60',
  GATEHOUSE_PASSWORD_MIN_LENGTH: '8',
  GATEHOUSE_PBKDF2_ITERATIONS: '220000',
  GATEHOUSE_THROTTLE: 'on',
  GATEHOUSE_THROTTLE_ACCOUNT: '10/15m',
  GATEHOUSE_THROTTLE_CLIENT: '100/15m',
  GATEHOUSE_TIME_ZONE: '',
  GATEHOUSE_ENUMERATION: 'contract',
  GATEHOUSE_ENVELOPE_STATUS: 'http',
  GATEHOUSE_DOTJSON_STATUS: 'http',
  GATEHOUSE_AUDIT_DAYS: '400',
  GATEHOUSE_SECOND_FACTOR: 'optional',
  GATEHOUSE_SECRET_KEY: '',
  GATEHOUSE_SECRET_KEY_FILE: '',
  GATEHOUSE_PREVIOUS_SECRET_KEY: '',
  GATEHOUSE_PASSKEY_RP_ID: '',
  GATEHOUSE_PASSKEY_ORIGINS: '',
  GATEHOUSE_PUBLIC_URL: '',
  GATEHOUSE_SMTP_URL: '',
  GATEHOUSE_MAIL_FROM: '',
  GATEHOUSE_MAIL_OUTBOX: './data/outbox',
  GATEHOUSE_METRICS_PORT: '',
  GATEHOUSE_METRICS_HOST: '127.0.0.1',
};

test('an empty environment means the defaults', () => {
  expect(readSettings({})).toEqual(defaults);
});

test('the table knows these names and these defaults, and no others', () => {
  const known = Object.fromEntries(Object.values(table).map((setting) => [setting.env, setting.default]));
  expect(known).toEqual(written);
});

test('a default that is written out, padded, empty or blank is the default', () => {
  expect(readSettings(written)).toEqual(defaults);
  const each = (value: (text: string) => string) =>
    Object.fromEntries(Object.entries(written).map(([name, text]) => [name, value(text)]));
  expect(readSettings(each((text) => ` ${text}\t`))).toEqual(defaults);
  expect(readSettings(each(() => ''))).toEqual(defaults);
  expect(readSettings(each(() => '  '))).toEqual(defaults);
});

test.each([
  ['PORT', 'port', 0, 65_535],
  ['GATEHOUSE_SESSION_IDLE_SECONDS', 'sessionIdleSeconds', 1, 31_536_000],
  ['GATEHOUSE_SESSION_LIFETIME_SECONDS', 'sessionLifetimeSeconds', 1, 31_536_000],
  ['GATEHOUSE_SESSION_BROWSER_SECONDS', 'sessionBrowserSeconds', 1, 31_536_000],
  ['GATEHOUSE_SESSIONS_PER_USER', 'sessionsPerUser', 0, 10_000],
  ['GATEHOUSE_SWEEP_SECONDS', 'sweepSeconds', 1, 86_400],
  ['GATEHOUSE_PASSWORD_MIN_LENGTH', 'passwordMinLength', 8, 64],
  ['GATEHOUSE_PBKDF2_ITERATIONS', 'pbkdf2Iterations', 1_000, 10_000_000],
  ['GATEHOUSE_AUDIT_DAYS', 'auditDays', 1, 3_650],
  ['GATEHOUSE_METRICS_PORT', 'metricsPort', 0, 65_535],
  ['GATEHOUSE_WORKERS', 'workers', 1, 64],
  ['GATEHOUSE_KEEP_ALIVE_SECONDS', 'keepAliveSeconds', 1, 7_200],
  ['GATEHOUSE_STOP_DELAY_SECONDS', 'stopDelaySeconds', 0, 120],
  ['GATEHOUSE_DATABASE_CONNECTIONS', 'databaseConnections', 4, 256],
  ['GATEHOUSE_CHECK_TRUST_MS', 'checkTrustMs', 0, 1_000],
  ['GATEHOUSE_CHECK_MEMORY_MB', 'checkMemoryMegabytes', 1, 4_096],
] as const)('%s is a whole number within its bounds', (env, name, least, limit) => {
  expect(readSettings({ [env]: `${least}` })[name]).toBe(least);
  expect(readSettings({ [env]: `${limit}` })[name]).toBe(limit);
  for (const text of [`${least - 1}`, `${limit + 1}`, ...misspelt])
    expect(problems({ [env]: text }), text).toHaveLength(1);
});

test.each([
  ['GATEHOUSE_DEBUG', 'debug', { true: true, false: false }],
  ['GATEHOUSE_THROTTLE', 'throttle', { on: true, off: false }],
  ['GATEHOUSE_PAGES', 'pages', { on: true, off: false }],
  ['GATEHOUSE_ENUMERATION', 'enumeration', { contract: 'contract', hide: 'hide' }],
  ['GATEHOUSE_ENVELOPE_STATUS', 'envelopeStatus', { http: 'http', ok: 'ok' }],
  ['GATEHOUSE_DOTJSON_STATUS', 'dotjsonStatus', { http: 'http', ok: 'ok' }],
  ['GATEHOUSE_LOG_FORMAT', 'logFormat', { json: 'json', text: 'text' }],
  ['GATEHOUSE_FRONT_PAGE', 'frontPage', { on: 'on', off: 'off' }],
  ['GATEHOUSE_SECOND_FACTOR', 'secondFactor', { optional: 'optional', required: 'required' }],
  [
    'GATEHOUSE_FORWARDED_HEADER',
    'forwardedHeader',
    { 'x-forwarded-for': 'x-forwarded-for', forwarded: 'forwarded' },
  ],
] as const)('%s is one of its words', (env, name, words) => {
  for (const [text, value] of Object.entries(words)) expect(readSettings({ [env]: text })[name]).toBe(value);
  for (const text of ['1', '0', 'yes', 'no', 'TRUE', 'On', 'OK', 'toString', '__proto__', 'constructor']) {
    expect(problems({ [env]: text }), text).toHaveLength(1);
  }
});

test.each([
  ['HOST', 'host'],
  ['GATEHOUSE_METRICS_HOST', 'metricsHost'],
] as const)('%s is a name or an address', (env, name) => {
  for (const text of ['0.0.0.0', '::', '::1', 'localhost', 'gate-1.example']) {
    expect(readSettings({ [env]: text })[name]).toBe(text);
  }
  for (const text of ['a b', 'http://localhost', 'localhost/', '[::1]', 'a,b']) {
    expect(problems({ [env]: text }), text).toHaveLength(1);
  }
});

test.each([
  ['DATABASE_URL', 'databaseUrl'],
  ['GATEHOUSE_DATABASE_LISTEN_URL', 'databaseListenUrl'],
] as const)('%s is an address of PostgreSQL', (env, name) => {
  for (const text of [
    'postgres://db/x',
    'postgresql://joe:p%40ss@db.example.com:5432/x?sslmode=verify-full',
    'postgres://joe@[::1]/x',
    'postgres:///x?host=/run/postgresql',
  ]) {
    expect(readSettings({ [env]: text })[name]).toBe(text);
  }
  for (const text of ['postgres:db', 'postgres://db:port/x', 'postgres://joe:50%@db/x', 'postgres://a b/x']) {
    expect(problems({ [env]: text }), text).toHaveLength(1);
    expect(problems({ [env]: text })[0]).not.toContain(text);
  }
});

test.each([
  ['GATEHOUSE_THROTTLE_ACCOUNT', '1/1s', '0/1s'],
  ['GATEHOUSE_THROTTLE_CLIENT', '1000000/30d', '1000001/30d'],
  ['GATEHOUSE_BASE_PATH', '/id', 'id'],
  ['GATEHOUSE_ALLOWED_ORIGINS', 'https://a.example, http://b.example:8080', 'https://a.example, *'],
  ['GATEHOUSE_TRUSTED_PROXIES', '10.0.0.0/8, ::1', '10.0.0.0/33'],
  ['GATEHOUSE_TRUSTED_PROXIES', 'unix', 'unix:'],
  ['GATEHOUSE_FORWARDED_HEADER', 'forwarded', 'x-real-ip'],
  ['GATEHOUSE_FORWARD_HEADERS', 'X-User, X-Name, X-Mail, X-Session', 'X-User,X-Name,X-Mail'],
  ['GATEHOUSE_FORWARD_HEADERS', 'A1,b2,C3,d4', 'Remote_User,X-Name,X-Mail,X-Session'],
  ['GATEHOUSE_FORWARD_HEADERS', 'U-1,N-1,E-1,S-1', 'X-User,x-user,X-Mail,X-Session'],
  ['GATEHOUSE_FORWARD_HEADERS', 'U-1,N-1,E-1,S-1', 'Set-Cookie,X-Name,X-Mail,X-Session'],
  ['GATEHOUSE_TIME_ZONE', 'Europe/Berlin', 'Europe/Atlantis'],
  ['GATEHOUSE_PUBLIC_URL', 'https://app.example.com/auth/', 'https://app.example.com/?x'],
  ['GATEHOUSE_SMTP_URL', 'smtps://joe:hunter2@mail.example.com', 'https://mail.example.com'],
  ['GATEHOUSE_MAIL_FROM', 'Example <login@example.com>', 'Example <login@example.com>, eve@example.com'],
  ['GATEHOUSE_MAIL_OUTBOX', '/var/spool/gatehouse', 'a\0b'],
])('%s reads %s and refuses %s', (env, usable, unusable) => {
  const [name] = Object.entries(table).find(([, setting]) => setting.env === env) ?? [];
  const [read, byDefault] = [readSettings({ [env]: usable }), readSettings({})].map((settings) =>
    Object.entries(settings).find(([key]) => key === name),
  );
  expect(read).not.toEqual(byDefault);
  expect(problems({ [env]: unusable })).toHaveLength(1);
});
