/** Paths match exactly or not at all (ruling G11). */

import { expect, test } from 'vitest';
import { sendRaw } from '../support/client.ts';
import {
  ann,
  changingPaths,
  contracts,
  isAlive,
  joe,
  login,
  newSession,
  register,
  rest,
} from '../support/contracts.ts';
import { countRows, rowCounts } from '../support/database.ts';
import { startServer } from '../support/server.ts';

/** What is not even a path (RFC 3986, section 3.3) may be refused before it becomes a request. */
function isPath(target: string): boolean {
  return target.startsWith('/') && !target.includes('\\');
}

/** What comes close to a path without being it. */
function nearMisses(path: string): string[] {
  const last = path.lastIndexOf('/') + 1;
  const encodedLetter = `%${path.charCodeAt(last).toString(16)}`;
  return [
    `${path}/`,
    `/${path}`,
    `${path}//`,
    path.replace(/\/(?=[^/]*$)/, '//'),
    path.replace(/\/(?=[^/]*$)/, '/./'),
    path.replace(/\/(?=[^/]*$)/, '/x/../'),
    `/..${path}`,
    `/.${path}`,
    `/%2e${path}`,
    `${path}/.`,
    `${path}/x/..`,
    path.slice(0, last) + encodedLetter + path.slice(last + 1),
    path.replace(/\/(?=[^/]*$)/, '%2F'),
    path.replace(/\/(?=[^/]*$)/, '%2f'),
    path.replace(/\/(?=[^/]*$)/, '\\'),
    path.replace(/\/(?=[^/]*$)/, '/;x/'),
    `${path};x`,
    `${path};x=1`,
    `${path}%3Fs=1`,
    `${path}%00`,
    `${path}%20`,
    `${path}%0A`,
    `${path}.`,
    `${path}#x`,
    `${path}&s=1`,
    `${path}.json`,
    `${path}x`,
    path.slice(0, -1),
    path.slice(1),
    path.toUpperCase(),
    path.slice(0, last) + path.charAt(last).toUpperCase() + path.slice(last + 1),
    `http://localhost${path}`,
  ];
}

test.each([...changingPaths, '/auth/session', '/healthz', '/readyz'])(
  'G11: no path similar to %s is accepted for it',
  async (path) => {
    const server = await startServer({ GATEHOUSE_THROTTLE: 'off' });
    await register(server, joe.username, joe.password);
    const id = await newSession(server, rest);
    const before = await rowCounts(server, 'users', 'sessions');
    for (const near of nearMisses(path)) {
      for (const method of ['POST', 'GET']) {
        const fields = { username: 'joe', email: 'joe', password: joe.password, session: id };
        const body = JSON.stringify(path.includes('register') ? { ...ann, username: 'ann' } : fields);
        const answer = await sendRaw(
          server.url,
          `${method} ${near} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: session_id=${id}\r\n` +
            `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
        expect(answer, `${method} ${near}`).toMatch(
          isPath(near) ? /^HTTP\/1\.1 404 / : /^HTTP\/1\.1 40[04] /,
        );
        expect(answer).not.toMatch(/set-cookie/i);
      }
    }
    expect(await rowCounts(server, 'users', 'sessions')).toEqual(before);
    expect(await isAlive(server, id)).toBe(true);
  },
);

test.each(contracts)('G11: a query does not change which route of $name is meant', async (contract) => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const fields = { [contract.field]: joe.username, password: joe.password };
  for (const query of ['?', '?x', '?x=1&y=/../z', '?/auth/nothing', '??', '?%00']) {
    expect((await server.post(contract.loginPath + query, fields)).status).toBe(200);
  }
});

test.each(contracts)('G11: no spelling of the path of $name evades the throttle', async (contract) => {
  const server = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '2/15m' });
  await register(server, joe.username, joe.password);
  for (let i = 0; i < 2; i += 1) {
    expect((await login(server, contract, joe.username, 'wrong password')).status).toBe(401);
  }
  expect((await login(server, contract, joe.username, joe.password)).status).toBe(429);
  const fields = { [contract.field]: joe.username, password: joe.password };
  for (const near of nearMisses(contract.loginPath).filter(isPath)) {
    const answer = await server.post(near, fields);
    expect(answer.status, near).toBe(404);
    expect(answer.cookie).toBeUndefined();
  }
  for (const query of ['?', '?x=1']) {
    expect((await server.post(contract.loginPath + query, fields)).status).toBe(429);
  }
  expect(await countRows(server, 'sessions')).toBe(0);
});
