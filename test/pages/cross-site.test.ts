/** Forms from where no page of ours is (rulings G13 and W4). */

import { beforeEach, expect, test } from 'vitest';
import { contentOf, everything, forms } from '../support/page-forms.ts';
import { Browser, newcomer, pagesOn } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { sharedServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const allowed = 'https://app.example.com';

const shared = sharedServer({ ...pagesOn, GATEHOUSE_THROTTLE: 'off', GATEHOUSE_ALLOWED_ORIGINS: allowed });
let browser: Browser;
beforeEach(async () => {
  const server = shared();
  browser ??= await newcomer(server);
});

const state = () => contentOf(shared());

/** The origin and the site of a request; whether it may change something (ruling G13). */
const sites: readonly [string, string, boolean][] = [
  ['own', 'same-origin', true],
  ['own', 'none', true],
  ['own', '', true],
  ['', 'same-origin', true],
  ['', 'none', true],
  ['', '', true],
  [allowed, 'cross-site', true],
  [allowed, '', true],
  ['null', 'same-origin', true],
  ['null', '', false],
  ['null', 'cross-site', false],
  ['own', 'cross-site', false],
  ['own', 'same-site', false],
  ['', 'cross-site', false],
  ['', 'same-site', false],
  ['', 'nonsense', false],
  ['https://evil.example', '', false],
  ['https://evil.example', 'cross-site', false],
  ['https://evil.example', 'same-site', false],
  [`${allowed}.evil.example`, '', false],
  ['http://app.example.com', '', false],
  [`${allowed}/`, '', false],
  ['file://', '', false],
];

test.each(sites)(
  'G13: a form of the origin "%s", site "%s": and whether it is taken: %s',
  async (from, site, isTaken) => {
    const server = shared();
    const origin = from === 'own' ? server.url : from;
    const headers = { origin, 'sec-fetch-site': site };
    const before = await state();
    for (const path of forms) {
      if (isTaken && path !== '/sign-in') continue;
      const sent = await browser.post(path, isTaken ? { identifier, password } : everything, headers);
      if (isTaken) expect([path, sent.status, sent.cookie !== undefined]).toEqual([path, 303, true]);
      else {
        expect([path, sent.status, sent.headers['set-cookie']]).toEqual([path, 403, undefined]);
        expect(sent.alert).toContain('The form was sent from another site, so nothing was done.');
        // Ruling W4: the remedy is named.
        expect(sent.alert).toContain('Host');
      }
    }
    if (!isTaken) expect(await state()).toEqual(before);
  },
);

test('G13: behind a proxy that does not pass on Host, a form is 403, and the log says why', async () => {
  const server = shared();
  const since = server.log.length;
  const headers = { origin: 'https://id.example.com', 'sec-fetch-site': '', host: 'internal:3000' };
  const refused = await new Browser(server).post('/sign-in', { identifier, password }, headers);
  expect(refused.status).toBe(403);
  const entry = server.log
    .slice(since)
    .find(({ message }) => message === 'cross-site request refused')?.entry;
  expect(entry).toMatchObject({ origin: 'https://id.example.com', host: 'internal:3000', path: '/sign-in' });
});
