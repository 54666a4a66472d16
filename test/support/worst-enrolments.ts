/** The worst requests where a second factor is required and missing, and what they may cost the store (rulings B5, F6). */

import { newToken } from '../../src/crypto/ids.ts';
import { codeAt } from './codes.ts';
import type { Asked } from './counted-server.ts';
import { type CreationOptions, SoftwareAuthenticator } from './software-authenticator.ts';
import { attempt, type Bound, newDevice, notice } from './worst-factor-bounds.ts';
import { foreignTrustIn, password } from './worst-factor-requests.ts';
import type { Person, World } from './worst-requests.ts';

type Worst = readonly [bound: Bound, ask: (world: World) => Promise<Asked>];

/** A person whose password was right, and what stands for their session until there is a factor. */
interface Enrolling extends Person {
  readonly enrolmentId: string;
}

const address = () => `${newToken()}@example.com`;

/** The account is as large as can be; the browser holds the ids of eight devices and the trust in it of four others. */
async function beginner({ anew }: World): Promise<Person> {
  const who = await anew(address());
  return { ...who, cookie: `${who.cookie}; ${foreignTrustIn}` };
}

async function enrolling(world: World): Promise<Enrolling> {
  const who = await beginner(world);
  const asked = { method: 'POST', path: '/auth/login', body: { email: who.name, password } };
  const { text } = await world.server.cost(asked);
  const said = JSON.parse(text) as { session_id: string; enrolment_required?: boolean };
  if (!said.enrolment_required) throw new Error(`Nothing has to be enrolled: ${text}`);
  return { ...who, enrolmentId: said.session_id };
}

/** A request with the id of an enrolment session, in a browser with as many cookies as are read. */
function asked({ enrolmentId, cookie }: Enrolling, path: string, more: Partial<Asked> = {}): Asked {
  return { method: 'POST', path, id: enrolmentId, headers: { cookie }, ...more };
}

const login =
  (path: string, field: string) =>
  async (world: World): Promise<Asked> => {
    const { name, cookie } = await beginner(world);
    return { method: 'POST', path, body: { [field]: name, password }, headers: { cookie } };
  };

/** A password that is right, at a login that counts like any other, and a token in place of a session. */
const loginCalls = [...attempt, 'accounts.findCredential', 'browserTokens.insert', 'audit.append'];
const withCookies = [...loginCalls, 'devices.findKnown 8'];

/** The look at what stands for a session, and at the factors that there must not be. */
const enroller = [
  'sessions.findWithUser',
  ...['browserTokens.find 1', 'accounts.findUser', 'accounts.findCredentialOf', 'secondFactors.find'],
];

/**
 * The first session, which begins with the factor: the token is used up, the owner is told of the factor and of a new
 * device, and the password is compared before the session and after it.
 */
const completed = [
  ...[...notice, 'browserTokens.take', 'accounts.findCredentialOf'],
  ...['sessions.insert', 'accounts.findCredentialOf', ...newDevice, 'devices.remember'],
];

/** Each writes a session, and ends the sessions and the devices beyond those that one account may have. */
const completion: Pick<Bound, 'rows' | 'writes'> = { rows: 1, writes: 402 };

/** A logout, in which each id may be that of an enrolment session. */
const ended = (ids: number): string[] => [
  `sessions.remove ${ids}`,
  ...Array.from({ length: ids }, () => 'browserTokens.take'),
];

export const worstEnrolments: Readonly<Record<string, Worst>> = {
  'POST /auth/register': [
    {
      rows: 1,
      writes: 2,
      calls: [
        ...['throttle.take 1', 'invitations.find', 'accounts.findCredential', 'accounts.create'],
        ...['throttle.take 1', 'mails.enqueue'],
        ...['accounts.findCredentialOf', 'browserTokens.insert', 'audit.append'],
      ],
    },
    async ({ invited }) => {
      const email = address();
      const body = { email, password, invite: await invited(email) };
      return { method: 'POST', path: '/auth/register', body };
    },
  ],
  'POST /api/auth/login': [{ rows: 1, writes: 4, calls: loginCalls }, login('/api/auth/login', 'username')],
  'POST /auth/login': [{ rows: 1, writes: 4, calls: withCookies }, login('/auth/login', 'email')],
  'POST /login.json': [{ rows: 1, writes: 4, calls: withCookies }, login('/login.json', 'username')],
  'POST /auth/factors/totp': [
    {
      rows: 1,
      writes: 1,
      calls: [...enroller, 'secondFactors.find', 'browserTokens.insert', 'browserTokens.ofUser'],
    },
    async (world) => asked(await enrolling(world), '/auth/factors/totp'),
  ],
  'POST /auth/factors/totp/confirm': [
    {
      ...completion,
      calls: [
        ...[...enroller, 'browserTokens.ofUser', 'secondFactors.enrolTotp 10', 'browserTokens.removeOfUser'],
        ...completed,
      ],
    },
    async (world) => {
      const who = await enrolling(world);
      const begun = await world.server.cost(asked(who, '/auth/factors/totp'));
      const { secret } = JSON.parse(begun.text) as { secret: string };
      // The clock of the server is two minutes ahead.
      const body = { code: codeAt(secret, Date.now() + 120_000) };
      return asked(who, '/auth/factors/totp/confirm', { body });
    },
  ],
  'POST /auth/passkeys/options': [
    { rows: 1, writes: 1, calls: [...enroller, 'passkeys.ofUser', 'browserTokens.insert'] },
    async (world) => asked(await enrolling(world), '/auth/passkeys/options', { body: { for: 'register' } }),
  ],
  'POST /auth/passkeys/register': [
    { ...completion, calls: [...enroller, 'browserTokens.take', 'passkeys.add 10', ...completed] },
    async (world) => {
      const who = await enrolling(world);
      const given = await world.server.cost(
        asked(who, '/auth/passkeys/options', { body: { for: 'register' } }),
      );
      const authenticator = new SoftwareAuthenticator({ origin: 'https://app.example.com' });
      const response = authenticator.create(JSON.parse(given.text) as CreationOptions);
      const headers = { cookie: `${who.cookie}; ${given.cookie}` };
      return asked(who, '/auth/passkeys/register', { headers, body: { name: 'The first', response } });
    },
  ],
  'POST /api/auth/logout': [
    { rows: 1, writes: 1, calls: ended(1) },
    async (world) => {
      const { enrolmentId: session } = await enrolling(world);
      return { method: 'POST', path: '/api/auth/logout', body: { session } };
    },
  ],
  'POST /auth/logout': [
    { rows: 7, writes: 7, calls: ended(8) },
    async (world) => {
      const { enrolmentId, others } = await enrolling(world);
      const cookie = others.slice(4, 8).map((id) => `session_id=${id}`);
      const headers = {
        'x-session-id': [enrolmentId, ...others.slice(1, 4)].join(),
        cookie: cookie.join('; '),
      };
      return { method: 'POST', path: '/auth/logout', headers };
    },
  ],
  'POST /logout.json': [
    { rows: 1, writes: 1, calls: ended(1) },
    async (world) => ({ method: 'POST', path: `/logout.json?s=${(await enrolling(world)).enrolmentId}` }),
  ],
};
