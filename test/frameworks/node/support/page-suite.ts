/** The pages of Gatehouse in an application: they are its own paths, and their forms arrive as they were sent. */

import { describe, expect, test } from 'vitest';
import { sendExactly } from '../../../support/client.ts';
import { pageAt } from '../../support/life.ts';
import { leadsTo, pageLife, postForm } from '../../support/page-form.ts';
import { optionsFor, person, type StartApplication } from './application.ts';
import { register } from './person.ts';

export function pageSuite(start: StartApplication): void {
  const withPages = () => ({ ...optionsFor().options, pages: true });
  const filled = { identifier: person.email, password: person.password };

  describe('the pages', () => {
    test('without the option their paths are the application’s', async () => {
      const { url } = await start(optionsFor().options);
      expect((await pageAt(url, '/sign-in')).status).toBe(404);
    });

    test('a guard leads to the page, whose form leads back to the guarded page', async () => {
      const { url } = await start(withPages());
      await register(url);
      const guarded = await pageAt(url, '/page?tab=2');
      const location = String(guarded.headers.location);
      expect([guarded.status, location]).toEqual([303, '/sign-in?from=app&return_to=%2Fpage%3Ftab%3D2']);
      const signedIn = await postForm(url, location, filled);
      expect([signedIn.status, leadsTo(url, location, signedIn)]).toEqual([303, '/page?tab=2']);
      const page = await pageAt(url, '/page?tab=2', `session_id=${signedIn.cookie}`);
      expect([page.status, page.text]).toEqual([200, expect.stringContaining(person.email)]);
    });

    test('HEAD of a page has no body, and its stylesheet is there', async () => {
      const { url } = await start(withPages());
      const head = await sendExactly(url, {
        method: 'HEAD',
        path: '/sign-in',
        headers: { accept: 'text/html' },
      });
      expect([head.status, head.text]).toEqual([200, '']);
      const { text } = await pageAt(url, '/sign-in');
      const [, href = ''] = /<link\b[^>]*rel="stylesheet"[^>]*href="([^"]+)"/.exec(text) ?? [];
      const { pathname } = new URL(href, `${url}/sign-in`);
      const style = await sendExactly(url, { path: pathname });
      expect([style.status, style.headers['content-type']]).toEqual([
        200,
        expect.stringMatching(/^text\/css/),
      ]);
    });

    test('a form that was parsed already is taken as it was parsed', async () => {
      const { url } = await start(withPages(), { bodies: 'parsed' });
      await pageLife(url, { target: '/page' });
    });

    test('below a path of the application they are found, and so is what they lead to', async () => {
      const { url } = await start(withPages(), { prefix: '/id' });
      await pageLife(url, { base: '/id', target: '/page' });
      const signedIn = await postForm(url, '/id/sign-in', { ...filled, identifier: 'pages@example.com' });
      expect([signedIn.status, leadsTo(url, '/id/sign-in', signedIn)]).toEqual([303, '/id/account']);
      const account = await pageAt(url, '/id/account', `session_id=${signedIn.cookie}`);
      expect([account.status, account.text]).toEqual([200, expect.stringContaining('pages@example.com')]);
    });

    test('a form that another site posts is refused, and signs no one in', async () => {
      const { url } = await start(withPages());
      await register(url);
      for (const headers of [
        { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
        { origin: 'null', 'sec-fetch-site': 'cross-site' },
      ]) {
        const refused = await postForm(url, '/sign-in', filled, headers);
        expect([refused.status, refused.cookie]).toEqual([403, undefined]);
      }
    });
  });
}
