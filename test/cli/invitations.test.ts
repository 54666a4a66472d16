/** `gatehouse user invite` beside a running server: what it prints registers one name, and what it cannot do it says. */

import { expect, test } from 'vitest';
import { command, commandsOver } from '../support/command.ts';
import { query } from '../support/database.ts';
import { prepared } from '../support/prepared.ts';
import { startProcess } from '../support/process.ts';

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const password = 'strongpassword';
const dayMs = 86_400_000;

const asInvited = { GATEHOUSE_REGISTRATION: 'invite' };

const withTaken = prepared((run) => run('user add taken@example.com'));

/** A file with its tables, and commands over it. */
async function withDatabase(environment: Readonly<Record<string, string>> = asInvited) {
  const file = await withTaken();
  return { file, run: commandsOver(file, environment) };
}

test('invite: the link it prints registers its name at a server that runs, once', async () => {
  const server = await startProcess(asInvited);
  const run = commandsOver(server.file, asInvited);
  const said = await run('user invite Ada@example.com');
  expect(said.stdout).toMatch(/^https:\/\/app\.example\.com\/register#token=[a-z0-9]{26}\n$/);
  expect(said.stderr).toBe('');
  const invite = said.stdout.trim().slice(-26);
  const register = (email: string) => server.post('/auth/register', { email, password, invite });
  expect((await register('eve@example.com')).status).toBe(403);
  expect((await register('ada@example.com')).status).toBe(201);
  expect((await register('ada@example.com')).status).toBe(403);
  const [shown] = (await run('user show ada@example.com --json')).json;
  // The operator handed it over, so that no mailbox was proven.
  expect(shown).toMatchObject({ email: 'ada@example.com', email_verified_at: null });
  const events = (await run(`audit tail --user ${shown?.['id']} --json`)).json;
  expect(events.map(({ event, contract }) => `${event} ${contract}`).slice(0, 2)).toEqual([
    'invite cli',
    'register rest',
  ]);
});

test('invite: as JSON it has the name, the id to be, the instant it expires, and the token', async () => {
  const { run } = await withDatabase();
  const [value] = (await run('user invite ada --json')).json;
  expect(value).toEqual({
    identifier: 'ada',
    user_id: expect.stringMatching(uuid),
    expires_at: expect.stringMatching(instant),
    token: expect.stringMatching(/^[a-z0-9]{26}$/),
    url: `https://app.example.com/register#token=${value?.['token']}`,
  });
  const livesMs = async (words: string) =>
    Date.parse(String((await run(`user invite ada --json${words}`)).json[0]?.['expires_at'])) - Date.now();
  for (const [words, days] of [
    ['', 7],
    [' --days 1', 1],
    [' --days 90', 90],
  ] as const) {
    expect(Math.abs((await livesMs(words)) - days * dayMs)).toBeLessThan(60_000);
  }
});

test('invite: without GATEHOUSE_PUBLIC_URL the link leads to the page on this machine, and that is said', async () => {
  const { run } = await withDatabase({ ...asInvited, GATEHOUSE_PUBLIC_URL: '', GATEHOUSE_BASE_PATH: '/id' });
  const said = await run('user invite ada');
  expect(said.stdout).toMatch(/^http:\/\/127\.0\.0\.1:3000\/id\/register#token=[a-z0-9]{26}\n$/);
  expect(said.stderr).toBe('Warning: GATEHOUSE_PUBLIC_URL is not set; the link begins with this machine.\n');
});

test('invite: without pages and without GATEHOUSE_PUBLIC_URL it prints the token alone', async () => {
  const { run } = await withDatabase({ ...asInvited, GATEHOUSE_PUBLIC_URL: '', GATEHOUSE_PAGES: 'off' });
  const said = await run('user invite ada');
  expect(said.stdout).toMatch(/^[a-z0-9]{26}\n$/);
  expect(said.stderr).toBe('');
  const [value] = (await run('user invite ada --json')).json;
  expect(value?.['url']).toBe(null);
});

test.each([
  ['open', {}, 'ada', 'GATEHOUSE_REGISTRATION is open: the name can be registered without the invitation.'],
  [
    'closed',
    { GATEHOUSE_REGISTRATION: 'closed' },
    'ada',
    'GATEHOUSE_REGISTRATION is closed: the invitation works once it is set to invite.',
  ],
  [
    'invite, and rest is off',
    { ...asInvited, GATEHOUSE_CONTRACTS: 'dotjson' },
    'ada@example.com',
    'GATEHOUSE_CONTRACTS leaves out rest: no other contract registers an e-mail address.',
  ],
  [
    'invite, and dotjson is off',
    { ...asInvited, GATEHOUSE_CONTRACTS: 'rest,envelope' },
    'ada',
    'GATEHOUSE_CONTRACTS leaves out dotjson: no other contract registers a user name.',
  ],
])(
  'invite: if registration is %s, it says whether the invitation can be used',
  async (_mode, environment, name, warning) => {
    const { run } = await withDatabase(environment);
    const said = await run(`user invite ${name}`);
    expect(said.stderr).toBe(`Warning: ${warning}\n`);
  },
);

test.each([
  ['a name that is none', ['a!'], 2, 'A user name is 3 to 40 letters'],
  ['an address that is none', ['ada@'], 2, 'A user name is 3 to 40 letters'],
  [
    'a name that is taken, however it is cased',
    ['TAKEN@example.com'],
    4,
    'There is a user of this name already',
  ],
  ['no name', [], 2, 'missing required argument'],
  ['two names', ['ada', 'bob'], 2, 'too many arguments'],
  ['no day', ['ada', '--days', '0'], 2, '--days must be a whole number from 1 to 90.'],
  ['a day too many', ['ada', '--days', '91'], 2, '--days must be a whole number from 1 to 90.'],
  ['days that are no number', ['ada', '--days', '1.5'], 2, '--days must be a whole number from 1 to 90.'],
])('invite refuses %s, and makes nothing', async (_what, words, code, sentence) => {
  const { file } = await withDatabase();
  const refused = await command(['user', 'invite', ...words], { file });
  expect([refused.code, refused.stdout]).toEqual([code, '']);
  expect(refused.stderr).toContain(sentence);
  expect(await query({ database: `file:${file}` }, 'SELECT * FROM invitations')).toEqual([]);
});

test('invite: a second one replaces the first', async () => {
  const server = await startProcess(asInvited);
  const run = commandsOver(server.file, asInvited);
  const tokenOf = async () => String((await run('user invite Ada --json')).json[0]?.['token']);
  const [first, second] = [await tokenOf(), await tokenOf()];
  expect((await run('user invitations --json')).json).toHaveLength(1);
  const register = (invite: string) => server.post('/register.json', { username: 'ada', password, invite });
  expect((await register(first)).status).toBe(403);
  expect((await register(second)).status).toBe(200);
});

test('invitations: those that are good are listed by name, and one that was used is not', async () => {
  const server = await startProcess(asInvited);
  const run = commandsOver(server.file, asInvited);
  for (const name of ['Zoe', 'ada@example.com', 'bob']) await run(`user invite ${name}`);
  const [{ token } = {}] = (await run('user invite bob --json')).json;
  await server.post('/register.json', { username: 'bob', password, invite: token });
  const listed = (await run('user invitations --json')).json;
  expect(listed).toEqual(
    ['ada@example.com', 'zoe'].map((identifier) => ({
      identifier,
      user_id: expect.stringMatching(uuid),
      expires_at: expect.stringMatching(instant),
    })),
  );
  const people = (await run('user invitations')).stdout;
  expect(people).toMatch(/^EXPIRES +IDENTIFIER\n\S+ \S+ +ada@example\.com\n\S+ \S+ +zoe\n$/);
  expect(people).not.toContain(String(token));
});

test('revoke-invitation: the token is invalid from then on; a missing invitation is not found', async () => {
  const server = await startProcess(asInvited);
  const run = commandsOver(server.file, asInvited);
  const [{ token } = {}] = (await run('user invite ada --json')).json;
  const revoked = await run('user revoke-invitation ADA');
  expect(revoked.stdout).toBe('The invitation for ada is revoked.\n');
  const registered = await server.post('/register.json', { username: 'ada', password, invite: token });
  expect(registered.status).toBe(403);
  const missing = await command(['user', 'revoke-invitation', 'ada'], { file: server.file });
  expect([missing.code, missing.stdout, missing.stderr]).toEqual([
    3,
    '',
    'There is no invitation for "ada".\n',
  ]);
  const events = (await run('audit tail --json')).json.map(({ event, contract }) => `${event} ${contract}`);
  expect(events.slice(0, 2)).toEqual(['invite cli', 'invite_revoke cli']);
});
