/** Opening a page of second factors changes nothing: links are opened by scanners, previews and prefetches (ruling L3). */

import { expect, test } from 'vitest';
import { rowsOf } from '../support/database.ts';
import { atSecondStep, FrozenServer, secretOn, withApp } from '../support/factor-pages.ts';
import { contentOf } from '../support/page-forms.ts';
import { addPasskey, newAuthenticator, passkeysOn } from '../support/page-passkeys.ts';
import { Browser, newcomer } from '../support/pages.ts';
import { password } from '../support/person.ts';

const paths = [
  '/sign-in',
  '/sign-in/passkey',
  '/second-factor',
  '/second-factor?with=recovery',
  '/second-factor/passkey',
  '/enrol',
  '/enrol/authenticator',
  '/enrol/authenticator/confirm',
  '/enrol/passkeys',
  '/account',
  '/account/confirm',
  '/account/confirm?section=factors&with=recovery',
  '/account/confirm/passkey',
  '/account/authenticator',
  '/account/authenticator/confirm',
  '/account/authenticator/remove',
  '/account/passkeys',
  '/account/recovery-codes',
  '/account/browsers',
];

test('L3: no GET and no HEAD of these pages changes a row, uses a code up, or sets a cookie', async () => {
  const frozen = await FrozenServer.start(passkeysOn);
  const { server } = frozen;
  const { browser: own, codes } = await withApp(frozen);
  await addPasskey(own, newAuthenticator());
  const page = await own.open('/account');
  const handles = page.forms
    .map(({ action }) => action)
    .filter((action) => /\/(?:rename|remove)-passkey\//.test(action))
    .map((action) => `/${action}`);
  expect(handles).toHaveLength(2);
  const joe = await newcomer(server, 'joe');
  const setUp = await joe.send(await joe.open('/account'), {}, 'account/authenticator');
  const { browser: waiting } = await atSecondStep(frozen);
  const everything = async () => [
    ...(await contentOf(server)),
    await rowsOf(server, 'throttle'),
    await rowsOf(server, 'audit'),
  ];
  const before = await everything();
  for (const path of [
    ...paths,
    ...handles,
    `/second-factor?code=${codes[0]}`,
    `/sign-in?password=${password}`,
  ])
    for (const browser of [own, joe, waiting, new Browser(server)])
      for (const [method, headers] of [
        ['GET', {}],
        ['HEAD', {}],
        ['GET', { 'sec-purpose': 'prefetch' }],
        ['GET', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
      ] as const) {
        const answer = await browser.open(path, headers, method);
        expect([path, [200, 303].includes(answer.status)]).toEqual([path, true]);
        expect([path, answer.headers['set-cookie']]).toEqual([path, undefined]);
        expect(`${answer.text} ${answer.location}`).not.toContain(codes[0]);
      }
  expect(await everything()).toEqual(before);
  // What was begun goes on.
  const confirmation = '../account/authenticator/confirm';
  expect((await joe.submit(setUp, { code: frozen.code(secretOn(setUp)) }, confirmation)).status).toBe(200);
  expect((await waiting.fill('/second-factor', { code: frozen.code(secretOn(setUp)) })).status).toBe(403);
});
