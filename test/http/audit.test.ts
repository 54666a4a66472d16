/** The audit: one entry for every event, in words of the program's own (ruling G18). */

import { expect, test } from 'vitest';
import { ann, check, contracts, joe, login, newSession, register, rest } from '../support/contracts.ts';
import { startServer, type TestServer } from '../support/server.ts';

const uuid = /^[0-9a-f-]{36}$/;

/** The audit entries so far. */
function audit(server: TestServer): Record<string, unknown>[] {
  return server.log
    .filter(({ entry }) => 'audit' in entry)
    .map(({ entry }) => entry['audit'] as Record<string, unknown>);
}

test.each(contracts)(
  'G18: entries about $name hold only event names, handles and user ids',
  async (contract) => {
    const server = await startServer();
    await register(server, joe.username, joe.password);
    const id = await newSession(server, contract);
    const { user, session } = (await check(server, id)).json as Record<string, Record<string, string>>;
    await contract.logout(server, id);
    await login(server, contract, joe.username, 'wrong password');
    await login(server, contract, 'nobody', 'wrong password');
    await server.post(contract.loginPath, {}, { 'sec-fetch-site': 'cross-site' });

    const entries = audit(server);
    const told = entries.slice(1).map(({ event, outcome, contract: name, userId, handle }) => ({
      event,
      outcome,
      name,
      userId,
      handle,
    }));
    const name = contract.name;
    const known = { name, userId: user?.['id'] };
    expect(told).toEqual([
      { ...known, event: 'login', outcome: 'ok', handle: session?.['handle'] },
      { ...known, event: 'logout', outcome: 'ok', handle: session?.['handle'] },
      { ...known, event: 'login', outcome: 'wrong_password', handle: undefined },
      { name, event: 'login', outcome: 'unknown_account', userId: undefined, handle: undefined },
      { name, event: 'refusal', outcome: 'cross_site', userId: undefined, handle: undefined },
    ]);
    for (const { requestId, network } of entries) {
      expect(requestId).toMatch(uuid);
      expect(network).toBe('127.0.0.1');
    }
  },
);

test('G18: an entry and its response carry the same request id', async () => {
  const server = await startServer();
  const answers = [
    await register(server, ann.email, ann.password),
    await login(server, rest, ann.email, 'wrong password'),
    await rest.logout(server, 'unknown'),
  ];
  const ids = new Set(audit(server).map(({ requestId }) => requestId));
  expect(ids).toEqual(new Set(answers.map(({ headers }) => headers['x-request-id'])));
});

test('G18: an entry has no field that could hold text that a user typed', async () => {
  const server = await startServer();
  const typed = 'typed-by-somebody';
  await register(server, typed, typed);
  await register(server, `${typed}@example.com`, `${typed}!`);
  for (const contract of contracts) {
    await login(server, contract, typed, typed, { 'x-forwarded-for': typed, 'user-agent': typed });
    await contract.logout(server, typed);
  }
  expect(audit(server).length).toBeGreaterThan(7);
  expect(JSON.stringify(server.log)).not.toContain(typed);
});
