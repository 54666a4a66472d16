/** Every kind of error in the shape of the contract that owns the path (ruling G7), with its status (ruling G8). */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import {
  ann,
  changingPaths,
  contractOf,
  contracts,
  expectDiscreet,
  joe,
  login,
  problemIn,
  register,
  type WireContract,
} from '../support/contracts.ts';
import { query, takeAway } from '../support/database.ts';
import { sharedServer, startServer, type TestServer } from '../support/server.ts';

/** For requests that change nothing. */
const shared = sharedServer({ GATEHOUSE_THROTTLE: 'off' });

/** Sends text as JSON. */
function postText(
  server: TestServer,
  path: string,
  body: string,
  type = 'application/json',
): Promise<Answer> {
  return server.send({ method: 'POST', path, headers: { 'content-type': type }, body });
}

/** A body that no login or registration minds. */
function goodFields({ field }: WireContract): Record<string, string> {
  return { [field]: field === 'email' ? ann.email : joe.username, password: joe.password };
}

test.each(contracts)(
  'G7: 401, 429, 500 and 503 of a login through $name come in its body',
  async (contract) => {
    const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '1/1m' });
    for (const name of ['one', 'two', 'ann']) await register(server, name, joe.password);

    const wrong = await login(server, contract, 'one', 'wrong password');
    expect(wrong.status).toBe(401);
    expect(contract.errorIn(wrong)).toBe(contract.wrongPassword);

    const throttled = await login(server, contract, 'one', joe.password);
    expect(throttled.status).toBe(429);
    expect(contract.errorIn(throttled)).toMatch(/^Too many attempts/);
    expect(throttled.headers['retry-after']).toMatch(/^[1-9]\d*$/);

    await query(server, "UPDATE auth SET password_hash = 'damaged' WHERE canonical = 'two'");
    const failed = await login(server, contract, 'two', joe.password);
    expect(failed.status).toBe(500);
    expect(contract.errorIn(failed)).toBe('Internal error');
    expectDiscreet(failed);

    const putBack = await takeAway(server, 'auth');
    const unavailable = await login(server, contract, 'ann', joe.password);
    await putBack();
    expect(unavailable.status).toBe(503);
    expect(contract.errorIn(unavailable)).toMatch(/^Temporarily unavailable/);
    expect(unavailable.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expectDiscreet(unavailable);
  },
);

test.each(contracts)(
  'G7: a path of $name that leads nowhere is 404 in its body, by any method',
  async (contract) => {
    const server = shared();
    for (const path of [contract.strayPath, `${contract.loginPath}/`, `${contract.loginPath}/more`]) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const answer = await server.send({ method, path });
        expect(answer.status).toBe(404);
        expect(contract.errorIn(answer)).toBe('Not found');
      }
    }
  },
);

test.each([
  '/',
  '/favicon.ico',
  '/api',
  '/api/users',
  '/authentication',
  '/.json',
  '/a/b.json',
  '/login',
  '//',
])('G7: %s has no owner and is 404 in problem details', async (path) => {
  const server = shared();
  const answer = await server.send({ path });
  expect(answer.status).toBe(404);
  expect(problemIn(answer)).toBe('Not found');
});

test.each(['/auth/session', '/healthz', '/readyz', '/openapi.json'])(
  'G7: at %s another method is 405 in problem details',
  async (path) => {
    const server = shared();
    const answer = await server.send({ method: 'POST', path });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
    problemIn(answer);
  },
);

test.each(changingPaths)('G8: at %s every method but POST is 405 and names POST', async (path) => {
  const server = shared();
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    const answer = await server.send({ method, path });
    expect(answer.status, method).toBe(405);
    expect(answer.headers.allow).toBe('POST');
    contractOf(path).errorIn(answer);
    expectDiscreet(answer);
  }
  const head = await server.send({ method: 'HEAD', path });
  expect([head.status, head.headers.allow, head.text]).toEqual([405, 'POST', '']);
});

test.each(contracts)(
  'G8: a problem, or any other error of $name, never repeats what was sent',
  async (contract) => {
    const server = await startServer();
    const marker = 'zz-marker-zz';
    const answers = [
      await server.post(contract.loginPath, { ...goodFields(contract), [contract.field]: marker }),
      await server.post(contract.loginPath, { ...goodFields(contract), password: marker }),
      await postText(server, contract.loginPath, `{"${marker}`),
      await postText(server, contract.loginPath, '{}', `text/${marker}`),
      await server.send({ path: `${contract.loginPath}/${marker}?s=${marker}` }),
      await contract.logout(server, marker),
    ];
    for (const answer of answers) {
      expect(answer.text).not.toContain(marker);
      expect(JSON.stringify(answer.headers)).not.toContain(marker);
    }
  },
);
