/** A browser without scripts: opens pages, sends their forms, keeps cookies, follows redirects, and checks every answer. */

import { expect } from 'vitest';
import { type Answer, sendExactly } from './client.ts';
import { password } from './person.ts';
import { type Form, type Page, seen } from './seen-page.ts';
import type { TestServer } from './server.ts';

/** The settings that switch the pages on. */
export const pagesOn = { GATEHOUSE_PAGES: 'on' };

/** The type that browsers give to forms. */
export const formType = 'application/x-www-form-urlencoded';

type Headers = Readonly<Record<string, string>>;

/** The answer to a form: a redirect, or the form again. */
export interface Sent extends Page {
  readonly location: string | undefined;
}

export class Browser {
  /** What it keeps, by name. */
  readonly cookies = new Map<string, string>();
  /** Every id of a session that it was ever given. */
  readonly ids: string[] = [];
  readonly #server: Pick<TestServer, 'url'>;
  readonly #headers: Headers;

  constructor(server: Pick<TestServer, 'url'>, headers: Headers = {}) {
    this.#server = server;
    this.#headers = { 'user-agent': firefox, ...headers };
  }

  /** The id of the session that it is in. */
  get id(): string {
    return this.cookies.get('session_id') ?? '';
  }

  /** A link, or the address bar. */
  async open(path: string, headers: Headers = {}, method = 'GET'): Promise<Sent> {
    const answer = await sendExactly(this.#server.url, { method, path, headers: this.#all(headers) });
    return this.#kept(path, answer);
  }

  /** Opens a page and sends the form that leads to an address. */
  async fill(path: string, values: Headers = {}, action?: string, headers: Headers = {}): Promise<Sent> {
    return this.submit(await this.open(path), values, action, headers);
  }

  /** Sends a form of a page; without the address of a form, its only one. What no field of it is named cannot be sent. */
  async submit(page: Page, values: Headers = {}, action?: string, headers: Headers = {}): Promise<Sent> {
    const form = formOf(page, action);
    for (const name of Object.keys(values)) expect(form.names, `${page.at} ${form.action}`).toContain(name);
    const path = below(page.at, form.action);
    const sent = await this.post(path, { ...form.values, ...values }, headers);
    // Browsers check the redirect of a form (CSP3, section 6.4.1).
    if (sent.location?.startsWith('http'))
      expect(page.headers['content-security-policy']).toContain(`'self' ${new URL(sent.location).origin};`);
    return sent;
  }

  /** Sends a form, and opens the page that it leads to. */
  async send(page: Page, values: Headers = {}, action?: string): Promise<Sent> {
    return this.follow(await this.submit(page, values, action));
  }

  /** Sends fields to a path, as a form of this origin does. */
  async post(path: string, values: Headers, headers: Headers = {}): Promise<Sent> {
    return this.postBody(path, new URLSearchParams(values).toString(), headers);
  }

  /** Sends a body to a path; `headers` replace those of a browser. */
  async postBody(path: string, body: string | Uint8Array, headers: Headers = {}): Promise<Sent> {
    const ofForm = {
      'content-type': formType,
      origin: this.#server.url,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    const all = this.#all({ ...ofForm, ...headers });
    return this.#kept(
      path,
      await sendExactly(this.#server.url, { method: 'POST', path, headers: all, body }),
    );
  }

  /** Opens what a redirect leads to. */
  async follow(sent: Sent): Promise<Sent> {
    expect([sent.at, sent.status, sent.alert, sent.problems]).toEqual([sent.at, 303, '', {}]);
    return this.open(below(sent.at, sent.location ?? ''));
  }

  #all(headers: Headers): Headers {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { ...this.#headers, ...(cookie !== '' && { cookie }), ...headers };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  }

  #kept(at: string, answer: Answer): Sent {
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
      if (name === 'session_id' && value !== '') this.ids.push(value);
    }
    const { location } = answer.headers;
    for (const id of this.ids) expect(`${location} ${answer.text}`.includes(id), at).toBe(false);
    if (answer.headers['content-type']?.startsWith('text/html')) expectPage(answer);
    expectHeaders(answer);
    return { ...seen(at, answer), location };
  }
}

/** The header of a browser that has a name among devices. */
export const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** Registers a person on the page, and returns the browser in which they are signed in. */
export async function newcomer(
  server: Pick<TestServer, 'url'>,
  identifier = 'ada@example.com',
  headers: Headers = {},
): Promise<Browser> {
  const browser = new Browser(server, headers);
  const sent = await browser.fill('/register', { identifier, password });
  expect([sent.status, sent.location], sent.words).toEqual([303, 'account']);
  return browser;
}

/** Signs a person in on the page, in a browser of its own. */
export async function signedIn(
  server: Pick<TestServer, 'url'>,
  identifier = 'ada@example.com',
  headers: Headers = {},
): Promise<Browser> {
  const browser = new Browser(server, headers);
  const sent = await browser.fill('/sign-in', { identifier, password });
  expect([sent.status, sent.location], sent.words).toEqual([303, 'account']);
  return browser;
}

/** The public handle of the session that a browser is in. */
export async function handleOf({ url }: Pick<TestServer, 'url'>, { id }: Browser): Promise<string> {
  const { json } = await sendExactly(url, { path: '/auth/session', headers: { 'x-session-id': id } });
  return (json['session'] as { handle: string }).handle;
}

/** What ruling G12 says of every answer. */
export function expectHeaders({ headers }: Pick<Answer, 'headers'>): void {
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/),
    'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/),
  });
  expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|data:|nonce/);
  expect([headers['server'], headers['x-powered-by']]).toEqual([undefined, undefined]);
}

/** What holds of every page for people: it is kept nowhere, says nothing to other sites, and has no code in it. */
function expectPage({ headers, text }: Omit<Answer, 'json'>): void {
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['referrer-policy']).toBe('same-origin');
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'self'; img-src 'self';( script-src 'self';( connect-src 'self';)?)? base-uri 'none'; form-action 'self'( https?:\/\/[a-z0-9.:-]+)?; frame-ancestors 'none'$/,
  );
  if (text === '') return;
  expect(text).toMatch(/^<!DOCTYPE html>\n<html lang="(?:en|de)">/);
  expect(text).not.toMatch(/<style|<script(?! src="[^"<>]+" defer>)|javascript:/i);
  // Attributes of elements, not words of the text, nor of values.
  expect(text.replace(/"[^"]*"/g, '""')).not.toMatch(/<[a-z][^>]*\s(?:style|on[a-z]+)=/i);
  expect(text).not.toContain('\uFFFD');
  expect(text).not.toMatch(/undefined|\[object |NaN/);
}

/** The address that a link of a page leads to, as a path; of another origin, the whole address. */
export function below(at: string, link: string): string {
  const own = 'http://own.invalid';
  const { origin, pathname, search, href } = new URL(link, `${own}${at}`);
  return origin === own ? `${pathname}${search}` : href;
}

/** The form of a page that leads to an address; without one, its only form. */
export function formOf(page: Page, action?: string): Form {
  const fitting = page.forms.filter((form) => action === undefined || form.action === action);
  const [form] = fitting;
  if (!form || (action === undefined && fitting.length > 1))
    throw new Error(
      `${page.at} (${page.status}) has ${page.forms.map(({ action }) => action)}: ${page.words}`,
    );
  return form;
}
