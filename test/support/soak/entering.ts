/** Attacks on what hashes, counts, writes and sends mails: logins, registrations, passwords and links. */

import { password } from '../person.ts';
import { type Attack, type Scene, signedIn, stranger, usual } from './attack.ts';
import { filledId } from './fill.ts';

/** Two cookies of four ids: as many devices as are read from one request. */
export const eightDevices = {
  cookie: [0, 4]
    .map((first) => [0, 1, 2, 3].map((n) => filledId('device', first + n)).join('.'))
    .map((ids) => `__Host-gatehouse_device=${ids}`)
    .join('; '),
};

const post = (path: string, body: object, headers = {}) => ({ method: 'POST', path, body, headers });

const many = ({ accounts }: Scene) => accounts.many.email;

/** Logins that are refused, of a name that there is and of one that there is not. */
const refusedLogins: readonly Attack[] = [
  stranger('rest logins with a wrong password and eight devices', [401], (scene) =>
    post('/auth/login', { email: many(scene), password: 'wrong password' }, eightDevices),
  ),
  stranger('rest logins of unknown names with eight devices', [401], ({ count }) =>
    post('/auth/login', { email: `nobody${count('nobody')}@example.com`, password }, eightDevices),
  ),
  stranger('dotjson logins of unknown names with eight devices', [401], ({ count }) =>
    post('/login.json', { username: `nobody${count('nobody')}`, password }, eightDevices),
  ),
  stranger('envelope logins of unknown names', [401], ({ count }) =>
    post('/api/auth/login', { username: `nobody${count('nobody')}`, password }),
  ),
  stranger('rest logins with the longest password there can be', [401], (scene) =>
    post('/auth/login', { email: many(scene), password: '\u{1f512}'.repeat(3_900) }),
  ),
];

export const entering: readonly Attack[] = [
  ...refusedLogins,
  stranger('rest logins with eight devices', [200], (scene) =>
    post('/auth/login', { email: many(scene), password }, eightDevices),
  ),
  {
    ...stranger('a flood of logins', [401, 503], (scene) =>
      post('/auth/login', { email: many(scene), password: 'wrong password' }, eightDevices),
    ),
    loops: 64,
    answers: [401],
    besides: [503],
  },
  stranger('rest registrations', [201], ({ count }) =>
    post('/auth/register', { email: `rest${count('registered')}@example.com`, password }),
  ),
  stranger('rest registrations of a name that is taken', [409], (scene) =>
    post('/auth/register', { email: many(scene), password }),
  ),
  stranger('dotjson registrations', [200], ({ count }) =>
    post('/register.json', { username: `dotjson${count('registered')}`, password }),
  ),
  stranger('forgotten passwords', [202], (scene, turn) =>
    post('/auth/password/forgot', { identifier: turn % 2 === 0 ? many(scene) : `nobody${turn}@example.com` }),
  ),
  stranger('resets with made-up tokens', [400], ({ count }) =>
    post('/auth/password/reset', { token: filledId('none', count('token')), password: 'a much better one' }),
  ),
  stranger('verifications with made-up tokens', [400], ({ count }) =>
    post('/auth/email/verify', { token: filledId('none', count('token')) }),
  ),
  signedIn('mails that verify an address', [429], 'many', () => post('/auth/email/verify/request', {}), {
    besides: [202],
  }),
  signedIn('changes of the address', [202], 'many', (scene) =>
    post('/auth/email', { email: `other${scene.count('address')}@example.com`, password }),
  ),
  signedIn('confirmations with a wrong password', [403], 'many', () =>
    post('/auth/confirm', { password: 'wrong password' }),
  ),
  {
    name: 'confirmations',
    answers: [200],
    ...usual,
    async begin(scene) {
      let id = await scene.logIn(scene.accounts.many);
      return async () => {
        const { status, text } = await scene.ask(post('/auth/confirm', { password }, { 'x-session-id': id }));
        if (status === 200) id = String((JSON.parse(text) as Record<string, unknown>)['session_id']);
        return status;
      };
    },
  },
  signedIn('password changes with a wrong password', [403], 'many', () =>
    post('/auth/password', { current_password: 'wrong password', new_password: 'a much better one' }),
  ),
  {
    name: 'password changes',
    answers: [200],
    ...usual,
    async begin(scene) {
      let id = await scene.register();
      let turn = 0;
      const passwordAt = (n: number) => (n === 0 ? password : `a much better one ${n}`);
      return async () => {
        const change = { current_password: passwordAt(turn), new_password: passwordAt(turn + 1) };
        const { status, text } = await scene.ask(post('/auth/password', change, { 'x-session-id': id }));
        if (status !== 200) return status;
        turn += 1;
        id = String((JSON.parse(text) as Record<string, unknown>)['session_id']);
        return status;
      };
    },
  },
  signedIn('deletions with a wrong password', [403], 'many', () => ({
    method: 'DELETE',
    path: '/auth/account',
    body: { password: 'wrong password' },
  })),
];

/** Requests that end all the sessions of an account, of which each loop makes one. */
export const endings = {
  others: signedIn(
    'DELETE /auth/sessions',
    [200],
    'many',
    () => ({ method: 'DELETE', path: '/auth/sessions' }),
    {
      besides: [401],
      seconds: undefined,
      ends: 'many',
    },
  ),
  passwordChange: signedIn(
    'POST /auth/password',
    [200],
    'word',
    () => post('/auth/password', { current_password: password, new_password: 'a much better one' }),
    {
      besides: [401, 403],
      seconds: undefined,
      ends: 'word',
    },
  ),
  deletion: signedIn(
    'DELETE /auth/account',
    [204],
    'last',
    () => ({
      method: 'DELETE',
      path: '/auth/account',
      body: { password },
    }),
    {
      besides: [401, 403],
      seconds: undefined,
      ends: 'last',
    },
  ),
} as const;

/** Logins beyond the usual cap on sessions: each ends two hundred of them in its step. */
export const beyondCap = stranger('logins beyond the cap', [200], (scene) =>
  post('/auth/login', { email: many(scene), password }),
);

/** What the throttle refuses with its usual limits, from one network. */
export const throttled: readonly Attack[] = [
  stranger(
    'throttled logins with eight devices',
    [429],
    (scene) => post('/auth/login', { email: many(scene), password: 'wrong password' }, eightDevices),
    { besides: [401] },
  ),
  stranger(
    'a throttled flood of logins',
    [429],
    ({ count }) =>
      post('/auth/login', { email: `nobody${count('nobody')}@example.com`, password }, eightDevices),
    { loops: 4, besides: [401, 503] },
  ),
  stranger(
    'throttled logins of unknown names with eight devices',
    [429],
    ({ count }) => post('/login.json', { username: `nobody${count('nobody')}`, password }, eightDevices),
    { besides: [401] },
  ),
  stranger(
    'throttled registrations',
    [429],
    ({ count }) => post('/auth/register', { email: `rest${count('registered')}@example.com`, password }),
    { besides: [201] },
  ),
  stranger(
    'throttled questions after a forgotten password',
    [429],
    (scene) => post('/auth/password/forgot', { identifier: many(scene) }),
    { besides: [202] },
  ),
  stranger(
    'throttled resets',
    [429],
    ({ count }) =>
      post('/auth/password/reset', {
        token: filledId('none', count('token')),
        password: 'a much better one',
      }),
    { besides: [400] },
  ),
];
