/** A person who signs up with an application and uses it, over a real socket. */

import { expect } from 'vitest';
import { sendExactly } from '../../../support/client.ts';
import { person } from './application.ts';

/** Registers a person; resolves to the cookie. */
export async function register(url: string, path = '/auth/register'): Promise<string> {
  const answer = await sendExactly(url, {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  });
  expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('session_id')]);
  return `session_id=${answer.cookie}`;
}

/** A whole life of a session, until it is ended and another one begins. */
export async function assertLife(url: string, prefix = ''): Promise<void> {
  const cookie = await register(url, `${prefix}/auth/register`);
  expect((await sendExactly(url, { path: `${prefix}/auth/session`, headers: { cookie } })).status).toBe(200);
  expect((await sendExactly(url, { path: '/profile', headers: { cookie } })).json).toEqual({
    email: person.email,
  });
  const out = await sendExactly(url, { method: 'POST', path: `${prefix}/auth/logout`, headers: { cookie } });
  expect([out.status, out.cookie]).toEqual([204, '']);
  expect((await sendExactly(url, { path: '/profile', headers: { cookie } })).status).toBe(401);
  const login = await sendExactly(url, {
    method: 'POST',
    path: `${prefix}/auth/login`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  });
  expect(login.status).toBe(200);
}
