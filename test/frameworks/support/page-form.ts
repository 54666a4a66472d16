/** A person with a browser on a page of Gatehouse: reads its form, fills it in, and posts it. */

import { expect } from 'vitest';
import { type Answer, sendExactly } from '../../support/client.ts';
import { pageAt, person, registered } from './life.ts';

/** The first form of a page that is posted: where to, and the fields that the page has filled in itself. */
function formOf(html: string): { readonly action: string; readonly hidden: [string, string][] } {
  const [form = ''] = /<form\b[^>]*method="post"[^>]*>.*?<\/form>/s.exec(html) ?? [];
  const [, action = ''] = /<form\b[^>]*\baction="([^"]*)"/.exec(form) ?? [];
  const hidden = [...form.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(([input]): [string, string] => [
    plain(/\bname="([^"]*)"/.exec(input)?.[1]),
    plain(/\bvalue="([^"]*)"/.exec(input)?.[1]),
  ]);
  return { action: plain(action), hidden };
}

function plain(text = ''): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}

/** Opens a page and posts its form with these fields, as a browser without scripts does. */
export async function postForm(
  url: string,
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const page = await pageAt(url, path);
  expect([page.status, page.headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/html/)]);
  const { action, hidden } = formOf(page.text);
  const { pathname, search } = new URL(action, new URL(path, url));
  return sendExactly(url, {
    method: 'POST',
    path: `${pathname}${search}`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html,application/xhtml+xml',
      origin: url,
      'sec-fetch-site': 'same-origin',
      ...headers,
    },
    body: new URLSearchParams([...hidden, ...Object.entries(fields)]).toString(),
  });
}

/** Where an answer leads, as a path of the application; a URL of the application counts as well. */
export function leadsTo(url: string, from: string, { headers }: Answer): string {
  const { origin, pathname, search } = new URL(String(headers.location), new URL(from, url));
  expect(origin.replace(/^https:/, 'http:')).toBe(url);
  return `${pathname}${search}`;
}

/** Signs in on the page, is refused with a wrong password, and comes back to where the page was asked for. */
export async function pageLife(
  url: string,
  { base = '', target = '/profile', headers = {}, email = 'pages@example.com' } = {},
): Promise<void> {
  await registered(url, email, `${base}/auth/register`);
  const path = `${base}/sign-in?return_to=${encodeURIComponent(target)}`;
  const wrong = await postForm(url, path, { identifier: email, password: 'another one' }, headers);
  expect([wrong.status, wrong.headers['content-type'], wrong.cookie]).toEqual([
    401,
    expect.stringMatching(/^text\/html/),
    undefined,
  ]);
  const right = await postForm(url, path, { identifier: email, password: person.password }, headers);
  expect([right.status, right.cookie]).toEqual([303, expect.stringMatching(/^.{36}$|^.{26}$/)]);
  expect(leadsTo(url, path, right)).toBe(target);
  const seen = await pageAt(url, target, `session_id=${right.cookie}`);
  expect([seen.status, seen.text]).toEqual([200, expect.stringContaining(email)]);
}
