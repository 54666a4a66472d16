/** What the log, the audit and the metrics never contain of second factors (ruling G18). */

import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Answer, sendExactly } from '../support/client.ts';
import { command } from '../support/command.ts';
import { query, rowsOf, takeAway } from '../support/database.ts';
import { enrolEverywhere, liveOnPages, liveOverJson, personWithApp } from '../support/factor-lives.ts';
import { metricsUrl, scrape } from '../support/metrics.ts';
import { passkeysOn } from '../support/page-passkeys.ts';
import { formType, newcomer } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { startProcess, type TestProcess } from '../support/process.ts';
import { recordSecrets, type SecretRecorder } from '../support/secret-recorder.ts';
import { worstFactorForms } from '../support/worst-factor-forms.ts';
import { factorRequests } from '../support/worst-factor-requests.ts';

/** Every route and page that has to do with second factors, which the tables of ruling B5 have to name. */
const routes = [...Object.keys(factorRequests), ...Object.keys(worstFactorForms)];

const key = randomBytes(32);

/** What a client sends where something else belongs, in the shape of it. */
const marks = {
  code: '918273',
  recovery: 'mark-edcd-e2zq-7xyz',
  token: 'zq7markedtokenofabrowser00',
  other: 'marked-secret-of-a-client-zq9',
};

/** Cookies of every kind that a browser holds, with tokens that were never given. */
const heldCookies = ['session_id', 'step', 'challenge', 'trusted', 'device']
  .map((name) => `${name === 'session_id' ? name : `__Host-gatehouse_${name}`}=${marks.token}`)
  .join('; ');

/** The cookies of a browser whose person is signed in. */
const inSession = (id: string) => heldCookies.replace(marks.token, id);

/** Sends marked fields to each route in the session of a person. */
async function misuse({ url }: SecretRecorder, id: string, code = marks.code): Promise<void> {
  await toEach(url, code, (isForm) =>
    isForm ? { cookie: inSession(id) } : { 'x-session-id': id, cookie: inSession('') },
  );
}

/** The same from strangers: with made-up ids and tokens in every place, and from pages elsewhere. */
async function misuseByStrangers({ url }: SecretRecorder): Promise<void> {
  for (const headers of [
    { 'x-session-id': marks.token, cookie: heldCookies },
    { authorization: `Bearer ${marks.token}`, 'user-agent': marks.other, referer: marks.other },
    { origin: `https://${marks.token}.example/${marks.other}`, 'sec-fetch-site': marks.other },
  ])
    await toEach(url, marks.code, () => headers);
}

function postJson({ url }: SecretRecorder, path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return sendExactly(url, { method: 'POST', path, headers, body: JSON.stringify(body) });
}

async function toEach(
  url: string,
  code: string,
  headersOf: (isForm: boolean) => Readonly<Record<string, string>>,
): Promise<void> {
  const passkey = { id: marks.other, response: { signature: marks.other, clientDataJSON: marks.other } };
  const fields = { username: marks.other, email: marks.other, identifier: 'ada@example.com', code };
  const typed = { ...fields, password: marks.other, name: 'a name', codes: marks.recovery, trust: 'on' };
  for (const route of routes) {
    const [method = '', pattern = ''] = route.split(' ');
    const path = pattern.replace(':handle', 'q7w2e9r4t1y6u3i8');
    const isForm = Object.hasOwn(worstFactorForms, route);
    const body = isForm
      ? new URLSearchParams({ ...typed, passkey: JSON.stringify(passkey) }).toString()
      : JSON.stringify({ ...typed, for: 'second_step', response: passkey, trust_browser: true });
    const type = { 'content-type': isForm ? formType : 'application/json' };
    const at = `${path}${isForm ? '' : `?s=${marks.token}&code=${code}`}`;
    const headers = { ...(method !== 'GET' && type), ...headersOf(isForm) };
    await sendExactly(url, { method, path: at, headers, ...(method !== 'GET' && { body }) });
  }
}

/** Codes, recovery codes, secrets of apps and their addresses, tokens and ids; what passkeys answer has no such form. */
const recoveryCode = /^(?:[a-z2-9]{4}-){3}[a-z2-9]{4}$/;
const kinds = [
  ...[/^\d{6}$/, recoveryCode, /^[A-Z2-7]{32}$/, /^otpauth:/],
  ...[/^[a-z0-9]{26}$/, /^[0-9a-f]{8}-/, /^[\w-]{60,}$/],
];

/** Every text that has to be looked for: recovery codes also as people type them, the key in each spelling. */
function searched({ secrets }: SecretRecorder): ReadonlySet<string> {
  const ofKey = (['base64', 'base64url', 'hex'] as const).map((encoding) => key.toString(encoding));
  const typed = [...secrets]
    .filter((text) => recoveryCode.test(text))
    .map((text) => text.replaceAll('-', ''));
  return new Set([...secrets, ...typed, ...Object.values(marks), ...ofKey, password]);
}

/** The secrets in a text. Six digits are a code where nothing stands beside them that could be the rest of something else. */
function found(text: string, secrets: ReadonlySet<string>): string[] {
  const begins = Map.groupBy(
    [...secrets].filter(({ length }) => length >= password.length),
    (secret) => secret.slice(0, password.length),
  );
  const codes = text.match(/(?<![\w.-])\d{6}(?![\w.-])/g) ?? [];
  const seen = codes.filter((code) => secrets.has(code));
  for (let at = 0; at < text.length; at += 1) {
    const begun = begins.get(text.slice(at, at + password.length)) ?? [];
    seen.push(...begun.filter((secret) => text.startsWith(secret, at)));
  }
  return seen;
}

/** All that the server said and kept of what went on: its log, the audit in the database and on the command line, and the metrics. */
async function everythingSaid(server: TestProcess): Promise<Record<string, string>> {
  const { text: metrics } = await scrape(await metricsUrl(server));
  await server.stop();
  const waiting = server.database.startsWith('file:') ? [] : await rowsOf(server, 'audit_waiting');
  const kept = [...(await rowsOf(server, 'audit')), ...waiting];
  const environment = { DATABASE_URL: server.database };
  const tail = await command(['audit', 'tail', '--lines', '10000'], { file: server.file, environment });
  expect([tail.code, tail.stderr]).toEqual([0, '']);
  const { stdout, stderr } = server;
  for (const line of server.log) expect(line).toHaveProperty('level');
  return { stdout, stderr, metrics, audit: JSON.stringify(kept), 'audit tail': tail.stdout };
}

async function expectNoSecrets(server: TestProcess, recorder: SecretRecorder): Promise<void> {
  const secrets = searched(recorder);
  for (const kind of kinds)
    expect([kind, [...secrets].some((text) => kind.test(text))]).toEqual([kind, true]);
  const said = await everythingSaid(server);
  expect(said['stdout']).toContain('factor_add');
  expect(said['audit']).toContain('factor_add');
  expect(said['audit tail']).toContain('factor_add');
  expect(said['metrics']).toContain('gatehouse_');
  for (const [where, text] of Object.entries(said))
    expect([where, found(text, secrets)]).toEqual([where, []]);
}

/** The routes of the tables that were answered so, whatever they name in their paths. */
function answered({ exchanges }: SecretRecorder, statuses: readonly number[]): string[] {
  return routes.filter((route) => {
    const [method = '', pattern = ''] = route.split(' ');
    const path = new RegExp(`^${pattern.replaceAll('.', '\\.').replace(':handle', '[\\w.-]+')}$`);
    return exchanges.some(
      (one) =>
        one.method === method && path.test(one.path.replace(/\?.*/, '')) && statuses.includes(one.status),
    );
  });
}

const settings = {
  ...passkeysOn,
  GATEHOUSE_SECRET_KEY: key.toString('base64'),
  GATEHOUSE_METRICS_PORT: '0',
  GATEHOUSE_THROTTLE: 'off',
  GATEHOUSE_MAIL_FROM: 'Example <login@example.com>',
};

test('G18: codes, secrets, passkeys and tokens of second factors are in no log, no audit and no metric', async () => {
  const server = await startProcess(settings);
  const recorder = await recordSecrets(server.url);
  await liveOverJson(recorder, 'json@example.com');
  await liveOnPages(recorder, 'page@example.com');
  const enrolsOnly = routes.filter((route) => /^POST \/enrol/.test(route));
  expect(answered(recorder, [200, 201, 204, 303]).toSorted()).toEqual(
    routes.filter((route) => !enrolsOnly.includes(route)).toSorted(),
  );

  const { id } = await newcomer(recorder);
  await misuseByStrangers(recorder);
  await misuse(recorder, id);
  await misuse(recorder, id, marks.recovery);
  // In the session of a person who has an app, and of another one, whose secret cannot be read.
  await misuse(recorder, await personWithApp(recorder, 'bob@example.com'));
  const email = 'cyd@example.com';
  const cyd = await personWithApp(recorder, email);
  await query(server, "UPDATE second_factors SET totp_secret = 'v1.zq7markedtokenofabrowser00.damaged'");
  expect((await postJson(recorder, '/auth/login', { email, password, code: marks.code })).status).toBe(503);
  await misuse(recorder, cyd);
  // Errors are logged with their cause, which may carry no value either.
  for (const table of ['browser_tokens', 'second_factors', 'recovery_codes', 'passkeys']) {
    const putBack = await takeAway(server, table);
    await misuse(recorder, id);
    await liveOverJson(recorder, `without.${table}@example.com`).catch(() => {});
    await liveOnPages(recorder, `page.without.${table}@example.com`).catch(() => {});
    await putBack();
  }
  expect(server.stdout).toContain('request failed');
  await expectNoSecrets(server, recorder);
});

test('G18: nor is anything of an enrolment that is required', async () => {
  const server = await startProcess({ ...settings, GATEHOUSE_SECOND_FACTOR: 'required' });
  const recorder = await recordSecrets(server.url);
  await enrolEverywhere(recorder, 'ada@example.com');
  const enrols = routes.filter((route) =>
    / \/(?:enrol|auth\/factors\/totp|auth\/passkeys\/(?:opt|reg))/.test(route),
  );
  expect(answered(recorder, [200, 201, 204, 303])).toEqual(
    expect.arrayContaining(enrols.filter((route) => !route.startsWith('DELETE'))),
  );
  const email = 'eve@example.com';
  const { json } = await postJson(recorder, '/auth/register', { email, password });
  expect(json['enrolment_required']).toBe(true);
  await misuse(recorder, String(json['session_id']));
  await misuseByStrangers(recorder);
  await expectNoSecrets(server, recorder);
});
