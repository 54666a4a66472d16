/** Users and sessions in the application's own code. */

import { expect, test } from 'vitest';
import { embedded } from '../support/embedded.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

/** The entries of the audit that the log received, as words. */
function audited({ log }: { log: { info: [object, string][] } }): string[] {
  return log.info
    .map(([entry]) => (entry as { audit?: Record<string, unknown> }).audit)
    .filter((audit) => audit !== undefined)
    .map(({ event, outcome, contract }) => `${event} ${outcome} ${contract}`);
}

test('an account is made, found by every name, and can log in', async () => {
  const gatehouse = await embedded();
  const made = await gatehouse.users.create(person);
  if (made.status !== 'created') throw new Error(made.message);
  expect(made.user).toEqual({
    id: expect.any(String),
    email: person.email,
    emailVerified: false,
    createdAt: expect.any(Date),
  });
  for (const name of [made.user.id, 'user@example.com', 'User@EXAMPLE.com'])
    expect(await gatehouse.users.find(name)).toEqual({
      ...made.user,
      mailAddress: person.email,
      disabledAt: undefined,
    });
  expect(await gatehouse.users.find('nothing@example.com')).toBeUndefined();
  expect((await gatehouse.post('/auth/login', person)).status).toBe(200);
  expect(audited(gatehouse)).toEqual(['register ok library', 'login ok rest']);
});

test('an account without a password cannot log in until a link sets one', async () => {
  const gatehouse = await embedded();
  expect(await gatehouse.users.create({ username: 'joe' })).toMatchObject({
    status: 'created',
    user: { username: 'joe' },
  });
  expect((await gatehouse.post('/login.json', { username: 'joe', password: '' })).status).not.toBe(200);
});

test.each([
  [{ ...person, email: 'no address' }, 'invalid_identifier', 'Invalid identifier'],
  [{ ...person, password: 'short' }, 'password_too_short', 'Password must have at least 8 characters'],
  [{ ...person, password: 'password1' }, 'password_common', 'Password is too common'],
  [{ ...person, password: 'user@example.com' }, 'password_is_identifier', /differ from the name/],
] as const)('%j is refused as %s, with a sentence', async (asked, reason, message) => {
  const gatehouse = await embedded();
  expect(await gatehouse.users.create(asked)).toEqual({
    status: 'refused',
    reason,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
});

test('a taken name is refused, in any letter case', async () => {
  const gatehouse = await embedded();
  await gatehouse.users.create(person);
  const again = await gatehouse.users.create({ ...person, email: 'USER@example.com' });
  expect(again).toMatchObject({ status: 'refused', reason: 'identifier_taken' });
});

test('a disabled account has no session and no login, and an enabled one has logins again', async () => {
  const gatehouse = await embedded();
  const { cookie = '' } = await gatehouse.post('/auth/register', person);
  expect(await gatehouse.users.disable(person.email)).toBe(true);
  expect(await gatehouse.session(new Headers({ cookie }))).toEqual({ status: 'none' });
  expect((await gatehouse.post('/auth/login', person)).status).toBe(401);
  expect((await gatehouse.users.find(person.email))?.disabledAt).toBeInstanceOf(Date);
  expect(await gatehouse.users.enable(person.email)).toBe(true);
  expect(await gatehouse.session(new Headers({ cookie }))).toEqual({ status: 'none' });
  expect((await gatehouse.post('/auth/login', person)).status).toBe(200);
});

test('a removed account is gone, and its name is free', async () => {
  const gatehouse = await embedded();
  const { cookie = '' } = await gatehouse.post('/auth/register', person);
  expect(await gatehouse.users.remove(person.email)).toBe(true);
  expect(await gatehouse.users.remove(person.email)).toBe(false);
  expect(await gatehouse.session(new Headers({ cookie }))).toEqual({ status: 'none' });
  expect(await gatehouse.users.find(person.email)).toBeUndefined();
  expect((await gatehouse.post('/auth/register', person)).status).toBe(201);
});

test('sessions are listed, the most recently used first, and end one by one or all together', async () => {
  const gatehouse = await embedded();
  const first = await gatehouse.post('/auth/register', person);
  const second = await gatehouse.post('/auth/login', person);
  const third = await gatehouse.post('/auth/login', person);
  const handleOf = async (cookie = '') => {
    const result = await gatehouse.session(new Headers({ cookie }));
    return result.status === 'live' ? result.session.handle : result.status;
  };
  const handles = await Promise.all([third, second, first].map(({ cookie }) => handleOf(cookie)));
  const listed = await Array.fromAsync(gatehouse.sessions.list(person.email), ({ handle }) => handle);
  expect(listed.toSorted()).toEqual(handles.toSorted());
  expect(await gatehouse.sessions.end(handles[0] ?? '')).toBe(true);
  expect(await gatehouse.sessions.end(handles[0] ?? '')).toBe(false);
  expect(await handleOf(third.cookie)).toBe('none');
  expect(await gatehouse.sessions.endAll(person.email)).toBe(2);
  expect(await gatehouse.sessions.endAll(person.email)).toBe(0);
  expect(await Array.fromAsync(gatehouse.sessions.list(person.email))).toEqual([]);
  expect(await handleOf(first.cookie)).toBe('none');
  expect(audited(gatehouse).filter((line) => line === 'logout ok library')).toHaveLength(3);
});

test('an account that is not there has no sessions, and is neither disabled nor enabled', async () => {
  const gatehouse = await embedded();
  expect(await Array.fromAsync(gatehouse.sessions.list('nothing'))).toEqual([]);
  expect(await gatehouse.sessions.endAll('nothing')).toBe(0);
  expect(await gatehouse.sessions.end('nothing')).toBe(false);
  for (const step of ['disable', 'enable', 'remove'] as const)
    expect(await gatehouse.users[step]('nothing')).toBe(false);
});

test.each([undefined, null, 7, {}, ['user@example.com']])(
  '%j is no name, and the error says so',
  async (name) => {
    const gatehouse = await embedded();
    const wrong = name as never;
    await expect(gatehouse.users.find(wrong)).rejects.toThrow(/^user must be a string; it is/);
    await expect(gatehouse.users.create({ email: wrong })).rejects.toThrow(TypeError);
    await expect(gatehouse.sessions.end(wrong)).rejects.toThrow(/^handle must be a string/);
  },
);

test('while the store is away every method rejects', async () => {
  const gatehouse = await embedded();
  await gatehouse.close();
  await expect(gatehouse.users.find(person.email)).rejects.toMatchObject({ name: 'StoreUnavailable' });
  await expect(gatehouse.sessions.endAll(person.email)).rejects.toMatchObject({ name: 'StoreUnavailable' });
});
