/** The worst legal form, or request, of every page, and what it may cost the store at most (ruling B5). */

import { newToken } from '../../src/crypto/ids.ts';
import type { Asked } from './counted-server.ts';
import { password } from './person.ts';
import type { Person, World } from './worst-requests.ts';

export interface Bound {
  /** The maximum of rows that one call answers with, or ends and returns. */
  readonly rows: number;
  /** The most rows of one table that the request writes, all its calls together. */
  readonly writes: number;
  /** Its calls; the number behind one is the length of the list that it is handed. */
  readonly calls: readonly string[];
}

type Worst = readonly [bound: Bound, ask: (world: World) => Promise<Asked>];

export const fresh = 'correct battery horse';

/** A check of the session, which was used last more than a minute ago. */
export const signedIn = ['sessions.findWithUser', 'sessions.touch'];

/** The lists on the page of the account. */
export const lists = ['sessions.ofUser', 'audit.read'];

/** A counted attempt whose password is right, and whose hash is brought up to date. */
export const attempt = ['throttle.take 2', 'throttle.refund 2', 'accounts.replaceHash'];
export const ownPassword = ['devices.findKnown 8', ...attempt, 'accounts.findCredentialOf'];
const endAll = Array.from({ length: 5 }, () => 'sessions.removeOfUser');
const revoke = ['tokens.removeOfUser', 'tokens.removeOfUser'];
const revokeAllAccess = [...endAll, ...revoke, 'sessions.removeOfUser', ...revoke, 'accounts.replaceHash'];

/** The cookies of a person's browser. */
const cookieOf = ({ id, cookie }: Person) => ({ cookie: `session_id=${id}; ${cookie}` });

const address = () => `${newToken()}@example.com`;

/** A request in the session of a person whose account is as large as can be. */
export const inSession =
  (method: string, path: string, form?: Readonly<Record<string, string>>) =>
  async ({ anew }: World): Promise<Asked> => {
    const who = await anew(address());
    const where = path.replace(':handle', who.handle);
    return { method, path: where, headers: cookieOf(who), ...(method === 'POST' && { form: form ?? {} }) };
  };

const open = (path: string) => inSession('GET', path);
const nothing: Bound = { rows: 0, writes: 0, calls: [] };
const checked: Bound = { rows: 1, writes: 0, calls: signedIn };
const file: Worst = [nothing, async () => ({ method: 'GET', path: '' })];

/** The worst of each route but those of second factors; files by the names that they have without their digests. */
export const worst: Readonly<Record<string, Worst>> = {
  'GET /sign-in': [checked, open('/sign-in')],
  'GET /register': [nothing, open('/register')],
  'POST /register': [
    {
      rows: 1,
      writes: 2,
      calls: [
        'throttle.take 1',
        'invitations.find',
        'accounts.findCredential',
        'accounts.create',
        'throttle.take 1',
        'mails.enqueue',
        'sessions.insert',
        'devices.any',
        'devices.remember',
        'devices.remember',
      ],
    },
    async ({ invited }) => {
      const identifier = address();
      const form = { identifier, password, code: await invited(identifier) };
      return { method: 'POST', path: '/register', form };
    },
  ],
  'GET /sign-out': [checked, open('/sign-out')],
  'POST /sign-out': [
    { rows: 8, writes: 8, calls: ['sessions.remove 8'] },
    async ({ anew }) => {
      const { others } = await anew(address());
      const cookie = others.slice(0, 8).map((id) => `session_id=${id}`);
      return { method: 'POST', path: '/sign-out', headers: { cookie: cookie.join('; ') }, form: {} };
    },
  ],
  'GET /forgot-password': [nothing, open('/forgot-password')],
  'POST /forgot-password': [
    {
      rows: 1,
      writes: 1,
      calls: [
        'throttle.take 1',
        'accounts.findCredential',
        'accounts.findUser',
        'audit.append',
        'mails.enqueue',
      ],
    },
    async ({ anew }) => {
      const { name: identifier } = await anew(address());
      return { method: 'POST', path: '/forgot-password', form: { identifier } };
    },
  ],
  'GET /reset-password': [nothing, open('/reset-password')],
  'POST /reset-password': [
    {
      rows: 100,
      writes: 454,
      calls: [
        'throttle.take 1',
        'tokens.find',
        'accounts.findUser',
        'tokens.take',
        'accounts.findCredentialOf',
        ...revokeAllAccess,
        'accounts.verifyEmail',
        'accounts.findUser',
        'mails.enqueue',
      ],
    },
    async ({ anew, tokenFor }) => {
      const who = await anew(address());
      const code = await tokenFor(who, 'reset_password', who.name);
      return {
        method: 'POST',
        path: '/reset-password',
        headers: cookieOf(who),
        form: { code, new_password: fresh },
      };
    },
  ],
  'GET /verify-email': [nothing, open('/verify-email')],
  'POST /verify-email': [
    {
      rows: 1,
      writes: 1,
      calls: [
        'throttle.take 1',
        'tokens.take',
        'tokens.take',
        'accounts.findUser',
        'accounts.changeEmail',
        'mails.enqueue',
        ...signedIn,
      ],
    },
    async ({ anew, tokenFor }) => {
      const who = await anew(address());
      const code = await tokenFor(who, 'change_email', `${newToken()}@example.org`);
      return { method: 'POST', path: '/verify-email', headers: cookieOf(who), form: { code } };
    },
  ],
  'GET /account/verify': [checked, open('/account/verify')],
  'POST /account/verify': [
    { rows: 1, writes: 1, calls: [...signedIn, 'mails.enqueue'] },
    inSession('POST', '/account/verify'),
  ],
  'GET /account/email': [checked, open('/account/email')],
  'POST /account/email': [
    { rows: 1, writes: 4, calls: [...signedIn, ...ownPassword, 'audit.append', 'mails.enqueue'] },
    inSession('POST', '/account/email', { identifier: 'new@example.org', password }),
  ],
  'GET /account/password': [checked, open('/account/password')],
  'POST /account/password': [
    {
      rows: 100,
      writes: 452,
      calls: [...signedIn, ...ownPassword, ...revokeAllAccess, 'sessions.rotate', 'mails.enqueue'],
    },
    inSession('POST', '/account/password', { password, new_password: fresh }),
  ],
  'GET /account/export': [checked, open('/account/export')],
  'GET /account/delete': [checked, open('/account/delete')],
  'POST /account/delete': [
    { rows: 1, writes: 200, calls: [...signedIn, ...ownPassword, 'accounts.remove'] },
    inSession('POST', '/account/delete', { password }),
  ],
  'GET /account/sessions': [
    { rows: 101, writes: 0, calls: [...signedIn, 'sessions.ofUser'] },
    open('/account/sessions'),
  ],
  'POST /account/sessions': [
    { rows: 100, writes: 451, calls: [...signedIn, ...endAll] },
    inSession('POST', '/account/sessions'),
  ],
  'GET /account/sessions/:handle': [checked, open('/account/sessions/:handle')],
  'POST /account/sessions/:handle': [
    { rows: 1, writes: 1, calls: [...signedIn, 'sessions.findByHandle', 'sessions.removeByHandle'] },
    inSession('POST', '/account/sessions/:handle'),
  ],
  'GET /account/activity': [
    { rows: 100, writes: 0, calls: [...signedIn, 'audit.read'] },
    open('/account/activity'),
  ],
  'GET /pages/fragment.js': file,
  'GET /pages/icon.svg': file,
  'GET /pages/style.css': file,
};
