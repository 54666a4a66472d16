/** People with a second factor over HTTP: a clock in steps of codes, an authenticator app, and logins with a code. */

import { spawnSync } from 'node:child_process';
import { TOTP } from 'otpauth';
import { expect } from 'vitest';
import type { Answer, Asked } from './client.ts';
import { rest, type WireContract } from './contracts.ts';
import { installed } from './installed.ts';
import { type MailServer, newcomer } from './mail.ts';
import { type Person, password, person } from './person.ts';
import { startServer, type TestServer } from './server.ts';

/** One time step of codes, in milliseconds. */
export const stepMs = 30_000;

/** A key for the secrets of apps, which PostgreSQL needs. */
export const secretKey = { GATEHOUSE_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') };

/** A server whose clock stands at the beginning of a time step, until a test moves it. */
export interface SteppedServer extends TestServer {
  /** The present instant of the server, in epoch milliseconds. */
  readonly now: number;
}

export async function startStepped(
  environment: Readonly<Record<string, string>> = {},
  existing?: string,
): Promise<SteppedServer> {
  const server = await startServer({ ...secretKey, ...environment }, existing);
  let now = Math.ceil(Date.now() / stepMs) * stepMs;
  server.freeze(now);
  return {
    ...server,
    get now() {
      return now;
    },
    advance(ms) {
      now += ms;
      server.advance(ms);
    },
    freeze(epochMs) {
      now = epochMs;
      server.freeze(epochMs);
    },
  };
}

const oathtool = installed('oathtool');

/** The code of an app at an instant: from oathtool where it is installed, otherwise computed with the server's library. */
export function codeAt(secret: string, epochMs: number): string {
  if (oathtool === undefined) return new TOTP({ secret }).generate({ timestamp: epochMs });
  const seconds = Math.floor(epochMs / 1_000);
  const { stdout } = spawnSync(oathtool, ['--totp', '--base32', `--now=@${seconds}`, secret], {
    encoding: 'utf8',
  });
  return stdout.trim();
}

/** A code that is none of those around an instant. */
export function wrongCode(secret: string, epochMs: number): string {
  const app = new TOTP({ secret });
  const near = [-2, -1, 0, 1, 2].map((steps) => app.generate({ timestamp: epochMs + steps * stepMs }));
  for (let n = 0; ; n += 1) {
    const code = String(n).padStart(6, '0');
    if (!near.includes(code)) return code;
  }
}

/** A person with an authenticator app. */
export interface Enrolled {
  readonly person: Person;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** Enrols an app for a signed-in person, and goes on to the next step, so that the next code is a new one. */
export async function enrol(server: SteppedServer, who: Person): Promise<Enrolled> {
  const begun = await who.ask('POST', '/auth/factors/totp');
  expect(begun.status, begun.text).toBe(200);
  const secret = String(begun.json['secret']);
  const done = await who.ask('POST', '/auth/factors/totp/confirm', { code: codeAt(secret, server.now) });
  expect(done.status, done.text).toBe(201);
  who.id = String(done.json['session_id']);
  server.advance(stepMs);
  return { person: who, secret, recoveryCodes: done.json['recovery_codes'] as string[] };
}

/** A new person with an authenticator app. */
export async function enrolledPerson(server: SteppedServer, email?: string): Promise<Enrolled> {
  return enrol(server, await person(server, email));
}

/** Logs in through a contract, with more fields than the two of old clients. */
export function loginWith(
  server: TestServer,
  contract: WireContract,
  email: string,
  more: object = {},
  headers: Asked['headers'] = {},
): Promise<Answer> {
  return server.post(contract.loginPath, { [contract.field]: email, password, ...more }, headers);
}

/** The sentence of a refusal, in whatever body. */
export function sentenceOf({ json }: Answer): unknown {
  return json['detail'] ?? json['error'];
}

/** The status and the sentence of a refusal that sets no cookie. */
export function refusal(answer: Answer): readonly [number, unknown] {
  expect(answer.headers['set-cookie']).toBeUndefined();
  return [answer.status, sentenceOf(answer)];
}

/** The cookie of a trusted browser that an answer sets, as the browser sends it back. */
export function trustIn({ headers }: Answer): string | undefined {
  return headers['set-cookie']
    ?.map((line) => /^((?:__Host-)?gatehouse_trusted=[^;]*)/.exec(line)?.[1])
    .find((pair) => pair !== undefined);
}

/** A person with an app and a verified address, to which notices go; the mails until then are off the list. */
export async function verifiedPerson(server: SteppedServer, mail: MailServer): Promise<Enrolled> {
  const who = await newcomer(server, mail);
  await who.ask('POST', '/auth/email/verify/request');
  const [{ token } = { token: '' }] = await mail.taken(1);
  expect((await server.post('/auth/email/verify', { token })).status).toBe(204);
  const enrolled = await enrol(server, who);
  await mail.taken(1);
  return enrolled;
}

/** Confirms a session with a new code of the app, or with another code. */
export async function confirmWith(
  server: SteppedServer,
  { person: who, secret }: Pick<Enrolled, 'person' | 'secret'>,
  code?: string,
): Promise<void> {
  server.advance(stepMs);
  const asked = { password, code: code ?? codeAt(secret, server.now) };
  const answer = await who.ask('POST', '/auth/confirm', asked);
  expect(answer.status, answer.text).toBe(200);
  who.id = String(answer.json['session_id']);
}

/** Begins to enrol an app; returns its secret. */
export async function beginTotp(who: Person): Promise<string> {
  const answer = await who.ask('POST', '/auth/factors/totp');
  expect(answer.status, answer.text).toBe(200);
  return String(answer.json['secret']);
}

/** Confirms an app with its present code. */
export function finishTotp(server: SteppedServer, who: Person, secret: string): Promise<Answer> {
  return who.ask('POST', '/auth/factors/totp/confirm', { code: codeAt(secret, server.now) });
}

/** The 403 of a session that was not confirmed. */
export const confirmFirst = [403, 'Confirm the password first: POST /auth/confirm'];

export async function factorsOf(who: Person): Promise<Record<string, unknown>> {
  return (await who.ask('GET', '/auth/factors')).json;
}

/** The audit entries of a person, each as its event and its outcome. */
export async function eventsOf(who: Person): Promise<string[]> {
  const { json } = await who.ask('GET', '/auth/account/activity');
  const entries = json['activity'] as { event: string; outcome: string }[];
  return entries.map(({ event, outcome }) => `${event} ${outcome}`);
}

/** Logs in with a new code, in a browser that is to be trusted. */
export async function trustedLogin(
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
export function plainLogin(
  server: SteppedServer,
  { person }: Enrolled,
  cookie: string | undefined,
  contract = rest,
) {
  return loginWith(server, contract, person.email, {}, { cookie: cookie ?? '' });
}
