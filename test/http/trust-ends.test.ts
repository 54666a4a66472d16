/** How the trust in a browser ends (ruling F4). */

import { expect, test } from 'vitest';
import {
  codeAt,
  confirmWith,
  enrol,
  enrolledPerson,
  loginWith,
  plainLogin,
  refusal,
  startStepped,
  stepMs,
  trustedLogin,
  trustIn,
  verifiedPerson,
} from '../support/codes.ts';
import { contracts, dotjson, rest } from '../support/contracts.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import { type Person, password } from '../support/person.ts';

const dayMs = 86_400_000;

const unthrottled = { GATEHOUSE_THROTTLE: 'off' };

const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' };

async function browsersOf(person: Person): Promise<readonly Record<string, unknown>[]> {
  return (await person.ask('GET', '/auth/factors')).json['trusted_browsers'] as Record<string, unknown>[];
}

const needed = [401, 'Second factor required'];

test('F4: trust ends after 30 days, to the millisecond', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const cookie = trustIn(await trustedLogin(server, ada));
  server.advance(30 * dayMs - 1);
  expect((await plainLogin(server, ada, cookie)).status).toBe(200);
  server.advance(1);
  expect(refusal(await plainLogin(server, ada, cookie))).toEqual(needed);
});

test('F4: the owner sees trusted browsers, and ends the trust in one or in all', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const bob = await enrolledPerson(server, 'bob@example.com');
  const cookies = [];
  for (let n = 0; n < 3; n += 1) cookies.push(trustIn(await trustedLogin(server, ada, firefox)) ?? '');
  const bobs = trustIn(await trustedLogin(server, bob)) ?? '';
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
  const left = await Promise.all(
    cookies.map(async (cookie) => (await plainLogin(server, ada, cookie)).status),
  );
  expect(left).toEqual([200, 200, 401]);
  expect((await ada.person.ask('DELETE', '/auth/factors/trusted-browsers')).status).toBe(204);
  for (const cookie of cookies) expect(refusal(await plainLogin(server, ada, cookie))).toEqual(needed);
  expect((await ada.person.ask('DELETE', '/auth/factors/trusted-browsers')).status).toBe(204);
  expect((await plainLogin(server, bob, bobs)).status).toBe(200);

  const { json } = await ada.person.ask('GET', '/auth/account/activity');
  const events = (json['activity'] as { event: string }[]).map(({ event }) => event);
  expect(events.filter((event) => event === 'browser_trust')).toHaveLength(3);
  expect(events.filter((event) => event === 'browser_distrust')).toHaveLength(2);
});

test('F4: a password change ends the trust in all browsers', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const cookie = trustIn(await trustedLogin(server, ada));
  await confirmWith(server, ada);
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
  const cookie = trustIn(await trustedLogin(server, ada));
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
  const cookie = trustIn(await trustedLogin(server, ada));
  await confirmWith(server, ada);
  expect((await ada.person.ask('DELETE', '/auth/factors/totp')).status).toBe(204);
  expect((await plainLogin(server, ada, cookie)).status).toBe(200);
  ada.person.id = rest.idIn(await loginWith(server, rest, ada.person.email));
  await enrol(server, ada.person);
  expect(refusal(await plainLogin(server, ada, cookie))).toEqual(needed);
});
