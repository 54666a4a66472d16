/** One set of accounts and one set of sessions behind all contracts, in three records (rulings G1 and G2). */

import { expect, test } from 'vitest';
import { ann, check, contracts, isAlive, joe, newSession, register, rest } from '../support/contracts.ts';
import { countRows, query, rowCounts, setTrap, takeAway } from '../support/database.ts';
import { startServer } from '../support/server.ts';

for (const maker of contracts) {
  for (const ender of contracts) {
    test(`G1: a session begun through ${maker.name} is valid everywhere and ends through ${ender.name}`, async () => {
      const server = await startServer();
      await register(server, joe.username, joe.password);
      const id = await newSession(server, maker);
      const other = await newSession(server, maker);
      const checked = await check(server, id);
      expect(checked.status).toBe(200);
      expect(checked.json['user']).toMatchObject({ username: 'joe' });

      expect((await ender.logout(server, id)).status).toBe(ender.ended);
      expect(await isAlive(server, id)).toBe(false);
      expect(await isAlive(server, other)).toBe(true);
      for (const again of contracts) expect((await again.logout(server, id)).status).toBe(again.notEnded);
    });
  }
}

test('G1: the session a rest registration makes ends through each contract', async () => {
  const server = await startServer();
  for (const [index, ender] of contracts.entries()) {
    const registered = await register(server, `${index}@example.com`, ann.password);
    const id = rest.idIn(registered);
    expect(await isAlive(server, id)).toBe(true);
    expect((await ender.logout(server, id)).status).toBe(ender.ended);
    expect(await isAlive(server, id)).toBe(false);
  }
});

test('G1: the same user has the same id through every contract', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const ids = new Set<unknown>();
  for (const contract of contracts) {
    const checked = await check(server, await newSession(server, contract));
    ids.add((checked.json['user'] as { id: string }).id);
  }
  expect(ids.size).toBe(1);
});

test('G2: a registration writes one row each in auth, users and sessions, and a login only a session', async () => {
  const server = await startServer();
  const rows = () => rowCounts(server, 'auth', 'users', 'sessions');
  expect(await rows()).toEqual([0, 0, 0]);
  await register(server, 'Ann@Example.com', ann.password);
  expect(await rows()).toEqual([1, 1, 1]);
  await register(server, joe.username, joe.password);
  expect(await rows()).toEqual([2, 2, 1]);
  await newSession(server, rest);
  expect(await rows()).toEqual([2, 2, 2]);
});

test('G2: auth holds the identifier as typed and in canonical form, users an id and when it was made', async () => {
  const server = await startServer();
  server.freeze(1_700_000_000_123);
  await register(server, 'Ann@Example.COM', ann.password);
  const [auth] = await query(server, 'SELECT identifier, canonical, user_id FROM auth');
  const [user] = await query(server, 'SELECT id, created_at FROM users');
  expect(auth).toEqual({
    identifier: 'Ann@Example.COM',
    canonical: 'ann@example.com',
    user_id: user?.['id'],
  });
  expect(user?.['created_at']).toBe(1_700_000_000_123);
  expect(await query(server, 'SELECT user_id FROM sessions')).toEqual([{ user_id: user?.['id'] }]);
});

test('G2: if one of the two rows of an account cannot be written, neither is', async () => {
  const server = await startServer();
  const disarm = await setTrap(server, 'no_room', { at: 'BEFORE INSERT ON users' });
  expect((await register(server, joe.username, joe.password)).status).toBe(503);
  expect((await register(server, ann.email, ann.password)).status).toBe(503);
  expect(await countRows(server, 'auth')).toBe(0);

  await disarm();
  expect((await register(server, joe.username, joe.password)).status).toBe(200);
  expect((await register(server, ann.email, ann.password)).status).toBe(201);
});

test('G2: a store that lost a table works again once the table is back', async () => {
  const server = await startServer();
  const putBack = await takeAway(server, 'users');
  expect((await register(server, joe.username, joe.password)).status).toBe(503);
  await putBack();
  expect(await countRows(server, 'auth')).toBe(0);
  expect((await register(server, joe.username, joe.password)).status).toBe(200);
});
