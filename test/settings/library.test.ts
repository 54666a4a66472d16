/** Settings given to the library as values: checked like those of an environment, all problems at once. */

import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createGatehouse, type Settings, UnusableSettings } from '../../src/index.ts';
import { table } from '../../src/settings/option-table.ts';
import { temporaryFolder } from '../support/server.ts';

/** What is wrong with options; it has to be said before anything is opened. */
async function problems(settings: unknown, others: object = {}): Promise<readonly string[]> {
  const error = await createGatehouse({ ...others, settings } as object).then(
    (gatehouse) => gatehouse.close(),
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(UnusableSettings);
  return (error as UnusableSettings).problems;
}

async function opens(settings: Partial<Record<keyof Settings, unknown>>): Promise<void> {
  const databaseUrl = `file:${join(temporaryFolder(), 'gatehouse.db')}`;
  const gatehouse = await createGatehouse({ settings: { databaseUrl, ...settings } } as object);
  onTestFinished(() => gatehouse.close());
  expect((await gatehouse.fetch(new Request('http://localhost/readyz'))).status).toBe(200);
}

test('all problems are listed at once, in the names of the library', async () => {
  expect(
    await problems({
      port: '3000',
      metricsPort: Number.NaN,
      throttle: 'off',
      throttleAccount: '10/15m',
      allowedOrigins: 'https://a.example',
      debgu: true,
      DATABASE_URL: 'file:x.db',
      GATEHOUSE_METRICS_PORT: 1,
      nonsense: 1,
    }),
  ).toEqual([
    'debgu is not a setting. Did you mean debug? See docs/settings.md for the names.',
    'DATABASE_URL is not a setting. Did you mean databaseUrl? See docs/settings.md for the names.',
    'GATEHOUSE_METRICS_PORT is not a setting. Did you mean metricsPort? See docs/settings.md for the names.',
    'nonsense is not a setting. See docs/settings.md for the names.',
    'port is "3000"; expected a whole number from 0 to 65535.',
    `allowedOrigins is "https://a.example"; expected an array (in the environment: ${table.allowedOrigins.expects}).`,
    'throttle is "off"; expected `true` or `false`.',
    expect.stringMatching(
      /^throttleAccount is "10\/15m"; expected an object such as `\{"limit":10,"windowMs":900000\}` \(in the environment: a rate such as/,
    ),
    'metricsPort is NaN; expected a whole number from 0 to 65535, or `null`.',
  ]);
});

test.each(['./x.db', 'x.db', 'sqlite:x.db'])(
  'databaseUrl %s is answered with its spelling',
  async (databaseUrl) => {
    expect(await problems({ databaseUrl })).toEqual([
      `databaseUrl has an unusable value; expected ${table.databaseUrl.expects}. For this file write \`file:./x.db\`.`,
    ]);
  },
);

test('nothing secret is repeated', async () => {
  const said = await problems({
    databaseUrl: 'mysql://joe:hunter2@db.example/x',
    smtpUrl: ['hunter2'],
    databaseListenUrl: { toString: () => 'hunter2' },
  });
  expect(said).toHaveLength(3);
  expect(said.join('|')).not.toContain('hunter2');
});

test('settings that do not go together are refused, in the names of the library', async () => {
  expect(await problems({ port: 9464, metricsPort: 9464 })).toEqual([
    'metricsPort must be another port than port.',
  ]);
  expect(await problems({ databaseUrl: 'postgres://db.example/x', workers: 3 })).toEqual([
    'databaseConnections must be 12 or more: 4 for each worker.',
  ]);
});

test.each([[null], ['file:x.db'], [7], [[]], [() => ({})]])(
  'settings that are %j are no object of settings',
  async (settings) => {
    expect(await problems(settings)).toEqual(['settings must be an object of options and values.']);
  },
);

test('a value that throws when it is looked at does not hide the name of its option', async () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no');
      },
      ownKeys: () => {
        throw new Error('no');
      },
    },
  );
  expect(await problems({ throttleAccount: hostile })).toEqual([
    expect.stringMatching(/^throttleAccount is an object; /),
  ]);
  expect(await problems(JSON.parse('{"__proto__": {"port": 1}, "constructor": 1}'))).toHaveLength(2);
});

test('a setting given as an option is refused with its place, and nothing is opened', async () => {
  expect(await problems({}, { databaseUrl: 'file:x.db', clokc: Date.now })).toEqual([
    'databaseUrl is a setting: give it in `settings`.',
    'clokc is not an option. Did you mean clock?',
  ]);
});

test.each([
  ['null', null, 'The options must be an object.'],
  ['a string', 'file:x.db', 'The options must be an object.'],
  [
    'a log that is a function',
    { log: () => {} },
    'log must be an object with the methods info and error, such as console.',
  ],
  [
    'a log without error',
    { log: { info() {} } },
    'log must be an object with the methods info and error, such as console.',
  ],
  ['a clock that is a time', { clock: 1_700_000_000_000 }, 'clock must be a function.'],
  ['a share that is a number', { share: 2 }, 'share must be as in { number: 1, of: 2 }.'],
  ['a share beyond its whole', { share: { number: 3, of: 2 } }, 'share must be as in { number: 1, of: 2 }.'],
  ['a hook that is a name', { onRegistered: 'welcome' }, 'onRegistered must be a function.'],
  ['a hook that is null', { onSessionEnded: null }, 'onSessionEnded must be a function.'],
])('%s is refused with its sentence, and nothing is opened', async (_what, options, sentence) => {
  const refused = await createGatehouse(options as never).catch((error: unknown) => error);
  expect(refused).toMatchObject({ name: 'UnusableSettings', problems: [sentence] });
});

test('undefined selects the default, and usable options open a store', async () => {
  await opens({ port: undefined, timeZone: undefined, throttleAccount: undefined, debug: true });
});
