/** What happens when many ask for the same thing at once: exactly one gets it (rulings G2, G3, E3, D5, R5). */

import { expect, test } from 'vitest';
import {
  ann,
  contracts,
  dotjson,
  envelope,
  isAlive,
  joe,
  login,
  newSession,
  register,
  rest,
} from '../support/contracts.ts';
import { countRows, rowCounts } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

async function unthrottledServer(): Promise<TestServer> {
  // On PostgreSQL checks are answered from memory, as they are unless it is set otherwise (ruling N2).
  const server = await startServer({ GATEHOUSE_THROTTLE: 'off', GATEHOUSE_CHECK_TRUST_MS: '1000' });
  await register(server, joe.username, joe.password);
  // The line before the hashes starts out expecting slow ones, and would turn a hundred away.
  for (let i = 0; i < 25; i += 1) await newSession(server, rest);
  return server;
}

/** The i-th of many ways to spell one name. */
function spelling(name: string, i: number): string {
  return [...name].map((letter, place) => ((i >> (place % 7)) & 1 ? letter.toUpperCase() : letter)).join('');
}

const count = (statuses: number[], status: number) => statuses.filter((other) => other === status).length;

test.each([
  ['somebody', 200],
  ['somebody@example.com', 201],
])(
  'G3: a hundred registrations of %s at once, in every case, make exactly one account',
  async (name, created) => {
    const server = await unthrottledServer();
    const spellings = Array.from({ length: 100 }, (_, i) => spelling(name, i));
    expect(new Set(spellings).size).toBeGreaterThan(90);
    const answers = await Promise.all(spellings.map((typed) => register(server, typed, joe.password)));
    const statuses = answers.map(({ status }) => status);
    expect([count(statuses, created), count(statuses, 409)]).toEqual([1, 99]);
    expect(await rowCounts(server, 'auth', 'users')).toEqual([2, 2]);

    const winner = spellings[statuses.indexOf(created)] ?? '';
    for (const contract of contracts) {
      expect((await login(server, contract, name, joe.password)).status).toBe(200);
    }
    const back = await login(server, dotjson, name.toUpperCase(), joe.password);
    expect(back.json['username']).toBe(winner);
  },
);

test('G3: registrations of two names through two contracts at once make exactly two accounts', async () => {
  const server = await unthrottledServer();
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      i % 2 === 0
        ? register(server, spelling('somebody', i), `the password ${i}`)
        : register(server, spelling('somebody@example.com', i), `the password ${i}`),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect([count(statuses, 200), count(statuses, 201), count(statuses, 409)]).toEqual([1, 1, 58]);
  expect(await countRows(server, 'auth')).toBe(3);
  // The account belongs to the client with the success, and to no other.
  const winners = answers.map(({ status }, i) => (status < 300 ? i : -1)).filter((i) => i >= 0);
  for (let i = 0; i < 60; i += 1) {
    const name = i % 2 === 0 ? 'somebody' : 'somebody@example.com';
    const { status } = await login(server, rest, name, `the password ${i}`);
    expect(status).toBe(winners.includes(i) ? 200 : 401);
  }
});

test.each([
  ['E3', envelope],
  ['D5', dotjson],
] as const)(
  '%s: of twenty logouts of a session of another contract at once exactly one is answered as having ended it',
  async (_, contract) => {
    const server = await unthrottledServer();
    for (const maker of contracts.filter((other) => other !== contract)) {
      const id = await newSession(server, maker);
      const answers = await Promise.all(Array.from({ length: 20 }, () => contract.logout(server, id)));
      const statuses = answers.map(({ status }) => status);
      expect([count(statuses, contract.ended), count(statuses, contract.notEnded)]).toEqual([1, 19]);
      expect(await isAlive(server, id)).toBe(false);
    }
  },
);

test('G1: of logouts through all contracts at once at most one is answered as having ended the session', async () => {
  const server = await unthrottledServer();
  for (let round = 0; round < 5; round += 1) {
    const id = await newSession(server, rest);
    const answers = await Promise.all(
      Array.from({ length: 21 }, (_, i) => (contracts[i % 3] ?? rest).logout(server, id)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(count(statuses, 204)).toBe(7);
    expect(count(statuses, 200)).toBeLessThanOrEqual(1);
    expect(count(statuses, 200) + count(statuses, 404) + count(statuses, 401)).toBe(14);
    expect(await isAlive(server, id)).toBe(false);
  }
});

test('G9: once a logout was answered no check finds the session, however many are under way', async () => {
  const server = await unthrottledServer();
  for (const contract of contracts) {
    const id = await newSession(server, rest);
    const before = Array.from({ length: 20 }, () => isAlive(server, id));
    expect((await contract.logout(server, id)).status).toBe(contract.ended);
    const after = await Promise.all(Array.from({ length: 20 }, () => isAlive(server, id)));
    expect(after).toEqual(Array(20).fill(false));
    await Promise.all(before);
  }
});

test('R5: fifty logins of one user at once begin fifty sessions', async () => {
  const server = await unthrottledServer();
  await register(server, ann.email, ann.password);
  const before = await countRows(server, 'sessions');
  const ids = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      newSession(server, contracts[i % 3] ?? rest, { username: ann.email, password: ann.password }),
    ),
  );
  expect(new Set(ids).size).toBe(50);
  expect(await countRows(server, 'sessions')).toBe(before + 50);
  for (const id of ids) expect(await isAlive(server, id)).toBe(true);
});
