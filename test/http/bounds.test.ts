/** No request causes more than a fixed amount of work (ruling B5). */

import { expect, test } from 'vitest';
import { isAlive, joe, newSession, register, rest } from '../support/contracts.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** As many sessions of one user, all of them alive. */
async function manySessions(server: TestServer, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push(await newSession(server, rest));
  return ids;
}

test('B5: a logout ends up to eight sessions that a request presents, and refuses more before it looks for any', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE: 'off' });
  await register(server, joe.username, joe.password);
  const ids = await manySessions(server, 9);
  const logout = (header: readonly string[], cookies: readonly string[]) =>
    server.send({
      method: 'POST',
      path: '/auth/logout',
      headers: {
        'x-session-id': header.join(', '),
        cookie: cookies.map((id) => `session_id=${id}`).join('; '),
      },
    });
  for (const [header, cookies] of [
    [ids, []],
    [[], ids],
    [ids.slice(0, 4), ids.slice(4)],
  ] as const) {
    const refused = await logout(header, cookies);
    expect([refused.status, rest.errorIn(refused)]).toEqual([400, 'Malformed request']);
    expect(refused.cookie).toBeUndefined();
  }
  for (const id of ids) expect(await isAlive(server, id)).toBe(true);
  // The same id twice is one, and text that no id can be is none.
  const noise = ['', 'x', 'x'.repeat(14), 'x'.repeat(37), 'not/an/id'];
  const some = ids.slice(0, 8);
  const ended = await logout([...some, ...noise, ...noise], [...some, ...noise]);
  expect([ended.status, ended.cookie]).toEqual([204, '']);
  expect(await Promise.all(ids.map((id) => isAlive(server, id)))).toEqual([...some.map(() => false), true]);
});

test('B5: thousands of texts in one header end nothing but the session among them', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE: 'off' });
  await register(server, joe.username, joe.password);
  const [id = ''] = await manySessions(server, 1);
  const header = `${'x,'.repeat(7_000)}${id}`;
  const { status } = await server.send({
    method: 'POST',
    path: '/auth/logout',
    headers: { 'x-session-id': header },
  });
  expect(status).toBe(204);
  expect(await isAlive(server, id)).toBe(false);
});
