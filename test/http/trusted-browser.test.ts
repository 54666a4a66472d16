/** Browsers that are not asked for a code: how trust is given, and what it is worth (ruling F4). */

import { expect, test } from 'vitest';
import {
  codeAt,
  confirmWith,
  enrolledPerson,
  loginWith,
  plainLogin,
  refusal,
  startStepped,
  stepMs,
  trustedLogin,
  trustIn,
} from '../support/codes.ts';
import { dotjson, envelope, rest } from '../support/contracts.ts';
import { countRows } from '../support/database.ts';
import { type Person, password } from '../support/person.ts';

const unthrottled = { GATEHOUSE_THROTTLE: 'off' };

async function browsersOf(person: Person): Promise<readonly Record<string, unknown>[]> {
  return (await person.ask('GET', '/auth/factors')).json['trusted_browsers'] as Record<string, unknown>[];
}

const needed = [401, 'Second factor required'];

test.each([rest, dotjson])(
  'F4: $name trusts a browser for 30 days, if asked with a right code',
  async (contract) => {
    const server = await startStepped();
    const ada = await enrolledPerson(server);
    const answer = await trustedLogin(server, ada, {}, contract);
    expect(answer.headers['set-cookie']?.[2]).toMatch(
      /^__Host-gatehouse_trusted=[a-z0-9]{26}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    const cookie = trustIn(answer);
    for (const other of [rest, dotjson])
      expect((await plainLogin(server, ada, cookie, other)).status).toBe(200);
    // It is no credential of its own.
    const wrong = await loginWith(
      server,
      contract,
      ada.person.email,
      { password: 'not mine' },
      { cookie: cookie ?? '' },
    );
    expect(refusal(wrong)).toEqual([401, contract.wrongPassword]);
  },
);

test('F4: no browser is trusted without a right code, without being asked, or on a contract without cookies', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const { email } = ada.person;
  expect(refusal(await loginWith(server, rest, email, { trust_browser: true }))).toEqual(needed);
  expect(refusal(await loginWith(server, rest, email, { trust_browser: true, code: '12345' }))).toEqual([
    401,
    'Invalid code',
  ]);
  for (const trust of [{}, { trust_browser: false }]) {
    const answer = await loginWith(server, rest, email, { ...trust, code: codeAt(ada.secret, server.now) });
    expect(answer.status).toBe(200);
    expect(trustIn(answer)).toBeUndefined();
    server.advance(stepMs);
  }
  await trustedLogin(server, ada, {}, envelope);
  expect(await browsersOf(ada.person)).toEqual([]);
  expect(await countRows(server, 'browser_tokens')).toBe(0);
});

test('F4: a token that a client chose is not trusted, not even after a right code', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const planted = `__Host-gatehouse_trusted=${'a'.repeat(26)}`;
  expect(refusal(await plainLogin(server, ada, planted))).toEqual(needed);
  const cookie = trustIn(await trustedLogin(server, ada, { cookie: planted }));
  expect(refusal(await plainLogin(server, ada, planted))).toEqual(needed);
  expect((await plainLogin(server, ada, cookie)).status).toBe(200);
  // A cookie that another host of the domain could set is not read at all.
  const unprefixed = cookie?.replace('__Host-', '');
  expect(refusal(await plainLogin(server, ada, unprefixed))).toEqual(needed);
});

test('F4: in debug mode the cookie has no prefix, because it is not Secure', async () => {
  const server = await startStepped({ GATEHOUSE_DEBUG: 'true' });
  const ada = await enrolledPerson(server);
  const cookie = trustIn(await trustedLogin(server, ada));
  expect(cookie).toMatch(/^gatehouse_trusted=/);
  expect((await plainLogin(server, ada, cookie)).status).toBe(200);
});

test('F4: the trust of one person lets no other one in, and one browser may be trusted by several', async () => {
  const server = await startStepped(unthrottled);
  const people = [];
  for (const name of ['ada', 'bob', 'cyd', 'dan'])
    people.push(await enrolledPerson(server, `${name}@example.com`));
  let cookie = '';
  for (const one of people) {
    expect(refusal(await plainLogin(server, one, cookie))).toEqual(needed);
    cookie = trustIn(await trustedLogin(server, one, { cookie })) ?? '';
  }
  expect(cookie.split('.')).toHaveLength(4);
  for (const one of people) expect((await plainLogin(server, one, cookie)).status).toBe(200);
  // A fifth token takes the place of the one that was used longest ago.
  const eve = await enrolledPerson(server, 'eve@example.com');
  cookie = trustIn(await trustedLogin(server, eve, { cookie })) ?? '';
  expect(cookie.split('.')).toHaveLength(4);
  const [first, ...others] = people;
  if (first) expect(refusal(await plainLogin(server, first, cookie))).toEqual(needed);
  for (const one of [...others, eve]) expect((await plainLogin(server, one, cookie)).status).toBe(200);
});

test('F4: a session of a trusted browser does not count as confirmed', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const answer = await plainLogin(server, ada, trustIn(await trustedLogin(server, ada)));
  ada.person.id = rest.idIn(answer);
  for (const [method, path, body] of [
    ['DELETE', '/auth/factors/totp'],
    ['POST', '/auth/factors/totp'],
    ['POST', '/auth/factors/recovery-codes'],
    ['DELETE', '/auth/sessions'],
    ['GET', '/auth/account/export'],
    ['POST', '/auth/password', { current_password: password, new_password: 'correct battery horse' }],
    ['DELETE', '/auth/account', { password }],
  ] as const) {
    const refused = await ada.person.ask(method, path, body);
    expect([path, ...refusal(refused)]).toEqual([
      path,
      403,
      'Confirm the password first: POST /auth/confirm',
    ]);
  }
  // The password alone does not confirm it, in a trusted browser neither.
  const alone = await ada.person.ask('POST', '/auth/confirm', { password });
  expect(refusal(alone)).toEqual([403, 'Second factor required']);
  expect(alone.json['type']).toBe('urn:gatehouse:problem:second-factor-required');
  await confirmWith(server, ada);
  expect((await ada.person.ask('DELETE', '/auth/factors/totp')).status).toBe(204);
});
