/** The page for a new account: who may have one, and what is wrong beside its field (rulings G3, G4 and W5). */

import { expect, test } from 'vitest';
import { command } from '../support/command.ts';
import { countRows, rowCounts } from '../support/database.ts';
import { Browser, newcomer, pagesOn } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const identifier = 'ada@example.com';
test.each([
  ['ada', 422, { identifier: expect.stringContaining('Use an e-mail address such as') }, 'a b'],
  ['ada', 409, { identifier: expect.stringContaining('There is an account with this name.') }, 'ADA'],
  ['ada', 422, { password: 'The password must have at least 8 characters.' }, 'eve', 'short'],
  ['ada', 422, { password: 'The password must have at most 256 characters.' }, 'eve', 'x'.repeat(257)],
  ['ada', 422, { password: expect.stringContaining('one of the most common') }, 'eve', 'password1'],
  ['ada', 422, { password: expect.stringContaining('must differ from the name') }, 'evelyn_42', 'Evelyn_42'],
  ['ada', 422, { password: expect.stringContaining('more than the name') }, 'eve', 'gatehouse1'],
])(
  'G3, G4: with %s there, a registration is %i, with its reason beside the field',
  async (name, status, problems, other, word = password) => {
    const server = await startServer(pagesOn);
    await newcomer(server, name);
    const refused = await new Browser(server).fill('/register', { identifier: other, password: word });
    expect([refused.status, refused.problems, refused.alert]).toEqual([status, problems, '']);
    expect(refused.headers['set-cookie']).toBeUndefined();
    // The name is there again, and the password is not.
    expect(refused.forms[0]?.values).toMatchObject({ identifier: other, password: '' });
    expect(refused.text).not.toContain(`value="${word}"`);
    expect(await rowCounts(server, 'auth', 'sessions')).toEqual([1, 1]);
  },
);

test.each([
  ['rest', 'E-mail address', 'ada@example.com', 'ada', 'This is not an e-mail address.'],
  ['envelope', 'Username', 'ada', 'ada@example.com', 'A username has 3 to 40 letters'],
  ['dotjson', 'Username', 'ada', 'ada@example.com', 'A username has 3 to 40 letters'],
  ['rest,dotjson', 'E-mail address or username', 'ada', 'a b', 'Use an e-mail address such as'],
])('W5: with the contracts %s the pages ask for: %s', async (contracts, label, good, bad, sentence) => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_CONTRACTS: contracts });
  for (const path of ['/sign-in', '/register', '/forgot-password'])
    expect((await new Browser(server).open(path)).text).toContain(`<label for="identifier">${label}</label>`);
  const refused = await new Browser(server).fill('/register', { identifier: bad, password });
  expect([refused.status, refused.problems]).toEqual([
    422,
    { identifier: expect.stringContaining(sentence) },
  ]);
  await newcomer(server, good);
});

test('W5: a closed registration has no form, no link to it, and refuses a post', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_REGISTRATION: 'closed' });
  const page = await new Browser(server).open('/register');
  expect([page.status, page.forms.length]).toEqual([200, 0]);
  expect(page.words).toContain('New accounts cannot be made here.');
  expect((await new Browser(server).open('/sign-in')).links).not.toContain('register');
  for (const fields of [{}, { identifier, password }, { identifier, password, code: 'a'.repeat(26) }]) {
    const refused = await new Browser(server).post('/register', fields);
    expect([refused.status, refused.words]).toEqual([403, expect.stringContaining('cannot be made here')]);
    expect(refused.headers['set-cookie']).toBeUndefined();
  }
  expect(await countRows(server, 'auth')).toBe(0);
});

test('W5: with invitations only, the page takes the code of the name, once', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_REGISTRATION: 'invite' });
  const said = await command(['user', 'invite', identifier, '--json'], {
    file: server.file,
    environment: { DATABASE_URL: server.database, GATEHOUSE_REGISTRATION: 'invite' },
  });
  const code = String(said.json[0]?.['token']);
  const browser = new Browser(server);
  const page = await browser.open('/register');
  expect(page.forms[0]?.names).toEqual(['code', 'identifier', 'password', 'remember']);
  const missing = await browser.submit(page, { identifier, password });
  expect([missing.status, missing.problems]).toEqual([400, { code: 'Fill in the code.' }]);
  const notInvited = expect.stringContaining('This invitation is not valid for this name.');
  for (const [name, wrongCode] of [
    [identifier, 'a'.repeat(26)],
    ['eve@example.com', code],
  ] as const) {
    const refused = await browser.submit(page, { identifier: name, password, code: wrongCode });
    expect([refused.status, refused.problems]).toEqual([403, { code: notInvited }]);
  }
  // Typed from the mail, with capitals and a space.
  const typed = ` ${code.slice(0, 13).toUpperCase()} ${code.slice(13)} `;
  expect((await browser.submit(page, { identifier, password, code: typed })).location).toBe('account');
  const twice = await new Browser(server).post('/register', { identifier, password, code });
  expect([twice.status, await countRows(server, 'auth')]).toEqual([403, 1]);
});
