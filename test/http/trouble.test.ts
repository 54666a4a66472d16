/** When the store cannot answer: 503, and never a word that may be untrue (rulings G9, R4, R6, B2). */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import {
  ann,
  check,
  contracts,
  expectDiscreet,
  isAlive,
  joe,
  login,
  newSession,
  problemIn,
  register,
  rest,
} from '../support/contracts.ts';
import { countRows, lockWrites, rowCounts, setTrap, takeAway } from '../support/database.ts';
import { loginTables, onPostgres } from '../support/engine-settings.ts';
import { startServer } from '../support/server.ts';

function expectUnavailable(answer: Answer): void {
  expect(answer.status, answer.text).toBe(503);
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  expectDiscreet(answer);
}

test.each(['sessions', 'users', 'auth'])(
  'G9: without the table %s a check of a live session is 503, and 200 again once it is back',
  async (table) => {
    const server = await startServer();
    await register(server, joe.username, joe.password);
    const id = await newSession(server, rest);
    expect(await isAlive(server, id)).toBe(true);
    const putBack = await takeAway(server, table);
    for (let i = 0; i < 3; i += 1) expectUnavailable(await check(server, id));
    await putBack();
    expect(await isAlive(server, id)).toBe(true);
  },
);

test('G9: without the table sessions a check of an unknown id is 503 too, and 401 once it is back', async () => {
  const server = await startServer();
  const putBack = await takeAway(server, 'sessions');
  expectUnavailable(await check(server, 'x'.repeat(26)));
  await putBack();
  expect((await check(server, 'x'.repeat(26))).status).toBe(401);
});

test.each(contracts)('G9: a logout through $name that the store did not record is 503', async (contract) => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const id = await newSession(server, contract);
  const putBack = await takeAway(server, 'sessions');
  for (const presented of [id, 'x'.repeat(26)]) {
    const answer = await contract.logout(server, presented);
    expect(answer.status).toBe(503);
    expect(contract.errorIn(answer)).toMatch(/^Temporarily unavailable/);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  }
  await putBack();
  expect(await isAlive(server, id)).toBe(true);
  expect((await contract.logout(server, id)).status).toBe(contract.ended);
  expect(await isAlive(server, id)).toBe(false);
});

for (const contract of contracts) {
  for (const table of loginTables) {
    test(`G9: without the table ${table} a login through ${contract.name} is 503, right or wrong`, async () => {
      const server = await startServer();
      await register(server, joe.username, joe.password);
      const putBack = await takeAway(server, table);
      expectUnavailable(await login(server, contract, joe.username, joe.password));
      if (table !== 'sessions') {
        expectUnavailable(await login(server, contract, joe.username, 'wrong password'));
        expectUnavailable(await login(server, contract, 'nobody', joe.password));
      }
      await putBack();
      expect((await login(server, contract, joe.username, 'wrong password')).status).toBe(401);
      expect((await login(server, contract, joe.username, joe.password)).status).toBe(200);
    });
  }
}

test.runIf(onPostgres)('N5: without the table throttle a login is counted by the node itself', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '2/1h' });
  await register(server, joe.username, joe.password);
  await takeAway(server, 'throttle');
  const attempts = ['wrong password', joe.password, 'wrong password', joe.password];
  const statuses = [];
  for (const password of attempts) statuses.push((await login(server, rest, joe.username, password)).status);
  expect(statuses).toEqual([401, 200, 401, 429]);
  const said = server.log.filter(({ message }) => message.startsWith('throttle'));
  expect(said).toMatchObject([
    {
      level: 'error',
      message: 'throttle failed: this node counts by itself',
      entry: { err: expect.anything() },
    },
  ]);
});

test('G16: a right password is not counted against an account whose session could not be written', async () => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '2/1h' });
  await register(server, joe.username, joe.password);
  const putBack = await takeAway(server, 'sessions');
  for (let i = 0; i < 5; i += 1) {
    expect((await login(server, rest, joe.username, joe.password)).status).toBe(503);
  }
  await putBack();
  expect((await login(server, rest, joe.username, joe.password)).status).toBe(200);
});

test('G9: while another program holds the write lock, checks are answered and writes are 503', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const id = await newSession(server, rest);
  const unlock = await lockWrites(server);
  const waiting = [
    login(server, rest, joe.username, joe.password),
    rest.logout(server, id),
    register(server, 'jim', joe.password),
  ];
  expect(await isAlive(server, id)).toBe(true);
  for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(503);
  expect(await isAlive(server, id)).toBe(true);

  await unlock();
  expect(await countRows(server, 'auth')).toBe(1);
  expect((await register(server, 'jim', joe.password)).status).toBe(200);
  expect((await rest.logout(server, id)).status).toBe(204);
});

test('R4: a logout that the store cannot record is 503 rather than 204, and clears the cookie', async () => {
  const server = await startServer();
  await register(server, ann.email, ann.password);
  const id = rest.idIn(await login(server, rest, ann.email, ann.password));
  const unknown = 'u'.repeat(26);
  const carriers = [
    { cookie: `session_id=${id}` },
    { 'x-session-id': id },
    { cookie: `session_id=${unknown}` },
  ];
  const logout = (headers: Record<string, string>) =>
    server.send({ method: 'POST', path: '/auth/logout', headers });

  const putBack = await takeAway(server, 'sessions');
  for (const headers of carriers) {
    const answer = await logout(headers);
    expect([answer.status, answer.cookie]).toEqual([503, '']);
    expect(problemIn(answer)).toMatch(/^Temporarily unavailable/);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  }
  // Without a session, and with text that no id can be (B5), there is nothing to write to the store.
  expect((await logout({})).status).toBe(204);
  expect((await logout({ cookie: 'session_id=unknown' })).status).toBe(204);
  await putBack();
  expect(await isAlive(server, id)).toBe(true);
  expect((await logout({ cookie: `session_id=${id}` })).status).toBe(204);
  expect(await isAlive(server, id)).toBe(false);
});

test('R4: a logout of two sessions of which one could not be ended is 503', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const [first, second] = [await newSession(server, rest), await newSession(server, rest)];
  const { handle } = (await check(server, second)).json['session'] as { handle: string };
  const stuck = { at: 'BEFORE DELETE ON sessions', when: `OLD.handle = '${handle}'` };
  const disarm = await setTrap(server, 'stuck', stuck);
  const headers = { cookie: `session_id=${first}`, 'x-session-id': second };
  const logout = () => server.send({ method: 'POST', path: '/auth/logout', headers });
  expect((await logout()).status).toBe(503);
  expect(await isAlive(server, second)).toBe(true);
  await disarm();
  expect((await logout()).status).toBe(204);
  expect([await isAlive(server, first), await isAlive(server, second)]).toEqual([false, false]);
});

test('R6: if the session of a registration cannot be written the answer is an error, and a login works later', async () => {
  const server = await startServer();
  const putBack = await takeAway(server, 'sessions');
  expectUnavailable(await register(server, ann.email, ann.password));
  await putBack();
  expect(await rowCounts(server, 'auth', 'users', 'sessions')).toEqual([1, 1, 0]);
  expect((await register(server, ann.email, ann.password)).status).toBe(409);
  for (const contract of contracts) {
    expect((await login(server, contract, ann.email, ann.password)).status).toBe(200);
  }
});
