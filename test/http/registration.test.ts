/** Who may register: anyone, only the invited, or no one, on both routes alike (ruling W5). */

import { expect, test } from 'vitest';
import { command } from '../support/command.ts';
import { dotjson, rest, type WireContract } from '../support/contracts.ts';
import { countRows, query, rowCounts, rowsOf } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

const password = 'strongpassword';
const dayMs = 86_400_000;

const closed = 'Registration is closed';
const uninvited =
  'Registration needs an invitation: the field "invite" must hold the token of one for this name';

/** The two contracts that register accounts, each with a name of its kind. */
const registering = [
  { contract: rest, name: 'ada@example.com', other: 'bob@example.com', created: 201 },
  { contract: dotjson, name: 'ada', other: 'bob', created: 200 },
] as const;

const start = (registration: string, more: Readonly<Record<string, string>> = {}) =>
  startServer({ GATEHOUSE_REGISTRATION: registration, ...more });

/** Registers a name with whatever else is in the body. */
function register(
  server: TestServer,
  { registerPath, field }: WireContract,
  name: string,
  more: object = {},
) {
  return server.post(String(registerPath), { [field]: name, password, ...more });
}

/** The token of a new invitation, from the command of the operator. */
async function invite(server: TestServer, name: string, ...words: string[]): Promise<string> {
  const said = await command(['user', 'invite', name, '--json', ...words], {
    file: server.file,
    environment: { DATABASE_URL: server.database, GATEHOUSE_REGISTRATION: 'invite' },
  });
  expect(said.stderr).toBe('');
  return String(said.json[0]?.['token']);
}

/** Expects a refusal in the contract's own shape, and no account, session or cookie. */
async function expectRefused(
  server: TestServer,
  contract: WireContract,
  name: string,
  more: object,
  sentence: string,
): Promise<void> {
  const before = await rowCounts(server, 'auth', 'users', 'sessions');
  const answer = await register(server, contract, name, more);
  const what = JSON.stringify(more).slice(0, 80);
  expect([answer.status, contract.errorIn(answer)], what).toEqual([403, sentence]);
  expect(answer.headers).not.toHaveProperty('set-cookie');
  expect(await rowCounts(server, 'auth', 'users', 'sessions')).toEqual(before);
}

test.each(registering)(
  'W5: closed: $contract.name refuses every registration',
  async ({ contract, name }) => {
    const server = await start('closed');
    for (const more of [{}, { invite: 'a'.repeat(26) }, { invite: 1 }, { password: 'short' }])
      await expectRefused(server, contract, name, more, closed);
    await expectRefused(server, contract, 'no name at all!', {}, closed);
    // Nothing was hashed or counted, and nothing is kept of it.
    expect(await rowCounts(server, 'throttle', 'audit')).toEqual([0, 0]);
    expect(server.log.map(({ entry }) => entry['audit'])).toContainEqual(
      expect.objectContaining({ event: 'register', outcome: 'registration_closed' }),
    );
  },
);

test('W5: closed: existing accounts log in as before', async () => {
  const open = await start('open');
  for (const { contract, name } of registering) await register(open, contract, name);
  await open.stop();
  const server = await startServer({ GATEHOUSE_REGISTRATION: 'closed' }, open.file);
  for (const { contract, name } of registering) {
    const answer = await server.post(contract.loginPath, { [contract.field]: name, password });
    expect(answer.status).toBe(200);
  }
});

test.each(registering)(
  'W5: open: $contract.name ignores the field invite, whatever it holds',
  async ({ contract, created }) => {
    const server = await start('open');
    const fields = [{ invite: 'wrong' }, { invite: 1 }, { invite: null }, { invite: { a: [] } }];
    for (const [n, more] of fields.entries()) {
      const name = contract.field === 'email' ? `ada${n}@example.com` : `ada${n}`;
      expect((await register(server, contract, name, more)).status).toBe(created);
    }
  },
);

test.each(registering)(
  'W5: invite: $contract.name takes the token of the name, once, however the name is cased',
  async ({ contract, name, created }) => {
    const server = await start('invite');
    const token = await invite(server, name.toUpperCase());
    const [invitation] = await rowsOf(server, 'invitations');
    expect(JSON.stringify(invitation)).not.toContain(token);
    const typed = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
    expect((await register(server, contract, typed, { invite: token })).status).toBe(created);
    const login = await server.post(contract.loginPath, { [contract.field]: name, password });
    expect(login.status).toBe(200);

    // The audit shows under one id that the name was invited and registered; the address proves nothing yet.
    const [user] = await rowsOf(server, 'users');
    expect(user).toMatchObject({ id: invitation?.['user_id'], email_verified_at: null });
    const entries = await rowsOf(server, 'audit');
    expect(entries.slice(0, 2).map((entry) => [entry['event'], entry['user_id']])).toEqual([
      ['invite', user?.['id']],
      ['register', user?.['id']],
    ]);
    expect(await countRows(server, 'invitations')).toBe(0);
    await expectRefused(server, contract, name, { invite: token }, uninvited);
    await expectRefused(
      server,
      contract,
      `${name.slice(0, 2)}x${name.slice(2)}`,
      { invite: token },
      uninvited,
    );
  },
);

test.each(registering)(
  'W5: invite: $contract.name answers one and the same to every other token',
  async ({ contract, name, other }) => {
    const server = await start('invite');
    const token = await invite(server, name);
    const foreign = await invite(server, other);
    const current = await invite(server, name);
    const wrong = [
      {},
      { invite: '' },
      { invite: 'a'.repeat(26) },
      { invite: current.toUpperCase() },
      { invite: ` ${current}` },
      { invite: 'é'.repeat(26) },
      { invite: 'x'.repeat(16_000) },
      { invite: foreign },
      { invite: token },
    ];
    for (const more of wrong) await expectRefused(server, contract, name, more, uninvited);
    expect((await register(server, contract, name, { invite: 'x'.repeat(16_384) })).status).toBe(413);
    for (const more of [
      { invite: null },
      { invite: 1 },
      { invite: [current] },
      { invite: { token: current } },
    ]) {
      const answer = await register(server, contract, name, more);
      expect([answer.status, contract.errorIn(answer)]).toEqual([400, 'The field "invite" must be a string']);
    }
    expect(await countRows(server, 'users')).toBe(0);
    expect((await register(server, contract, name, { invite: current })).status).toBeLessThan(300);
  },
);

test.each(registering)(
  'W5: invite: at $contract.name the name is bound to its kind and not to a route of the other',
  async ({ contract, name }) => {
    const server = await start('invite');
    const token = await invite(server, name);
    const stranger = contract === rest ? dotjson : rest;
    const refused = await register(server, stranger, name, { invite: token });
    expect(stranger.errorIn(refused)).toMatch(/^Invalid /);
    expect(await countRows(server, 'invitations')).toBe(1);
  },
);

test('W5: invite: a token is valid until the instant it expires', async () => {
  const server = await start('invite');
  const late = await invite(server, 'late@example.com');
  const long = await invite(server, 'long@example.com', '--days', '30');
  const rows = await query(
    server,
    'SELECT expires_at FROM invitations WHERE canonical = ?',
    'late@example.com',
  );
  const expiresAt = Number(rows[0]?.['expires_at']);
  expect(Math.abs(expiresAt - Date.now() - 7 * dayMs)).toBeLessThan(60_000);
  server.freeze(expiresAt);
  await expectRefused(server, rest, 'late@example.com', { invite: late }, uninvited);
  expect((await register(server, rest, 'long@example.com', { invite: long })).status).toBe(201);
  server.freeze(expiresAt - 1);
  expect((await register(server, rest, 'late@example.com', { invite: late })).status).toBe(201);
});

test('W5: invite: only the invited person learns whether the name is taken', async () => {
  const open = await start('open');
  await register(open, rest, 'ada@example.com');
  await open.stop();
  const server = await startServer({ GATEHOUSE_REGISTRATION: 'invite' }, open.file);
  for (const name of ['ada@example.com', 'free@example.com'])
    await expectRefused(server, rest, name, { invite: 'a'.repeat(26) }, uninvited);
});

test('W5: invite: a registration that is refused for another reason leaves the invitation valid', async () => {
  const server = await start('invite', { GATEHOUSE_THROTTLE_CLIENT: '3/15m' });
  const invited = { invite: await invite(server, 'ada@example.com') };
  const statuses = [];
  for (const more of [{ password: 'short' }, { password: 'password1' }, { password: 'ADA@example.com' }])
    statuses.push((await register(server, rest, 'ada@example.com', { ...invited, ...more })).status);
  expect(statuses).toEqual([422, 422, 422]);
  // Guesses are counted for the network, like registrations, and a full count comes before the invitation.
  for (let n = 0; n < 3; n += 1) await expectRefused(server, rest, 'ada@example.com', {}, uninvited);
  for (const more of [{}, invited])
    expect((await register(server, rest, 'ada@example.com', more)).status).toBe(429);
  expect(await countRows(server, 'invitations')).toBe(1);
  server.advance(900_000);
  expect((await register(server, rest, 'ada@example.com', invited)).status).toBe(201);
  const entries = await rowsOf(server, 'audit');
  const outcomes = entries.map((entry) => `${entry['event']} ${entry['outcome']} ${entry['user_id'] ?? '-'}`);
  expect(outcomes.filter((outcome) => outcome === 'register not_invited -')).toHaveLength(3);
});

test('W5: invite: of twenty concurrent registrations with one token exactly one gets an account', async () => {
  const server = await start('invite');
  for (const { contract, name, created } of registering) {
    const invited = { invite: await invite(server, name) };
    const users = await countRows(server, 'users');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => register(server, contract, name, invited)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === created)).toHaveLength(1);
    // The others find the invitation used up or, between two looks, the name taken.
    expect(statuses.filter((status) => status === 403 || status === 409)).toHaveLength(19);
    expect(await countRows(server, 'users')).toBe(users + 1);
    expect(await countRows(server, 'invitations')).toBe(0);
  }
});

test('W5: with GATEHOUSE_DOTJSON_STATUS=ok the refusals are shown as 200, in the same body', async () => {
  for (const [mode, sentence] of [
    ['closed', closed],
    ['invite', uninvited],
  ] as const) {
    const server = await start(mode, { GATEHOUSE_DOTJSON_STATUS: 'ok' });
    const answer = await register(server, dotjson, 'ada');
    expect([answer.status, answer.json]).toEqual([200, { error: sentence }]);
  }
});
