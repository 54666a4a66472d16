/** Hooks of an application: after the commit, in the process that made it, and best effort. */

import { expect, test } from 'vitest';
import type { SessionEnded } from '../../src/library/hooks.ts';
import type { User } from '../../src/library/people.ts';
import { embedded } from '../support/embedded.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

async function watched(environment: Record<string, string> = {}) {
  const registered: User[] = [];
  const ended: SessionEnded[] = [];
  const gatehouse = await embedded(environment, {
    onRegistered: (user) => void registered.push(user),
    onSessionEnded: (one) => void ended.push(one),
  });
  return { gatehouse, registered, ended };
}

test('a registration and a creation call onRegistered once each, a refused one does not', async () => {
  const { gatehouse, registered } = await watched();
  await gatehouse.post('/auth/register', person);
  await gatehouse.post('/auth/register', person);
  await gatehouse.users.create({ username: 'joe', password: 'supersecure' });
  await expect.poll(() => registered.length).toBe(2);
  expect(registered).toMatchObject([{ email: person.email }, { username: 'joe' }]);
  expect(registered[0]?.id).toBe((await gatehouse.users.find(person.email))?.id);
});

test('every way of ending a session calls onSessionEnded once, with the reason', async () => {
  const { gatehouse, ended } = await watched({ GATEHOUSE_SESSIONS_PER_USER: '2' });
  const first = await gatehouse.post('/auth/register', person);
  await gatehouse.post('/auth/logout', {}, { cookie: first.cookie ?? '' });
  await gatehouse.post('/auth/logout', {}, { cookie: first.cookie ?? '' });
  await expect.poll(() => ended.map(({ reason }) => reason)).toEqual(['logout']);
  await gatehouse.post('/auth/login', person);
  await gatehouse.post('/auth/login', person);
  await gatehouse.post('/auth/login', person);
  await expect.poll(() => ended.map(({ reason }) => reason)).toEqual(['logout', 'cap']);
  await gatehouse.users.disable(person.email);
  await expect
    .poll(() => ended.map(({ reason }) => reason))
    .toEqual(['logout', 'cap', 'account_disable', 'account_disable']);
  expect(new Set(ended.map(({ handle }) => handle)).size).toBe(4);
  expect(new Set(ended.map(({ userId }) => userId)).size).toBe(1);
});

test('a change of the password ends the other sessions with its reason, and the new id of its own is no end', async () => {
  const { gatehouse, ended } = await watched();
  const first = await gatehouse.post('/auth/register', person);
  await gatehouse.post('/auth/login', person);
  const changed = await gatehouse.post(
    '/auth/password',
    { current_password: person.password, new_password: 'another strong one' },
    { cookie: first.cookie ?? '' },
  );
  expect(changed.status).toBeLessThan(300);
  await expect.poll(() => ended.map(({ reason }) => reason)).toEqual(['password_change']);
});

test('a hook that throws, rejects or never ends is logged, and harms nothing', async () => {
  const gatehouse = await embedded(
    {},
    {
      onRegistered() {
        throw new Error('thrown by the application');
      },
      onSessionEnded: () => Promise.reject(new Error('rejected by the application')),
    },
  );
  const { status, cookie = '' } = await gatehouse.post('/auth/register', person);
  expect(status).toBe(201);
  expect((await gatehouse.post('/auth/logout', {}, { cookie })).status).toBe(204);
  await expect
    .poll(() => gatehouse.log.error)
    .toMatchObject([
      [{ hook: 'onRegistered', err: { message: 'thrown by the application' } }, 'hook failed'],
      [{ hook: 'onSessionEnded', err: { message: 'rejected by the application' } }, 'hook failed'],
    ]);
});

test('the answer does not wait for a hook', async () => {
  const gatehouse = await embedded({}, { onRegistered: () => new Promise(() => {}) });
  expect((await gatehouse.post('/auth/register', person)).status).toBe(201);
});
