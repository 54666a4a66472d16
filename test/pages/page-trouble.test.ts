/** Pages while the store cannot answer: 503, and never a word that may be untrue (rulings G9, R4 and R6). */

import { expect, test } from 'vitest';
import { countRows, lockWrites, rowCounts, takeAway } from '../support/database.ts';
import { loginTables } from '../support/engine-settings.ts';
import { Browser, newcomer, pagesOn } from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const signIn = (server: TestServer, name: string, word = password) =>
  new Browser(server).fill('/sign-in', { identifier: name, password: word });

test.each(loginTables)('G9: without the table %s a sign-in is 503 with a page', async (table) => {
  const server = await startServer(pagesOn);
  await newcomer(server);
  const putBack = await takeAway(server, table);
  const refused = await new Browser(server).post('/sign-in', { identifier, password });
  await putBack();
  expect([refused.status, refused.headers['set-cookie']]).toEqual([503, undefined]);
  expect(refused.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  expect(refused.alert).toContain('The service cannot answer at this moment.');
  expect(refused.words).toContain(String(refused.headers['x-request-id']));
  expect(refused.text).not.toMatch(/sqlite|no such|select |relation|node:/i);
  expect((await signIn(server, identifier)).status).toBe(303);
});

test('G9: while the store does not answer, no page clears the cookie, but for the one that signs out (R4)', async () => {
  const server = await startServer(pagesOn);
  const browser = await newcomer(server);
  const { id } = browser;
  const putBack = await takeAway(server, 'sessions');
  for (const path of [
    '/sign-in',
    '/sign-out',
    '/account',
    '/account/sessions',
    '/account/activity',
    '/account/confirm',
  ])
    expect([path, (await browser.open(path)).status, browser.id]).toEqual([path, 503, id]);
  for (const path of ['/account/confirm', '/account/delete', '/account/password', '/account/sessions'])
    expect([path, (await browser.post(path, { password })).status, browser.id]).toEqual([path, 503, id]);
  // Without a session to look for, the forms are there.
  expect((await new Browser(server).open('/sign-in')).status).toBe(200);
  const out = await browser.post('/sign-out', {});
  expect([out.status, browser.id]).toEqual([503, '']);
  await putBack();
  expect(await isAlive(server, id)).toBe(true);
});

test('R6: if the first session cannot be written, registering is 503, and signing in works later', async () => {
  const server = await startServer(pagesOn);
  const unlock = await takeAway(server, 'sessions');
  const refused = await new Browser(server).post('/register', { identifier, password });
  await unlock();
  expect([refused.status, refused.headers['set-cookie']]).toEqual([503, undefined]);
  expect(await rowCounts(server, 'auth', 'users', 'sessions')).toEqual([1, 1, 0]);
  expect((await signIn(server, identifier)).status).toBe(303);
});

test('G9: while writes are blocked, registering is 503 and makes nothing', async () => {
  const server = await startServer(pagesOn);
  const unlock = await lockWrites(server);
  const refused = await new Browser(server).post('/register', { identifier, password });
  await unlock();
  expect(refused.status).toBe(503);
  expect(await countRows(server, 'auth')).toBe(0);
}, 60_000);
