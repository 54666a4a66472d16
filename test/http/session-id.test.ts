/** Where a session id is read from, and which one counts when there are several (ruling G14). */

import { expect, test } from 'vitest';
import { type Answer, type Asked, sendRaw } from '../support/client.ts';
import { contracts, dotjson, isAlive, joe, newSession, register, rest } from '../support/contracts.ts';
import { startServer, type TestServer } from '../support/server.ts';

type Headers = NonNullable<Asked['headers']>;

async function withSessions(): Promise<{ server: TestServer; a: string; b: string; dead: string }> {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const [a, b, dead] = [
    await newSession(server, rest),
    await newSession(server, dotjson),
    await newSession(server, rest),
  ];
  await rest.logout(server, dead);
  return { server, a, b, dead };
}

const check = (server: TestServer, headers: Headers) => server.send({ path: '/auth/session', headers });
const cookie = (...ids: string[]) => ids.map((id) => `session_id=${id}`).join('; ');
const logout = (server: TestServer, query: string, headers: Headers = {}): Promise<Answer> =>
  server.send({ method: 'POST', path: `/logout.json${query}`, headers });

/** Ids that are no session: never minted, empty, dead, too long, and a list. */
const invalidIds = (dead: string) => ['unknown', '', dead, 'x'.repeat(5_000), '0', 'null', '%'];

/** The explicit carriers of a check. */
const explicit: Readonly<Record<string, (id: string) => Headers>> = {
  'X-Session-Id': (id) => ({ 'x-session-id': id }),
  'Authorization: Bearer': (id) => ({ authorization: `Bearer ${id}` }),
};

test('G14: a check reads the cookie, X-Session-Id and Authorization: Bearer', async () => {
  const { server, a } = await withSessions();
  for (const headers of [
    { cookie: cookie(a) },
    { 'x-session-id': a },
    { authorization: `Bearer ${a}` },
    { authorization: `bearer ${a}` },
    { authorization: `BEARER   ${a}` },
    { cookie: `theme=dark; session_id=${a}; lang=de` },
    { cookie: `theme=dark;session_id=${a}` },
    { cookie: `session_id = ${a} ` },
  ]) {
    expect((await check(server, headers)).status, JSON.stringify(headers)).toBe(200);
  }
});

test('G14: nothing else is read as a session id', async () => {
  const { server, a } = await withSessions();
  for (const headers of [
    {},
    { cookie: `Session_Id=${a}` },
    { cookie: `xsession_id=${a}` },
    { cookie: `session_idx=${a}` },
    { cookie: `session_id_=${a}` },
    { cookie: `session_i=${a}` },
    { cookie: `session_id="${a}"` },
    { cookie: `other=session_id=${a}` },
    { cookie: a },
    { authorization: a },
    { authorization: `Basic ${a}` },
    { authorization: `Bearer${a}` },
    { 'session-id': a },
    { 'x-session': a },
    { session_id: a },
  ]) {
    expect((await check(server, headers)).status, JSON.stringify(headers)).toBe(401);
  }
  expect((await server.send({ path: `/auth/session?s=${a}` })).status).toBe(401);
});

test('G14: a cookie whose name only begins like the session’s is ignored', async () => {
  const { server, a } = await withSessions();
  for (const others of ['session_idx', 'session_id2=x', 'session_i=x', '=x', ';;', 'session_i']) {
    expect((await check(server, { cookie: `${others}; ${cookie(a)}` })).status, others).toBe(200);
    expect((await check(server, { cookie: `${cookie(a)}; ${others}` })).status, others).toBe(200);
  }
});

for (const [name, carry] of Object.entries(explicit)) {
  test(`G14: ${name} outranks the cookie`, async () => {
    const { server, a, b } = await withSessions();
    const handleOf = async (headers: Headers) =>
      ((await check(server, headers)).json['session'] as { handle: string }).handle;
    expect(await handleOf({ ...carry(a), cookie: cookie(b) })).toBe(await handleOf(carry(a)));
    expect((await check(server, { ...carry(a), cookie: cookie('unknown') })).status).toBe(200);
    expect((await check(server, { ...carry(a), cookie: cookie(b, a) })).status).toBe(200);
  });

  test(`G14: ${name} without a valid id does not fall back to the cookie`, async () => {
    const { server, a, dead } = await withSessions();
    for (const id of invalidIds(dead)) {
      expect((await check(server, { ...carry(id), cookie: cookie(a) })).status, id).toBe(401);
    }
    expect((await check(server, { cookie: cookie(a) })).status).toBe(200);
  });

  test(`G14: a repeated ${name} is no session, even if both say the same`, async () => {
    const { server, a, b } = await withSessions();
    const [field = ''] = Object.keys(carry(a));
    const value = (id: string) => String(carry(id)[field]);
    for (const [first, second] of [
      [a, b],
      [a, a],
      [a, ''],
      ['', a],
      [a, 'unknown'],
    ] as const) {
      const lines = `${field}: ${value(first)}\r\n${field}: ${value(second)}\r\nCookie: ${cookie(a)}\r\n`;
      expect(await statusOf(server, 'GET /auth/session', lines)).toBe(401);
      const joined = { [field]: `${value(first)}, ${value(second)}`, cookie: cookie(a) };
      expect((await check(server, joined)).status).toBe(401);
    }
  });
}

/** The status of a request whose header lines are sent as they are. */
async function statusOf(server: TestServer, request: string, lines: string): Promise<number> {
  const answer = await sendRaw(
    server.url,
    `${request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n${lines}\r\n`,
  );
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
}

test('G14: two explicit ids that differ are no session, two equal ones are one', async () => {
  const { server, a, b } = await withSessions();
  const both = (header: string, bearer: string) => ({
    'x-session-id': header,
    authorization: `Bearer ${bearer}`,
    cookie: cookie(a),
  });
  expect((await check(server, both(a, a))).status).toBe(200);
  expect((await check(server, both(a, b))).status).toBe(401);
  expect((await check(server, both(a, 'unknown'))).status).toBe(401);
  expect((await check(server, both('', a))).status).toBe(401);
});

test('G14: two different cookies of that name are no session, in one header or in two', async () => {
  const { server, a, b } = await withSessions();
  for (const pair of [
    [a, b],
    [b, a],
    [a, 'unknown'],
    ['', a],
    [a, ''],
  ] as const) {
    expect((await check(server, { cookie: cookie(...pair) })).status).toBe(401);
    const lines = pair.map((id) => `Cookie: ${cookie(id)}\r\n`).join('');
    expect(await statusOf(server, 'GET /auth/session', lines)).toBe(401);
    expect((await logout(server, '', { cookie: cookie(...pair) })).status).toBe(401);
  }
  expect(await isAlive(server, a)).toBe(true);
  expect(await isAlive(server, b)).toBe(true);
  expect((await check(server, { cookie: cookie(a, a) })).status).toBe(200);
});

test('G14: ?s= without a valid id does not fall back to the cookie', async () => {
  const { server, a, dead } = await withSessions();
  for (const id of invalidIds(dead)) {
    expect((await logout(server, `?s=${id}`, { cookie: cookie(a) })).status, id).toBe(401);
  }
  expect((await logout(server, '?s', { cookie: cookie(a) })).status).toBe(401);
  expect(await isAlive(server, a)).toBe(true);
});

test('G14: a repeated ?s= is no session, even if both say the same', async () => {
  const { server, a, b } = await withSessions();
  for (const query of [
    `?s=${a}&s=${b}`,
    `?s=${a}&s=${a}`,
    `?s=${a}&s=`,
    `?s=&s=${a}`,
    `?s=${a}&x=1&%73=${a}`,
  ]) {
    expect((await logout(server, query, { cookie: cookie(a) })).status, query).toBe(401);
  }
  expect([await isAlive(server, a), await isAlive(server, b)]).toEqual([true, true]);
});

test('G14: other parameters of the query are ignored', async () => {
  const { server, a, b } = await withSessions();
  for (const query of ['', '?', '?S=x', '?ss=x', '?session=x', '?x=s=y', '?session_id=x']) {
    expect((await logout(server, query)).status).toBe(401);
  }
  expect((await logout(server, `?x=1&s=${a}&S=unknown`)).status).toBe(200);
  expect((await logout(server, '?S=unknown&x', { cookie: cookie(b) })).status).toBe(200);
  expect([await isAlive(server, a), await isAlive(server, b)]).toEqual([false, false]);
});

test('G14: a rest logout ends every valid session presented, and no other', async () => {
  const { server } = await withSessions();
  const ids: string[] = [];
  for (let i = 0; i < 6; i += 1) ids.push(await newSession(server, contracts[i % 3] ?? rest));
  const [a = '', b = '', c = '', d = '', e = '', f = ''] = ids;
  const lines = `Cookie: ${cookie(a, 'unknown', b)}\r\nCookie: ${cookie(c)}\r\nX-Session-Id: ${d}\r\nX-Session-Id: ${e}\r\n`;
  expect(await statusOf(server, `POST /auth/logout?s=${f}`, lines)).toBe(204);
  const alive = await Promise.all(ids.map((id) => isAlive(server, id)));
  expect(alive).toEqual([false, false, false, false, false, true]);
});

test('G14: a rest logout with an invalid header ends the session of the cookie all the same', async () => {
  const { server, a, b, dead } = await withSessions();
  const ask = (header: string, id: string) =>
    server.send({
      method: 'POST',
      path: '/auth/logout',
      headers: { 'x-session-id': header, cookie: cookie(id) },
    });
  expect((await ask('unknown', a)).status).toBe(204);
  expect((await ask(dead, b)).status).toBe(204);
  expect([await isAlive(server, a), await isAlive(server, b)]).toEqual([false, false]);
});
