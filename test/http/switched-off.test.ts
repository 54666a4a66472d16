/** Contracts that the operator has switched off: their paths belong to no contract (ruling W5). */

import { expect, test } from 'vitest';
import type { ContractName } from '../../src/settings/settings.ts';
import { sendRaw } from '../support/client.ts';
import { commandsOver } from '../support/command.ts';
import {
  contracts,
  dotjson,
  envelope,
  joe,
  problemIn,
  rest,
  type WireContract,
} from '../support/contracts.ts';
import { openapi } from '../support/openapi/document.ts';
import { person } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const origin = 'https://app.example.com';

const pathsOf = ({ registerPath, loginPath, logoutPath, strayPath }: WireContract): string[] =>
  [registerPath, loginPath, logoutPath, strayPath].filter((path) => path !== undefined);

/** Every way to leave some of the contracts out. */
const selections: readonly (readonly WireContract[])[] = [
  [envelope],
  [rest],
  [dotjson],
  [envelope, rest],
  [envelope, dotjson],
  [rest, dotjson],
];

const names = (some: readonly WireContract[]) => some.map(({ name }) => name).join();

test.each(selections.map((on) => [names(on), on] as const))(
  'W5: with %s alone, the paths of the others are unknown, in problem details, to every method',
  async (_names, on) => {
    const server = await startServer({ GATEHOUSE_CONTRACTS: names(on), GATEHOUSE_ALLOWED_ORIGINS: origin });
    for (const contract of contracts.filter((one) => !on.includes(one))) {
      for (const path of pathsOf(contract)) {
        for (const method of ['GET', 'POST', 'DELETE', 'PUT']) {
          const answer = await server.send({ method, path });
          expect([answer.status, problemIn(answer)], `${method} ${path}`).toEqual([404, 'Not found']);
          expect(answer.headers).not.toHaveProperty('allow');
          expect(answer.headers).not.toHaveProperty('set-cookie');
        }
        const asked = { [contract.field]: joe.username, password: joe.password };
        expect((await server.post(path, asked)).status).toBe(404);
      }
    }
  },
);

test.each(selections.map((on) => [names(on), on] as const))(
  'W5: with %s alone, it works as before, with its own error bodies',
  async (_names, on) => {
    const server = await startServer({ GATEHOUSE_CONTRACTS: names(on) });
    // Only two of the contracts register accounts.
    await commandsOver(server.file)('user add joe --password-stdin', joe.password);
    for (const contract of on) {
      const loggedIn = await server.post(contract.loginPath, {
        [contract.field]: 'joe',
        password: joe.password,
      });
      expect(loggedIn.status).toBe(200);
      const id = contract.idIn(loggedIn);
      const headers = { 'x-session-id': id };
      expect((await server.send({ path: '/auth/session', headers })).status).toBe(200);
      expect((await contract.logout(server, id)).status).toBe(contract.ended);
      const stray = await server.send({ path: contract.strayPath });
      expect([stray.status, contract.errorIn(stray)]).toEqual([404, 'Not found']);
    }
  },
);

test('W5: with rest off, people still see their sessions and account, and stray paths under /auth are unknown', async () => {
  const all = await startServer();
  const ada = await person(all);
  await all.stop();
  const server = await startServer({ GATEHOUSE_CONTRACTS: 'envelope,dotjson' }, all.file);
  const headers = { 'x-session-id': ada.id };
  for (const path of ['/auth/session', '/auth/sessions', '/auth/account/activity', '/auth/account/export'])
    expect((await server.send({ path, headers })).status, path).toBe(200);
  const forgot = await server.post('/auth/password/forgot', { identifier: ada.email });
  expect(forgot.status).toBe(202);
  for (const path of ['/auth', '/auth/', '/auth/login/x', '/auth/session/', '/auth/sessions/A-B']) {
    const stray = await server.send({ path, headers });
    expect([stray.status, problemIn(stray)], path).toEqual([404, 'Not found']);
  }
  const otherMethod = await server.send({ method: 'PUT', path: '/auth/session' });
  expect([otherMethod.status, otherMethod.headers.allow]).toEqual([405, 'GET, HEAD']);
});

test('W5: for a contract that is off, an unreadable request is refused in problem details', async () => {
  const server = await startServer({
    GATEHOUSE_CONTRACTS: 'rest',
    GATEHOUSE_ENVELOPE_STATUS: 'ok',
    GATEHOUSE_DOTJSON_STATUS: 'ok',
  });
  for (const path of ['/api/auth/login', '/login.json', '/stray.json', '/api/auth']) {
    const answer = await sendRaw(server.url, `POST ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"detail":"Malformed request"');
  }
});

test.each<[readonly ContractName[]]>([[['envelope']], [['rest']], [['dotjson', 'rest']]])(
  'W5: the document of a server with %s lists its routes and no others, with the components they refer to and no others',
  async (on) => {
    const server = await startServer({ GATEHOUSE_CONTRACTS: on.join() });
    const document = (await server.send({ path: '/openapi.json' })).json as unknown as typeof openapi;
    const off = contracts.filter(({ name }) => !on.includes(name));
    const gone = off.flatMap(pathsOf);
    const left = Object.entries(openapi.paths).filter(([path]) => !gone.includes(path));
    expect(document.paths).toEqual(Object.fromEntries(left));
    const isOn = (tag: string) => off.every(({ name }) => name !== tag);
    expect(document.tags).toEqual(openapi.tags.filter(({ name }) => isOn(name)));
    const named = [...JSON.stringify(document).matchAll(/"#\/components\/(\w+\/\w+)"/g)].map(
      ([, name]) => name,
    );
    const schemes = [...JSON.stringify(document.paths).matchAll(/"(Session\w+)":\[\]/g)].map(
      ([, name]) => `securitySchemes/${name}`,
    );
    const held = Object.entries(document.components).flatMap(([kind, all]) =>
      Object.keys(all).map((name) => `${kind}/${name}`),
    );
    expect(held.toSorted()).toEqual([...new Set([...named, ...schemes])].toSorted());
    expect(held.includes('securitySchemes/SessionQuery')).toBe(on.includes('dotjson'));
    expect(openapi.components).toMatchObject(document.components);
  },
);
