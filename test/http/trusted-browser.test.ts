/** Browsers that are not asked for a code: how trust is given, and how it ends (ruling F4). */

import { expect, test } from 'vitest';
import type { Answer, Asked } from '../support/client.ts';
import {
  codeAt,
  type Enrolled,
  enrol,
  enrolledPerson,
  loginWith,
  refusal,
  type SteppedServer,
  startStepped,
  stepMs,
  trustIn,
  verifiedPerson,
} from '../support/codes.ts';
import { contracts, dotjson, envelope, rest } from '../support/contracts.ts';
import { countRows } from '../support/database.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import { type Person, password } from '../support/person.ts';

const dayMs = 86_400_000;

const unthrottled = { GATEHOUSE_THROTTLE: 'off' };

const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' };

/** Logs in with a new code, in a browser that is to be trusted. */
async function trusted(
  server: SteppedServer,
  { person, secret }: Enrolled,
  headers: Asked['headers'] = {},
  contract = rest,
): Promise<Answer> {
  server.advance(stepMs);
  const code = codeAt(secret, server.now);
  const answer = await loginWith(server, contract, person.email, { code, trust_browser: true }, headers);
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

/** Logs in with the password alone. */
function plainly(server: SteppedServer, { person }: Enrolled, cookie: string | undefined, contract = rest) {
  return loginWith(server, contract, person.email, {}, { cookie: cookie ?? '' });
}

/** A session that confirms with a new code. */
async function confirm(server: SteppedServer, { person, secret }: Enrolled): Promise<void> {
  server.advance(stepMs);
  const asked = { password, code: codeAt(secret, server.now) };
  const answer = await person.ask('POST', '/auth/confirm', asked);
  expect(answer.status, answer.text).toBe(200);
  person.id = String(answer.json['session_id']);
}

async function browsersOf(person: Person): Promise<readonly Record<string, unknown>[]> {
  return (await person.ask('GET', '/auth/factors')).json['trusted_browsers'] as Record<string, unknown>[];
}

const needed = [401, 'Second factor required'];

test.each([rest, dotjson])(
  'F4: $name trusts a browser for 30 days, if asked with a right code',
  async (contract) => {
    const server = await startStepped();
    const ada = await enrolledPerson(server);
    const answer = await trusted(server, ada, {}, contract);
    expect(answer.headers['set-cookie']?.[2]).toMatch(
      /^__Host-gatehouse_trusted=[a-z0-9]{26}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    const cookie = trustIn(answer);
    for (const other of [rest, dotjson]) expect((await plainly(server, ada, cookie, other)).status).toBe(200);
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
  await trusted(server, ada, {}, envelope);
  expect(await browsersOf(ada.person)).toEqual([]);
  expect(await countRows(server, 'browser_tokens')).toBe(0);
});

test('F4: trust ends after 30 days, to the millisecond', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const cookie = trustIn(await trusted(server, ada));
  server.advance(30 * dayMs - 1);
  expect((await plainly(server, ada, cookie)).status).toBe(200);
  server.advance(1);
  expect(refusal(await plainly(server, ada, cookie))).toEqual(needed);
});

test('F4: a token that a client chose is not trusted, not even after a right code', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const planted = `__Host-gatehouse_trusted=${'a'.repeat(26)}`;
  expect(refusal(await plainly(server, ada, planted))).toEqual(needed);
  const cookie = trustIn(await trusted(server, ada, { cookie: planted }));
  expect(refusal(await plainly(server, ada, planted))).toEqual(needed);
  expect((await plainly(server, ada, cookie)).status).toBe(200);
  // A cookie that another host of the domain could set is not read at all.
  const unprefixed = cookie?.replace('__Host-', '');
  expect(refusal(await plainly(server, ada, unprefixed))).toEqual(needed);
});

test('F4: in debug mode the cookie has no prefix, because it is not Secure', async () => {
  const server = await startStepped({ GATEHOUSE_DEBUG: 'true' });
  const ada = await enrolledPerson(server);
  const cookie = trustIn(await trusted(server, ada));
  expect(cookie).toMatch(/^gatehouse_trusted=/);
  expect((await plainly(server, ada, cookie)).status).toBe(200);
});

test('F4: the trust of one person lets no other one in, and one browser may be trusted by several', async () => {
  const server = await startStepped(unthrottled);
  const people = [];
  for (const name of ['ada', 'bob', 'cyd', 'dan'])
    people.push(await enrolledPerson(server, `${name}@example.com`));
  let cookie = '';
  for (const one of people) {
    expect(refusal(await plainly(server, one, cookie))).toEqual(needed);
    cookie = trustIn(await trusted(server, one, { cookie })) ?? '';
  }
  expect(cookie.split('.')).toHaveLength(4);
  for (const one of people) expect((await plainly(server, one, cookie)).status).toBe(200);
  // A fifth token takes the place of the one that was used longest ago.
  const eve = await enrolledPerson(server, 'eve@example.com');
  cookie = trustIn(await trusted(server, eve, { cookie })) ?? '';
  expect(cookie.split('.')).toHaveLength(4);
  const [first, ...others] = people;
  if (first) expect(refusal(await plainly(server, first, cookie))).toEqual(needed);
  for (const one of [...others, eve]) expect((await plainly(server, one, cookie)).status).toBe(200);
});

test('F4: a session of a trusted browser does not count as confirmed', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const answer = await plainly(server, ada, trustIn(await trusted(server, ada)));
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
  await confirm(server, ada);
  expect((await ada.person.ask('DELETE', '/auth/factors/totp')).status).toBe(204);
});

test('F4: the owner sees trusted browsers, and ends the trust in one or in all', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const bob = await enrolledPerson(server, 'bob@example.com');
  const cookies = [];
  for (let n = 0; n < 3; n += 1) cookies.push(trustIn(await trusted(server, ada, firefox)) ?? '');
  const bobs = trustIn(await trusted(server, bob)) ?? '';
  const browsers = await browsersOf(ada.person);
  expect(browsers).toHaveLength(3);
  expect(browsers[0]).toMatchObject({ network: '127.0.0.1', device: 'Firefox on Linux' });
  const shown = JSON.stringify(browsers);
  for (const cookie of cookies) expect(shown).not.toContain(cookie.split('=')[1]);

  // Of another person, or of no token: 404, and nothing ends.
  const [{ handle: bobsHandle } = {}] = await browsersOf(bob.person);
  for (const handle of [bobsHandle, 'aaaaaaaaaaaaaaaa', 'x'])
    expect((await ada.person.ask('DELETE', `/auth/factors/trusted-browsers/${handle}`)).status).toBe(404);

  // The newest is the first of the list.
  const one = await ada.person.ask('DELETE', `/auth/factors/trusted-browsers/${browsers[0]?.['handle']}`);
  expect(one.status).toBe(204);
  const left = await Promise.all(cookies.map(async (cookie) => (await plainly(server, ada, cookie)).status));
  expect(left).toEqual([200, 200, 401]);
  expect((await ada.person.ask('DELETE', '/auth/factors/trusted-browsers')).status).toBe(204);
  for (const cookie of cookies) expect(refusal(await plainly(server, ada, cookie))).toEqual(needed);
  expect((await ada.person.ask('DELETE', '/auth/factors/trusted-browsers')).status).toBe(204);
  expect((await plainly(server, bob, bobs)).status).toBe(200);

  const { json } = await ada.person.ask('GET', '/auth/account/activity');
  const events = (json['activity'] as { event: string }[]).map(({ event }) => event);
  expect(events.filter((event) => event === 'browser_trust')).toHaveLength(3);
  expect(events.filter((event) => event === 'browser_distrust')).toHaveLength(2);
});

test('F4: a password change ends the trust in all browsers', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const cookie = trustIn(await trusted(server, ada));
  await confirm(server, ada);
  const changed = await ada.person.ask('POST', '/auth/password', {
    current_password: password,
    new_password: 'correct battery horse',
  });
  expect(changed.status, changed.text).toBe(200);
  for (const contract of [rest, dotjson]) {
    const fields = { password: 'correct battery horse' };
    const answer = await loginWith(server, contract, ada.person.email, fields, { cookie: cookie ?? '' });
    expect(refusal(answer)).toEqual(needed);
  }
});

test('F4, F5: a password reset ends the trust in all browsers, and neither removes nor skips the factor', async () => {
  const mail = await startMailServer();
  const server = await startStepped({ ...unthrottled, ...mailingTo(mail) });
  const ada = await verifiedPerson(server, mail);
  const { email } = ada.person;
  const cookie = trustIn(await trusted(server, ada));
  await server.post('/auth/password/forgot', { identifier: email });
  const [{ token } = { token: '' }] = await mail.taken(1);
  const fields = { password: 'correct battery horse' };
  const reset = await server.post('/auth/password/reset', { token, ...fields }, { cookie: cookie ?? '' });
  expect(reset.status).toBe(204);
  for (const contract of contracts) {
    const answer = await loginWith(server, contract, email, fields, { cookie: cookie ?? '' });
    expect(refusal(answer)).toEqual(needed);
  }
  server.advance(stepMs);
  const code = codeAt(ada.secret, server.now);
  expect((await loginWith(server, rest, email, { ...fields, code })).status).toBe(200);
  expect((await loginWith(server, rest, email, { ...fields, code: ada.recoveryCodes[9] })).status).toBe(200);
});

test('F4: removing the app ends the trust: a browser is asked again once there is a new one', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const cookie = trustIn(await trusted(server, ada));
  await confirm(server, ada);
  expect((await ada.person.ask('DELETE', '/auth/factors/totp')).status).toBe(204);
  expect((await plainly(server, ada, cookie)).status).toBe(200);
  ada.person.id = rest.idIn(await loginWith(server, rest, ada.person.email));
  await enrol(server, ada.person);
  expect(refusal(await plainly(server, ada, cookie))).toEqual(needed);
});
