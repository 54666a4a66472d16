/** Errors shown as 200 for the clients that expect it (ruling G8): the body says the same, trouble stays trouble. */

import { expect, test } from 'vitest';
import {
  contracts,
  dotjson,
  envelope,
  joe,
  login,
  newSession,
  register,
  rest,
  type WireContract,
} from '../support/contracts.ts';
import { query, takeAway } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** Refusals a client meets on each contract, in an order that the throttle allows. */
async function refusals(server: TestServer, contract: WireContract) {
  const { loginPath } = contract;
  return {
    malformed: await server.send({
      method: 'POST',
      path: loginPath,
      headers: { 'content-type': 'application/json' },
    }),
    missing: await server.post(loginPath, {}),
    crossSite: await server.post(loginPath, {}, { origin: 'https://elsewhere.example' }),
    unknown: await login(server, contract, 'nobody', joe.password),
    wrong: await login(server, contract, joe.username, 'wrong password'),
    throttled: await login(server, contract, joe.username, joe.password),
    stray: await server.send({ path: contract.strayPath }),
    method: await server.send({ path: loginPath }),
    tooLarge: await server.post(loginPath, { filler: 'x'.repeat(16_384) }),
    type: await server.send({ method: 'POST', path: loginPath, body: '{}' }),
    logout: await contract.logout(server, 'unknown'),
  };
}

const switchable = [
  [envelope, 'GATEHOUSE_ENVELOPE_STATUS'],
  [dotjson, 'GATEHOUSE_DOTJSON_STATUS'],
] as const;

for (const [contract, setting] of switchable) {
  test(`G8: ${contract.name} can show its refusals as 200, with the same sentences and headers`, async () => {
    const throttle = { GATEHOUSE_THROTTLE_ACCOUNT: '1/1m' };
    const plain = await startServer(throttle);
    const switched = await startServer({ ...throttle, [setting]: 'ok' });
    for (const server of [plain, switched]) await register(server, joe.username, joe.password);
    const before = await refusals(plain, contract);
    const after = await refusals(switched, contract);

    const statuses = Object.values(before).map(({ status }) => status);
    const logout = contract === envelope ? 404 : 401;
    expect(statuses).toEqual([400, 400, 403, 401, 401, 429, 404, 405, 413, 415, logout]);
    for (const [name, answer] of Object.entries(after)) {
      expect(answer.status, name).toBe(200);
      const same = before[name as keyof typeof before];
      expect(contract.errorIn(answer)).toBe(contract.errorIn(same));
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.headers.allow).toBe(same.headers.allow);
      expect('retry-after' in answer.headers).toBe('retry-after' in same.headers);
    }
  });

  test(`G8: ${contract.name} keeps the statuses 500 and 503 even then`, async () => {
    const server = await startServer({ [setting]: 'ok' });
    await register(server, joe.username, joe.password);
    const id = await newSession(server, contract);

    await query(server, 'DELETE FROM users');
    const orphaned = await login(server, contract, joe.username, joe.password);
    expect([orphaned.status, contract.errorIn(orphaned)]).toEqual([500, 'User record missing in database']);

    await takeAway(server, 'sessions');
    expect((await contract.logout(server, id)).status).toBe(503);
    await takeAway(server, 'auth');
    expect((await login(server, contract, joe.username, joe.password)).status).toBe(503);
  });

  test(`G8: successes of ${contract.name} and other contracts do not change`, async () => {
    const server = await startServer({ [setting]: 'ok' });
    await register(server, joe.username, joe.password);
    const id = await newSession(server, contract);
    expect((await contract.logout(server, id)).status).toBe(contract.ended);
    for (const other of contracts.filter((candidate) => candidate !== contract)) {
      expect((await login(server, other, joe.username, 'wrong password')).status).toBe(401);
      expect((await other.logout(server, id)).status).toBe(other.notEnded);
    }
    expect((await server.send({ path: rest.strayPath })).status).toBe(404);
    expect((await server.send({ path: '/' })).status).toBe(404);
    expect((await server.send({ path: '/auth/session' })).status).toBe(401);
  });
}
