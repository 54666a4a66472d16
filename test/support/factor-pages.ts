/** Second factors on pages: people who set one up, and their clock. */

import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { codeAt } from './authenticator-app.ts';
import { Browser, newcomer, pagesOn, type Sent } from './pages.ts';
import { password } from './person.ts';
import { startServer, type TestServer } from './server.ts';

/** An instant in the middle of a time step, so that no test is at the edge of one. */
export const noon = Date.UTC(2026, 10, 27, 12, 0, 15);

/** Pages with a key for the secrets of apps, which PostgreSQL needs (ruling F3). */
export const factorsOn = {
  ...pagesOn,
  GATEHOUSE_SECRET_KEY: randomBytes(32).toString('base64'),
};

/** A server whose clock stands still, and moves by whole time steps. */
export class FrozenServer {
  readonly server: TestServer;
  #now = noon;

  private constructor(server: TestServer) {
    this.server = server;
    server.freeze(this.#now);
  }

  static async start(environment: Record<string, string> = {}, existing?: string): Promise<FrozenServer> {
    return new FrozenServer(await startServer({ ...factorsOn, ...environment }, existing));
  }

  get now(): number {
    return this.#now;
  }

  pass(seconds: number): void {
    this.#now += seconds * 1_000;
    this.server.freeze(this.#now);
  }

  /** The code of a secret some time steps from now. */
  code(secret: string, steps = 0): string {
    return codeAt(secret, this.#now + steps * 30_000);
  }
}

/** What a person has noted of an enrolment. */
export interface Enrolment {
  readonly secret: string;
  readonly codes: readonly string[];
}

/** The secret on the page that sets up an app. */
export function secretOn({ text }: Pick<Sent, 'text'>): string {
  return /<code class="secret">([A-Z2-7 ]+)<\/code>/.exec(text)?.[1] ?? '';
}

/** The recovery codes on a page. */
export function codesOn({ text }: Pick<Sent, 'text'>): string[] {
  return [...text.matchAll(/<li><code>([a-z2-9-]+)<\/code>/g)].map(([, code = '']) => code);
}

/** Sets up an app on the account page, and lets its code become old. */
export async function setUpApp(browser: Browser, frozen: FrozenServer): Promise<Enrolment> {
  const page = await browser.send(await browser.open('/account'), {}, 'account/authenticator');
  const secret = secretOn(page);
  const done = await browser.submit(page, { code: frozen.code(secret) }, '../account/authenticator/confirm');
  const codes = codesOn(done);
  expect([done.status, codes.length], done.words).toEqual([200, 10]);
  frozen.pass(60);
  return { secret, codes };
}

/** A person with an app, in the browser in which it was set up. */
export async function withApp(
  frozen: FrozenServer,
  identifier = 'ada@example.com',
): Promise<Enrolment & { readonly browser: Browser }> {
  const browser = await newcomer(frozen.server, identifier);
  return { browser, ...(await setUpApp(browser, frozen)) };
}

/** A browser whose person gave the right password, and is asked for the second step. */
export async function atSecondStep(
  { server }: FrozenServer,
  { browser = new Browser(server), path = '/sign-in', identifier = 'ada@example.com', remember = false } = {},
): Promise<{ readonly browser: Browser; readonly page: Sent }> {
  const typed = { identifier, password, ...(remember && { remember: 'on' }) };
  const sent = await browser.fill(path, typed);
  expect([sent.status, sent.location?.split('?')[0], browser.id]).toEqual([303, 'second-factor', '']);
  return { browser, page: await browser.follow(sent) };
}
