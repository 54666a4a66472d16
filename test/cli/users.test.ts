/** `gatehouse user` beside a running server: what it does is in force at once, and what it cannot do it says. */

import { expect, test } from 'vitest';
import { command, commandsOver } from '../support/command.ts';
import { query } from '../support/database.ts';
import { freshFile, prepared } from '../support/prepared.ts';
import { sharedProcess, type TestProcess } from '../support/process.ts';

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const password = 'strongpassword';

/** One server for all tests that need one; each has its own account. */
const shared = sharedProcess({ GATEHOUSE_THROTTLE: 'off' });

const logIn = (server: TestProcess, email: string, word = password) =>
  server.post('/auth/login', { email, password: word });

const checked = async (server: TestProcess, id: string) =>
  (await server.send({ path: '/auth/session', headers: { 'x-session-id': id } })).status;

test('add: with a password on standard input its owner can log in', async () => {
  const server = shared();
  const run = commandsOver(server.file);
  const added = await run('user add Ada@example.com --password-stdin --json', `${password}\n`);
  expect(added.json).toEqual([
    {
      id: expect.stringMatching(uuid),
      identifier: 'Ada@example.com',
      created_at: expect.stringMatching(instant),
      email: 'Ada@example.com',
      email_verified_at: null,
      disabled_at: null,
    },
  ]);
  expect((await logIn(server, 'ada@example.com')).status).toBe(200);
  expect(added.stdout + added.stderr).not.toContain(password);
});

test('add: without one it prints a link that sets it, once', async () => {
  const server = shared();
  const run = commandsOver(server.file);
  const [added] = (await run('user add grace@example.com --json')).json;
  const url = String(added?.['set_password_url']);
  expect(url).toMatch(/^https:\/\/app\.example\.com\/\S*token=[a-z0-9]{26}$/);
  const token = url.slice(url.indexOf('token=') + 6);
  const reset = () => server.post('/auth/password/reset', { token, password });
  expect((await reset()).status).toBeLessThan(300);
  expect((await logIn(server, 'grace@example.com')).status).toBe(200);
  expect((await reset()).status).toBeGreaterThanOrEqual(400);
});

test('add: creates the database, alone of all commands that ask it', async () => {
  const file = freshFile();
  for (const words of [
    ['user', 'list'],
    ['session', 'list'],
    ['audit', 'tail'],
    ['backup', `${file}.copy`],
  ]) {
    const refused = await command(words, { file });
    expect([refused.code, refused.stdout]).toEqual([5, '']);
    expect(refused.stderr).toContain('There is no database at ');
  }
  const added = await command(['user', 'add', 'ada'], { file });
  expect(added.code).toBe(0);
  expect(added.stdout).toMatch(/^ada is user [\da-f-]{36}\.\nhttps:\/\/app\.example\.com\/\S+\n$/);
  expect((await command(['user', 'list'], { file })).stdout).toContain('ada');
});

test('add: without GATEHOUSE_PUBLIC_URL the link is for this machine, and that is said', async () => {
  const said = await command(['user', 'add', 'ada'], {
    file: freshFile(),
    environment: { GATEHOUSE_PUBLIC_URL: '' },
  });
  expect(said.stdout).toContain('http://127.0.0.1:3000/');
  expect(said.stderr).toContain('GATEHOUSE_PUBLIC_URL is not set');
});

test.each([
  ['to the pages, below the base path', {}, 'https://app.example.com/id'],
  [
    'to the pages, whose base path the address has',
    { GATEHOUSE_PUBLIC_URL: 'https://a.example/id' },
    'https://a.example/id',
  ],
  ['to the application, if the pages are off', { GATEHOUSE_PAGES: 'off' }, 'https://app.example.com'],
  [
    'to the pages on this machine, if nothing else is known',
    { GATEHOUSE_PUBLIC_URL: '', HOST: '::', PORT: '8080' },
    'http://[::1]:8080/id',
  ],
])('links of user add, set-password-link and invite lead %s', async (_where, given, base) => {
  const environment = { GATEHOUSE_BASE_PATH: '/id', GATEHOUSE_REGISTRATION: 'invite', ...given };
  const run = commandsOver(freshFile(), environment);
  const link = (page: string) =>
    expect.stringMatching(new RegExp(`^${RegExp.escape(`${base}/${page}#token=`)}[a-z0-9]{26}$`));
  const [added] = (await run('user add ada --json')).json;
  expect(added?.['set_password_url']).toEqual(link('reset-password'));
  const [asked] = (await run('user set-password-link ada --json')).json;
  expect(asked?.['url']).toEqual(link('reset-password'));
  const [invited] = (await run('user invite bob --json')).json;
  expect(invited?.['url']).toEqual(link('register'));
});

/** A database that has one user. */
const withTaken = prepared((run) => run('user add taken'));

test.each([
  ['a name that is none', ['a!'], password, 2, 'A user name is 3 to 40 letters'],
  [
    'a name that is taken',
    ['taken', '--password-stdin'],
    password,
    4,
    'There is a user of this name already',
  ],
  ['a taken name in other letters', ['TAKEN'], '', 4, 'There is a user of this name already'],
  ['a short password', ['grace', '--password-stdin'], 'short', 4, 'at least 8 characters'],
  ['a common password', ['grace', '--password-stdin'], 'password1', 4, 'too common'],
  ['the name as password', ['gracehopper', '--password-stdin'], 'GraceHopper', 4, 'must differ'],
  [
    'the product as password',
    ['grace', '--password-stdin'],
    'gatehouse1',
    4,
    'more than the name of this service',
  ],
  [
    'the host as password',
    ['grace', '--password-stdin'],
    'app.example.com',
    4,
    'more than the name of this service',
  ],
  ['no password', ['grace', '--password-stdin'], '', 2, 'its first line is empty'],
  ['two lines', ['grace', '--password-stdin'], `${password}\n${password}\n`, 2, 'more than one line'],
  ['a password as argument', ['grace', password], '', 2, 'too many arguments'],
  ['no name', [], '', 2, 'missing required argument'],
])('add refuses %s', async (_what, words, input, code, sentence) => {
  const file = await withTaken();
  const refused = await command(['user', 'add', ...words], { file, input });
  expect([refused.code, refused.stdout]).toEqual([code, '']);
  expect(refused.stderr).toContain(sentence);
  const rows = await query({ database: `file:${file}` }, 'SELECT canonical FROM auth');
  expect(rows).toEqual([{ canonical: 'taken' }]);
});

test('a password may begin and end with blanks, and only the end of the line is taken off', async () => {
  const server = shared();
  await commandsOver(server.file)('user add a@example.com --password-stdin', '  strong password  \r\n');
  expect((await logIn(server, 'a@example.com', 'strong password')).status).toBe(401);
  expect((await logIn(server, 'a@example.com', '  strong password  ')).status).toBe(200);
});

test('list: oldest first, filtered, beyond one page', async () => {
  const file = freshFile();
  const run = commandsOver(file);
  for (const name of ['ada', 'bob@example.com', 'cyd@example.com']) await run(`user add ${name}`);
  await run('user disable cyd@example.com');
  const names = async (words: string) =>
    (await run(`user list --json ${words}`.trim())).json.map(({ identifier }) => identifier);
  expect(await names('')).toEqual(['ada', 'bob@example.com', 'cyd@example.com']);
  expect(await names('--matching EXAMPLE.com')).toEqual(['bob@example.com', 'cyd@example.com']);
  expect(await names('--disabled')).toEqual(['cyd@example.com']);
  expect(await names('--matching nobody')).toEqual([]);
  expect((await run('user list --matching nobody')).stdout).toBe('None.\n');
  const [heads, ...rows] = (await run('user list')).stdout.trimEnd().split('\n');
  expect(heads).toMatch(/^ID +CREATED +DISABLED +E-MAIL +IDENTIFIER$/);
  expect(rows).toHaveLength(3);
  expect(rows[1]).toMatch(/ unverified +bob@example\.com$/);
});

test('show: by name in upper or lower case, and by id', async () => {
  const server = shared();
  const run = commandsOver(server.file);
  await server.post('/auth/register', { email: 'Eve@example.com', password });
  await logIn(server, 'eve@example.com');
  const [shown] = (await run('user show eVe@example.com --json')).json;
  expect(shown).toMatchObject({ identifier: 'Eve@example.com', disabled_at: null, sessions: 2 });
  expect((await run(`user show ${shown?.['id']} --json`)).json).toEqual([shown]);
  expect((await run('user show eve@example.com')).stdout).toMatch(/^Identifier {2}Eve@example\.com\nId /);
});

test('disable: refused like a wrong password at once; enable brings no session back', async () => {
  const server = shared();
  const run = commandsOver(server.file);
  const registered = await server.post('/auth/register', { email: 'dan@example.com', password });
  const id = String(registered.json['session_id']);
  expect(await checked(server, id)).toBe(200);

  const [disabled] = (await run('user disable dan@example.com --json')).json;
  expect(disabled).toMatchObject({ identifier: 'dan@example.com', sessions_ended: 1 });
  expect(disabled?.['disabled_at']).toMatch(instant);
  expect(await checked(server, id)).toBe(401);
  const refused = await logIn(server, 'dan@example.com');
  const wrong = await logIn(server, 'nobody@example.com');
  expect([refused.status, refused.text]).toEqual([401, wrong.text]);
  const link = await command(['user', 'set-password-link', 'dan@example.com'], { file: server.file });
  expect([link.code, link.stdout]).toEqual([4, '']);

  expect((await run('user disable dan@example.com')).stdout).toBe(
    'dan@example.com is disabled. 0 sessions ended.\n',
  );
  const [enabled] = (await run('user enable dan@example.com --json')).json;
  expect(enabled).toMatchObject({ disabled_at: null, sessions_ended: 0 });
  expect(await checked(server, id)).toBe(401);
  expect((await logIn(server, 'dan@example.com')).status).toBe(200);
});

test('delete: everything is gone, and the name is free', async () => {
  const server = shared();
  const run = commandsOver(server.file);
  const registered = await server.post('/auth/register', { email: 'del@example.com', password });
  const id = String(registered.json['session_id']);
  const asked = await command(['user', 'delete', 'del@example.com'], { file: server.file });
  expect([asked.code, asked.stdout]).toEqual([2, '']);
  expect(asked.stderr).toContain('--yes');
  expect(await checked(server, id)).toBe(200);

  const [gone] = (await run('user delete del@example.com --yes --json')).json;
  expect(gone).toMatchObject({ identifier: 'del@example.com', sessions_ended: 1 });
  expect(await checked(server, id)).toBe(401);
  expect((await logIn(server, 'del@example.com')).status).toBe(401);
  expect((await server.post('/auth/register', { email: 'del@example.com', password })).status).toBe(201);
});

test('set-password-link: ends what its owner set before', async () => {
  const server = shared();
  const run = commandsOver(server.file);
  const registered = await server.post('/auth/register', { email: 'lin@example.com', password });
  const [{ url } = {}] = (await run('user set-password-link lin@example.com --json')).json;
  const token = String(url).slice(String(url).indexOf('token=') + 6);
  await server.post('/auth/password/reset', { token, password: 'another strong one' });
  expect(await checked(server, String(registered.json['session_id']))).toBe(401);
  expect((await logIn(server, 'lin@example.com')).status).toBe(401);
  expect((await logIn(server, 'lin@example.com', 'another strong one')).status).toBe(200);
  const events = (await run('audit tail --json')).json.map(({ event, contract }) => `${event} ${contract}`);
  expect(events).toContain('password_link cli');
});

test.each(['show', 'disable', 'enable', 'set-password-link', 'delete --yes'])(
  '%s: a user that is not there is not found',
  async (words) => {
    const missing = await command(['user', ...words.split(' '), 'nobody'], { file: await withTaken() });
    expect([missing.code, missing.stdout, missing.stderr]).toEqual([3, '', 'There is no user "nobody".\n']);
  },
);
