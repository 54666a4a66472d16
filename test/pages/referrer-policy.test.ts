/** Which origin a form of a page tells: that of this server to this server, and none to others (ruling L2). */

import { expect, test } from 'vitest';
import { sendExactly } from '../support/client.ts';
import { sharedServer } from '../support/server.ts';

const shared = sharedServer({ GATEHOUSE_PAGES: 'on', GATEHOUSE_FRONT_PAGE: 'on' });

const html = { accept: 'text/html' };
const opened = (path: string) => sendExactly(shared().url, { path, headers: html });

/** A form that asks for a mail, as a browser without cookies sends it. */
const posted = (headers: Readonly<Record<string, string>>) =>
  sendExactly(shared().url, {
    method: 'POST',
    path: '/forgot-password',
    headers: { ...html, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: 'identifier=ada%40example.com',
  });

test('L2: pages with forms tell their origin to this server only, all others tell none', async () => {
  const forms = [
    '/sign-in',
    '/register',
    '/sign-out',
    '/forgot-password',
    '/reset-password',
    '/verify-email',
  ];
  for (const path of [...forms, '/account/nothing'])
    expect((await opened(path)).headers['referrer-policy'], path).toBe('same-origin');
  for (const path of ['/', '/reference', '/auth/session', '/account', '/healthz'])
    expect((await opened(path)).headers['referrer-policy'], path).toBe('no-referrer');
});

test('L2: the first form of a browser without cookies is taken, and opening its page has set none', async () => {
  const page = await opened('/forgot-password');
  expect([page.status, page.headers['set-cookie']]).toEqual([200, undefined]);
  expect(page.text).not.toContain('type="hidden"');
  for (const headers of [{ origin: shared().url }, { 'sec-fetch-site': 'same-origin', origin: 'null' }, {}])
    expect((await posted(headers)).status, JSON.stringify(headers)).toBe(303);
});

test('L2: a form that tells no origin is refused, where the browser does not say that it is of this site', async () => {
  for (const headers of [{ origin: 'null' }, { origin: 'null', 'sec-fetch-site': 'cross-site' }])
    expect((await posted(headers)).status, JSON.stringify(headers)).toBe(403);
});
