/** `gatehouse throttle` beside a running server: what refuses logins is seen and lifted, and nothing else. */

import { describe, expect, test } from 'vitest';
import { command } from '../support/command.ts';
import { spread } from '../support/length.ts';
import { places } from '../support/moving.ts';
import { startProcess } from '../support/process.ts';

const password = 'strongpassword';

async function world(place: keyof typeof places, client = '40/15m') {
  const url = await places[place]();
  const server = await startProcess({
    DATABASE_URL: url,
    GATEHOUSE_THROTTLE_ACCOUNT: '3/15m',
    GATEHOUSE_THROTTLE_CLIENT: client,
    GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1',
    // Where a mail server is set up, registrations send mails; nothing listens there.
    GATEHOUSE_SMTP_URL: 'smtp://127.0.0.1:9',
    GATEHOUSE_PUBLIC_URL: 'http://localhost',
  });
  const run = (words: string) =>
    command(words.split(' '), {
      file: '',
      environment: {
        DATABASE_URL: url,
        GATEHOUSE_THROTTLE_ACCOUNT: '3/15m',
        GATEHOUSE_THROTTLE_CLIENT: client,
      },
    });
  const login = async (email: string, word = password, headers: Record<string, string> = {}) =>
    server.post('/auth/login', { email, password: word }, headers);
  const guess = async (email: string, times: number, headers: Record<string, string> = {}) => {
    for (let n = 0; n < times; n += 1) await login(email, 'a wrong password', headers);
  };
  return { server, run, login, guess };
}

const from = (address: string) => ({ 'x-forwarded-for': address });
const status = async (answer: Promise<{ status: number }>) => (await answer).status;

describe.each(['sqlite', 'postgres'] as const)('%s', (place) => {
  test('of an account, known or not, and of its known devices', { timeout: 120_000 }, async () => {
    const { server, run, login, guess } = await world(place);
    await server.post('/auth/register', { email: 'ada@example.com', password });
    const known = await login('ada@example.com');
    const device = [known.headers['set-cookie'] ?? []]
      .flat()
      .map((line) => /^((?:__Host-)?gatehouse_device=[^;]+)/.exec(line)?.[1])
      .find((pair) => pair !== undefined);
    const onDevice = { cookie: String(device) };
    await guess('Ada@example.com', 3);
    await guess('ada@example.com', 3, onDevice);
    expect(await status(login('ada@example.com'))).toBe(429);
    expect(await status(login('ada@example.com', password, onDevice))).toBe(429);
    await guess('nobody@example.com', 3);
    await guess('bob@example.com', 2);

    const shown = await run('throttle show ADA@example.com --json');
    expect([
      shown.code,
      shown.json.map(({ kind, count, limit, is_full }) => [kind, count, limit, is_full]),
    ]).toEqual([
      0,
      [
        ['account', 3, 3, true],
        ['device', 3, 3, true],
      ],
    ]);
    expect((await run('throttle show bob@example.com')).stdout).toMatch(
      /^KIND +COUNT +LIMIT +FULL +ENDS\naccount +2 +3 +no +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\n$/,
    );
    expect((await run('throttle show nobody-at-all')).stdout).toBe('None.\n');

    const cleared = await run('throttle clear ada@example.com --json');
    expect([cleared.code, cleared.json]).toEqual([0, [{ cleared: 2 }]]);
    expect(await status(login('ada@example.com'))).toBe(200);
    expect(await status(login('ada@example.com', password, onDevice))).toBe(200);
    // No other name's was cleared.
    expect(await status(login('nobody@example.com'))).toBe(429);
    expect((await run('throttle clear nobody@example.com')).stdout).toBe('1 count cleared.\n');
    expect(await status(login('nobody@example.com'))).toBe(401);

    const [{ id } = {}] = (await run('user show ada@example.com --json')).json;
    await guess('ada@example.com', 3);
    expect((await run(`throttle clear ${id}`)).stdout).toMatch(/^[1-9] counts? cleared\.\n$/);
    const entries = (await run('audit tail --json --lines 100')).json.filter(
      ({ event }) => event === 'throttle_clear',
    );
    expect(entries).toMatchObject([
      { outcome: 'ok', contract: 'cli', network: 'local', user_id: id },
      { outcome: 'ok', contract: 'cli', network: 'local', user_id: null },
      { outcome: 'ok', contract: 'cli', network: 'local', user_id: id },
    ]);
  });

  test('of a network, by an address or by the block that is counted', { timeout: 180_000 }, async () => {
    const { server, run, login, guess } = await world(place, '6/15m');
    let serial = 0;
    for (const [address, ...spellings] of [
      ['203.0.113.7', '203.0.113.7', '203.0.113.7/32', '::ffff:203.0.113.7'],
      ['2001:db8:0:1::5', '2001:db8:0:1::5', '2001:DB8:0:1::/64', '2001:db8:0:1:ffff::9'],
    ] as const) {
      for (const spelling of spellings) {
        for (let n = 0; n < 6; n += 1) await guess(`user${serial++}@example.com`, 1, from(address));
        expect(await status(login(`user${serial++}@example.com`, password, from(address)))).toBe(429);
        expect((await run(`throttle show ${spelling} --json`)).json).toMatchObject([
          { kind: 'client', count: 6, limit: 6, is_full: true },
        ]);
        expect((await run(`throttle clear ${spelling} --json`)).json).toEqual([{ cleared: 1 }]);
        expect(await status(login(`user${serial++}@example.com`, password, from(address)))).toBe(401);
        // That one counted again, under the network of all these spellings.
        await run(`throttle clear ${spelling}`);
      }
    }
    // What a network's registrations may send has a count of its own.
    await server.post('/auth/register', { email: 'new@example.com', password }, from('203.0.113.8'));
    const shown = async () => (await run('throttle show 203.0.113.8 --json')).json;
    await expect
      .poll(async () => (await shown()).map(({ kind, count, limit }) => [kind, count, limit]))
      .toEqual([
        ['client', 1, 6],
        ['registration_mail', 1, 20],
      ]);
    expect((await run('throttle clear 203.0.113.8 --json')).json).toEqual([{ cleared: 2 }]);
    expect(await shown()).toEqual([]);
    const networks = (await run('audit tail --json --lines 500')).json
      .filter(({ event, network }) => event === 'throttle_clear' && network !== 'local')
      .map(({ network }) => network);
    expect(new Set(networks)).toEqual(new Set(['203.0.113.7', '203.0.113.8', '2001:db8:0:1::/64']));
  });
});

const unusable: [string[], string][] = [
  [[], 'Give an account, a network'],
  [['ada', '--unknown'], 'Give an account, a network'],
  [['203.0.113.0/24'], 'A network must be'],
  [['2001:db8::/32'], 'A network must be'],
  [['2001:db8::1/64'], 'A network must be'],
  [['300.1.2.3'], 'A network must be'],
  [['::g'], 'A network must be'],
];

test.each(spread(unusable, 4))('refused: %j', async (words, sentence) => {
  for (const what of ['show', 'clear']) {
    const refused = await command(['throttle', what, ...words], { file: 'unused.db' });
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      2,
      '',
      expect.stringContaining(sentence),
    ]);
  }
});
