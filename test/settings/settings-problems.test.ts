/** Settings that cannot be used: all problems at once, and nothing secret among them. */

import { expect, test } from 'vitest';
import { table } from '../../src/settings/option-table.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { problems } from '../support/settings.ts';

test('all problems are listed at once, each on a line that names its setting', () => {
  const told = problems({
    PORT: '65536',
    GATEHOUSE_DEBUG: 'maybe',
    GATEHOUSE_THROTTLE_ACCOUNT: 'often',
    GATEHOUSE_DEBUGGING: 'true',
    GATEHOUSE_: 'x',
  });
  expect(told).toEqual([
    'GATEHOUSE_DEBUGGING is not a setting. See docs/settings.md for the names.',
    'GATEHOUSE_ is not a setting. See docs/settings.md for the names.',
    'PORT is "65536"; expected a whole number from 0 to 65535.',
    'GATEHOUSE_DEBUG is "maybe"; expected `true` or `false`.',
    expect.stringMatching(/^GATEHOUSE_THROTTLE_ACCOUNT is "often"; expected a rate such as `10\/15m`:/),
  ]);
  expect(() => readSettings({ PORT: 'x', HOST: ' a b ' })).toThrow(/^HOST is "a b"; .*\nPORT is "x"; .*$/);
});

test('the value of an unknown name is not repeated, and no value starts a line of its own', () => {
  const told = problems({ 'GATEHOUSE_SECRET\nKEY': 'hunter2', PORT: '1\n2' });
  expect(told.join('|')).not.toContain('hunter2');
  for (const line of told) expect(line).not.toContain('\n');
});

test('each wrong network of proxies is listed with its problem', () => {
  const told = (text: string) => problems({ GATEHOUSE_TRUSTED_PROXIES: text });
  const [expected = ''] = told('x');
  expect(expected).toMatch(/^GATEHOUSE_TRUSTED_PROXIES is "x"; expected addresses .* separated by commas\.$/);
  const begun = (text: string) => expected.replace('"x"', JSON.stringify(text));
  for (const [text, hint] of [
    ['10.1.2.3/8', '10.1.2.3/8 is an address inside a network: did you mean 10.0.0.0/8, or 10.1.2.3 alone?'],
    [
      '::ffff:10.0.0.0/90',
      '::ffff:10.0.0.0/90 is larger than all IPv4 addresses: write the IPv4 network, such as 10.0.0.0/8.',
    ],
    [
      '::1, 192.0.2.1/24,fe80::1%eth0',
      '192.0.2.1/24 is an address inside a network: did you mean 192.0.2.0/24, or 192.0.2.1 alone? ' +
        'fe80::1%eth0 names a network interface, which is not compared: leave out %eth0.',
    ],
    [
      '10.0.0.0/8, unix:/run/x.sock',
      'All unix domain sockets are meant by the one word unix, without a path.',
    ],
    ['UNIX', 'All unix domain sockets are meant by the one word unix, without a path.'],
  ] as const)
    expect(told(text)).toEqual([`${begun(text)} ${hint}`]);
  expect(told('fe80::1%\n')).toHaveLength(1);
  expect(told('fe80::1%a\nb').join()).not.toContain('\n');
});

test.each([
  ['GATEHOUSE_DEBGU', 'GATEHOUSE_DEBUG'],
  ['GATEHOUSE_SESION_IDLE_SECONDS', 'GATEHOUSE_SESSION_IDLE_SECONDS'],
  ['GATEHOUSE_TRUSTED_PROXY', 'GATEHOUSE_TRUSTED_PROXIES'],
  ['GATEHOUSE_PORT', 'PORT'],
  ['GATEHOUSE_HOST', 'HOST'],
  ['GATEHOUSE_DATABASE_URL', 'DATABASE_URL'],
  ['GATEHOUSE_METRICSPORT', 'GATEHOUSE_METRICS_PORT'],
  ['GATEHOUSE_metrics_port', 'GATEHOUSE_METRICS_PORT'],
])('%s is answered with %s', (name, meant) => {
  expect(problems({ [name]: 'x' })).toEqual([
    `${name} is not a setting. Did you mean ${meant}? See docs/settings.md for the names.`,
  ]);
});

test('every setting is suggested for a mistyped name', () => {
  const names = Object.values(table).map(({ env }) => env);
  expect(names.length).toBeGreaterThan(25);
  for (const name of names.filter((one) => one.startsWith('GATEHOUSE_'))) {
    const slip = `${name.slice(0, 12)}${name.slice(13)}`;
    expect(problems({ [slip]: 'x' })).toEqual([
      `${slip} is not a setting. Did you mean ${name}? See docs/settings.md for the names.`,
    ]);
  }
});

test('a name unlike any setting gets no suggestion', () => {
  for (const name of ['GATEHOUSE_', 'GATEHOUSE_X', 'GATEHOUSE_NONSENSE', 'GATEHOUSE_DEBUGGING_LEVEL']) {
    expect(problems({ [name]: 'x' })).toEqual([
      `${name} is not a setting. See docs/settings.md for the names.`,
    ]);
  }
});

test.each([
  ['./x.db', 'file:./x.db'],
  ['../x.db', 'file:../x.db'],
  ['x.db', 'file:./x.db'],
  ['data/x.sqlite3', 'file:./data/x.sqlite3'],
  ['/srv/data/x', 'file:/srv/data/x'],
  ['sqlite:x.db', 'file:./x.db'],
  ['sqlite://x.db', 'file:./x.db'],
  ['sqlite:///srv/x.db', 'file:/srv/x.db'],
  ['SQLite:./x', 'file:./x'],
  ['file://x.db', 'file:./x.db'],
  ['file://./x.db', 'file:./x.db'],
])('DATABASE_URL=%s is answered with its spelling, %s', (text, spelling) => {
  expect(problems({ DATABASE_URL: text })).toEqual([
    `DATABASE_URL has an unusable value; expected ${table.databaseUrl.expects}. For this file write \`${spelling}\`.`,
  ]);
  expect(problems({ DATABASE_URL: spelling })).toEqual([]);
});

test('DATABASE_URL=file:///tmp/x.db is a spelling of its own, and what may be a password is not repeated', () => {
  expect(problems({ DATABASE_URL: 'file:///tmp/x.db' })).toEqual([]);
  for (const text of [
    'hunter2',
    'joe:hunter2@db/x.db',
    'mysql://joe:hunter2@db/x.db',
    'sqlite://joe:hunter2@db/x',
  ]) {
    expect(problems({ DATABASE_URL: text })).toEqual([
      `DATABASE_URL has an unusable value; expected ${table.databaseUrl.expects}.`,
    ]);
  }
});

test('DATABASE_URL may be a file path, and is never repeated: it may hold a password', () => {
  for (const text of ['file:x', 'file:./a/b.db', 'file:///var/lib/gatehouse.db', 'file:/var/lib/g.db']) {
    expect(readSettings({ DATABASE_URL: text }).databaseUrl).toBe(text);
  }
  for (const text of ['file:', 'file:/', 'file:folder/', 'data', 'http://x', 'postgrex://joe:hunter2@db/x']) {
    expect(problems({ DATABASE_URL: text }), text).toEqual([
      `DATABASE_URL has an unusable value; expected ${table.databaseUrl.expects}.`,
    ]);
  }
});

test('GATEHOUSE_SMTP_URL is never repeated either', () => {
  expect(problems({ GATEHOUSE_SMTP_URL: 'smpt://joe:hunter2@mail.example.com' })).toEqual([
    `GATEHOUSE_SMTP_URL has an unusable value; expected ${table.smtpUrl.expects}.`,
  ]);
});

test('variables of other programs are ignored', () => {
  expect(problems({ PATH: '/bin', gatehouse_debug: 'x', MY_GATEHOUSE_X: 'y', GATEHOUSEX: 'z' })).toEqual([]);
});

test('one port cannot be used twice, unless at two addresses or chosen by the system', () => {
  const both = (port: string) => ({ PORT: port, GATEHOUSE_METRICS_PORT: port });
  const clash = 'GATEHOUSE_METRICS_PORT must be another port than PORT.';
  expect(problems(both('9464'))).toEqual([clash]);
  expect(problems({ ...both('9464'), GATEHOUSE_THROTTLE: 'x' })).toHaveLength(2);
  expect(problems({ GATEHOUSE_METRICS_PORT: '3000' })).toEqual([clash]);
  expect(problems({ ...both('9464'), HOST: '10.0.0.1' })).toEqual([]);
  expect(problems(both('0'))).toEqual([]);
  expect(problems(both('x'))).toHaveLength(2);
});

test('every worker needs four connections to PostgreSQL, and none to a file', () => {
  const postgres = { DATABASE_URL: 'postgres://db.example/gate' };
  const short = 'GATEHOUSE_DATABASE_CONNECTIONS must be 12 or more: 4 for each worker.';
  expect(problems({ ...postgres, GATEHOUSE_WORKERS: '2' })).toEqual([]);
  expect(problems({ ...postgres, GATEHOUSE_WORKERS: '3' })).toEqual([short]);
  expect(problems({ ...postgres, GATEHOUSE_WORKERS: '3', GATEHOUSE_DATABASE_CONNECTIONS: '12' })).toEqual([]);
  expect(problems({ ...postgres, GATEHOUSE_WORKERS: '64', GATEHOUSE_DATABASE_CONNECTIONS: '256' })).toEqual(
    [],
  );
  expect(problems({ GATEHOUSE_WORKERS: '64' })).toEqual([]);
  expect(problems({ DATABASE_URL: 'x', GATEHOUSE_WORKERS: '64' })).toHaveLength(1);
});
