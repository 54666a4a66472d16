/** Attacks on second factors: an account with the most of everything, on every route and page that has to do with them. */

import { strictEqual } from 'node:assert';
import { TOTP } from 'otpauth';
import { query } from '../database.ts';
import { password } from '../person.ts';
import { addPasskeys, addTrusted } from '../worst-requests.ts';
import { type Account, type Attack, type Most, type Scene, stranger, usual } from './attack.ts';
import { eightDevices } from './entering.ts';
import { filledId } from './fill.ts';
import type { Heard, Hostile } from './hostile.ts';

/** As many as one account may have, with the longest names there can be. */
const maxPasskeys = 20;
const maxTrusted = 20;
const longestName = '\u{1f511}'.repeat(60);

const json = ({ text }: Heard) => JSON.parse(text) as Record<string, unknown>;
const post = (path: string, body: object, headers = {}) => ({ method: 'POST', path, body, headers });

/** Gives an account the most of everything, in a session of it. */
export async function enrolMost(hostile: Hostile, database: string, account: Account): Promise<Most> {
  const where = { database };
  const ask = async (path: string, body: object, headers: Record<string, string>, status: number) => {
    const heard = await hostile.ask(post(path, body, headers));
    strictEqual(heard.status, status, `${path}: ${heard.text}`);
    return heard;
  };
  const { email } = account;
  const { session_id: id } = json(await ask('/auth/login', { email, password }, {}, 200));
  const own = { 'x-session-id': String(id) };
  const { secret } = json(await ask('/auth/factors/totp', {}, own, 200));
  const code = new TOTP({ secret: String(secret) }).generate();
  const confirmed = json(await ask('/auth/factors/totp/confirm', { code }, own, 201));
  const codes = [...(confirmed['recovery_codes'] as string[])];
  await addPasskeys(where, account.userId, maxPasskeys);
  await query(where, 'UPDATE passkeys SET name = ? WHERE user_id = ?', longestName, account.userId);
  await addTrusted(where, account.userId, maxTrusted - 1);
  const trusting = { email, password, code: String(codes.pop()), trust_browser: true };
  const { cookies } = await ask('/auth/login', trusting, {}, 200);
  const trust = cookies.find((cookie) => cookie.includes('gatehouse_trusted=')) ?? '';
  return { ...account, trust, codes };
}

/** The account, which every arena with these attacks has. */
function mostOf({ most }: Scene): Most {
  if (!most) throw new Error('No account of this arena has second factors.');
  return most;
}

/** Begins a session of it, in which a recovery code was given; the code is made up for. */
async function proven(scene: Scene): Promise<string> {
  const { email, codes } = mostOf(scene);
  const heard = await scene.ask(post('/auth/login', { email, password, code: String(codes.pop()) }));
  strictEqual(heard.status, 200, heard.text);
  const id = String(json(heard)['session_id']);
  const renewed = await scene.ask(post('/auth/factors/recovery-codes', {}, { 'x-session-id': id }));
  strictEqual(renewed.status, 200, renewed.text);
  codes.splice(0, codes.length, ...(json(renewed)['recovery_codes'] as string[]));
  return id;
}

/** Asks in a session in which everything was confirmed. */
function inProven(
  name: string,
  answers: readonly number[],
  asked: (scene: Scene, id: string) => Parameters<Hostile['ask']>[0],
  seen: (scene: Scene, heard: Heard) => void = () => {},
): Attack {
  return {
    name,
    answers,
    ...usual,
    async begin(scene) {
      const id = await proven(scene);
      return async () => {
        const heard = await scene.ask(asked(scene, id));
        seen(scene, heard);
        return heard.status;
      };
    },
  };
}

/** Asks in a new account without a factor. */
function inNew(
  name: string,
  answers: readonly number[],
  asked: (id: string) => Parameters<Hostile['ask']>[0],
  before: (scene: Scene, id: string) => Promise<unknown> = async () => {},
): Attack {
  return {
    name,
    answers,
    ...usual,
    async begin(scene) {
      const id = await scene.register();
      await before(scene, id);
      return async () => (await scene.ask(asked(id))).status;
    },
  };
}

const own = (id: string) => ({ 'x-session-id': id });
const cookie = (id: string) => ({ cookie: `session_id=${id}` });
const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: 'POST',
  path,
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
});

/** As many tokens of each kind as a browser may hold, none of which means anything. */
const held = (kind: string, n = 0) =>
  `__Host-gatehouse_${kind}=${[0, 1, 2, 3].map((i) => filledId('held', n + i)).join('.')}`;

const foreign = { cookie: `${eightDevices.cookie}; ${held('trusted')}; ${held('step')}` };

/** An answer of a passkey as large as a body may be. */
const madeUp = { id: 'x'.repeat(22), type: 'public-key', response: { clientDataJSON: 'e'.repeat(15_000) } };

const codeLogins = [
  ['rest', '/auth/login', 'email'],
  ['dotjson', '/login.json', 'username'],
  ['envelope', '/api/auth/login', 'username'],
] as const;

export const factorLogins: readonly Attack[] = [
  ...codeLogins.flatMap(([contract, path, field]) => [
    stranger(`${contract} logins with a wrong code`, [401], (scene, turn) =>
      post(
        path,
        { [field]: mostOf(scene).email, password, code: String(turn % 1e6).padStart(6, '0') },
        foreign,
      ),
    ),
    stranger(`${contract} logins with a made-up recovery code`, [401], (scene) =>
      post(path, { [field]: mostOf(scene).email, password, code: 'aaaa-bbbb-cccc-dddd' }, foreign),
    ),
    stranger(`${contract} logins that lack a code`, [401], (scene) =>
      post(path, { [field]: mostOf(scene).email, password }, foreign),
    ),
  ]),
  stranger('rest logins in a trusted browser', [200], (scene) => {
    const { email, trust } = mostOf(scene);
    return post('/auth/login', { email, password }, { cookie: `${eightDevices.cookie}; ${trust}` });
  }),
  // The throttle counts them for a network: how many are answered before it refuses depends on the machine.
  stranger(
    'options of a sign-in with a passkey',
    [],
    () => post('/auth/passkeys/options', { for: 'login' }, { cookie: held('challenge') }),
    { besides: [200, 429] },
  ),
  stranger('options of a second step with a passkey', [200], (scene) => {
    const { email: identifier } = mostOf(scene);
    return post('/auth/passkeys/options', { for: 'second_step', identifier, password }, foreign);
  }),
  stranger('made-up answers of passkeys', [403], ({ count }) =>
    post(
      '/auth/passkeys/login',
      { response: madeUp, trust_browser: true },
      { cookie: held('challenge', count('challenge')) },
    ),
  ),
];

export const factorChanges: readonly Attack[] = [
  inProven('list of the most factors', [200], (_, id) => ({
    method: 'GET',
    path: '/auth/factors',
    headers: own(id),
  })),
  inProven(
    'new recovery codes',
    [200],
    (_, id) => post('/auth/factors/recovery-codes', {}, own(id)),
    (scene, heard) => {
      const { codes } = mostOf(scene);
      if (heard.status === 200) codes.splice(0, codes.length, ...(json(heard)['recovery_codes'] as string[]));
    },
  ),
  inProven('options of a further passkey', [409], (_, id) =>
    post('/auth/passkeys/options', { for: 'register' }, own(id)),
  ),
  inProven('options of a confirmation with 20 passkeys', [200], (_, id) =>
    post('/auth/passkeys/options', { for: 'confirm' }, own(id)),
  ),
  inProven('renames of passkeys that are not there', [404], (_, id) =>
    post('/auth/passkeys/q7w2e9r4t1y6u3i8', { name: longestName }, own(id)),
  ),
  inNew('apps that are begun again and again', [200], (id) => post('/auth/factors/totp', {}, own(id))),
  inNew('confirmations of no app', [409], (id) =>
    post('/auth/factors/totp/confirm', { code: '000000' }, own(id)),
  ),
  inNew('options of a first passkey', [200], (id) =>
    post('/auth/passkeys/options', { for: 'register' }, own(id)),
  ),
];

export const factorPagesAttacked: readonly Attack[] = [
  inProven('account page with the most factors', [200], (_, id) => ({
    method: 'GET',
    path: '/account',
    headers: cookie(id),
  })),
  inProven('ends of trust in browsers that are not there', [404], (_, id) =>
    form('/account/browsers/none', {}, cookie(id)),
  ),
  inNew('app begun on the page', [303], (id) => form('/account/authenticator', {}, cookie(id))),
  inNew(
    'page of a new app with its picture',
    [200],
    (id) => ({ method: 'GET', path: '/account/authenticator', headers: cookie(id) }),
    (scene, id) => scene.ask(form('/account/authenticator', {}, cookie(id))),
  ),
  stranger('sign-ins that lead to the second step', [303], (scene) =>
    form('/sign-in', { identifier: mostOf(scene).email, password }, foreign),
  ),
  {
    name: 'wrong codes on the page',
    answers: [403],
    ...usual,
    async begin(scene) {
      const identifier = mostOf(scene).email;
      const { cookies } = await scene.ask(form('/sign-in', { identifier, password }));
      const step = cookies.find((one) => one.includes('gatehouse_step=')) ?? '';
      return async () =>
        (await scene.ask(form('/second-factor', { code: '000000', trust: 'on' }, { cookie: step }))).status;
    },
  },
  stranger('passkey forms with made-up answers', [403], () =>
    form('/sign-in/passkey', { passkey: JSON.stringify(madeUp) }, { cookie: held('challenge') }),
  ),
  stranger('enrolment pages of no person', [200], () => ({
    method: 'GET',
    path: '/enrol',
    headers: { cookie: `session_id=${filledId('none', 1)}` },
  })),
];
