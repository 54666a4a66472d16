/** What a person does in an application of the documentation. */

import { expect } from 'vitest';
import { type Answer, sendExactly } from '../../support/client.ts';

export const person = { email: 'user@example.com', password: 'strongpassword' };
const html = { accept: 'text/html,application/xhtml+xml' };

export function post(
  url: string,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return sendExactly(url, {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** Registers a person; resolves to the cookie. */
export async function registered(
  url: string,
  email = person.email,
  path = '/auth/register',
): Promise<string> {
  const answer = await post(url, path, { ...person, email });
  expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('session_id')]);
  return `session_id=${answer.cookie}`;
}

export function pageAt(url: string, path: string, cookie = ''): Promise<Answer> {
  return sendExactly(url, { path, headers: { ...html, ...(cookie && { cookie }) } });
}

/**
 * Registers, sees the protected page, logs out, logs in again; without a session the page leads to the one for signing in.
 * The application is below `base`.
 */
export async function life(url: string, base = '', email = person.email): Promise<void> {
  const statics = await pageAt(url, `${base}/own-sign-in.html`);
  expect([statics.status, statics.text]).toEqual([200, expect.stringContaining('event.submitter.value')]);
  const before = await pageAt(url, `${base}/profile`);
  expect([302, 303, 307]).toContain(before.status);
  const [location, page] = String(before.headers.location).split('?return_to=');
  expect([location, page && decodeURIComponent(page)]).toEqual([
    `${base}/own-sign-in.html`,
    page && `${base}/profile`,
  ]);
  const cookie = await registered(url, email, `${base}/auth/register`);
  const seen = await pageAt(url, `${base}/profile`, cookie);
  expect([seen.status, seen.text]).toEqual([200, expect.stringContaining(email)]);
  const out = await post(url, `${base}/auth/logout`, {}, { cookie });
  expect([out.status, out.cookie]).toEqual([204, '']);
  expect((await pageAt(url, `${base}/profile`, cookie)).status).toBe(before.status);
  const again = await post(url, `${base}/auth/login`, { ...person, email });
  expect(again.status).toBe(200);
  expect((await pageAt(url, `${base}/profile`, `session_id=${again.cookie}`)).text).toContain(email);
}
