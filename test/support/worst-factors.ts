/** People who have as many second factors, and their browsers as many tokens, as there can be. */

import { randomBytes } from 'node:crypto';
import {
  BrowserTokens,
  browserTokenRules,
  type MintedBrowserToken,
} from '../../src/concepts/browser-tokens.ts';
import { Passkeys } from '../../src/concepts/factors/passkeys.ts';
import { newRecoveryCodes } from '../../src/concepts/factors/recovery-codes.ts';
import { newTotpSecret } from '../../src/concepts/factors/totp.ts';
import { fingerprintOf } from '../../src/crypto/credential-fingerprint.ts';
import { digest, newToken } from '../../src/crypto/ids.ts';
import { SecretBox } from '../../src/crypto/secret-box.ts';
import type { BrowserTokenPurpose } from '../../src/storage/port/port.ts';
import { codeAt } from './authenticator-app.ts';
import type { Asked } from './counted-server.ts';
import { pagesOn } from './pages.ts';
import { type CreationOptions, SoftwareAuthenticator } from './software-authenticator.ts';
import { addPasskeys, addTrusted, type Person, type World } from './worst-requests.ts';

const key = randomBytes(32);

/** Pages, with a key for the secrets of apps. */
export const factorPages = { ...pagesOn, GATEHOUSE_SECRET_KEY: key.toString('base64') };

/** The clock of the measured server is that much ahead, in milliseconds. */
const aheadMs = 120_000;

const host = 'app.example.com';
const maxPasskeys = 20;

/** How many passkeys a person has, and whether there is an app: by default as much as there can be. */
interface Wanted {
  readonly passkeys?: number;
  readonly hasApp?: boolean;
}

/** What a form sends, and the cookie that goes with it. */
export interface Answered {
  readonly form: Readonly<Record<string, string>>;
  readonly cookie: string;
}

export interface Enrolled extends Person {
  /** A code that the app shows now. */
  readonly code: string;
  readonly recoveryCodes: readonly string[];
  readonly passkeyHandle: string;
  /** Makes a token that the browser of the person holds. */
  mint(purpose: BrowserTokenPurpose, details?: Details): Promise<MintedBrowserToken>;
  /** The answer of a passkey to a challenge that the browser holds. */
  answer(purpose: BrowserTokenPurpose, binding?: string): Promise<Answered>;
  /** A passkey that the person makes in a session. */
  creation(binding: string): Promise<Answered>;
  /** Begins an app in a session; returns a code of it. */
  begin(binding: string): Promise<string>;
}

type Details = Readonly<Record<string, string>>;

/** A person whose account is as large as can be, second factors included. */
export async function enrolled(
  world: World,
  { passkeys = maxPasskeys, hasApp = true }: Wanted = {},
): Promise<Enrolled> {
  const who = await world.anew(`${newToken()}@example.com`);
  const { store } = world.server;
  const { userId } = who;
  const factors = await store.factors();
  const tokens = new BrowserTokens(store.browserTokens);
  const now = Date.now();
  const context = {
    at: now,
    event: 'factor_add',
    outcome: 'totp',
    contract: 'pages',
    network: '',
    requestId: 'r',
  };
  const { codes, hashes } = newRecoveryCodes();
  const secret = await newTotpSecret();
  const sealed = new SecretBox(key).seal(secret, userId);
  // As in sessions that were confirmed afterwards.
  const at = now - 7_200_000;
  if (hasApp) await factors.secondFactors.enrolTotp(userId, { sealed, step: 1, at }, hashes, context);
  const authenticator = new SoftwareAuthenticator({ origin: `https://${host}` });
  const handle = Buffer.from(digest(`passkey user ${userId}`), 'hex').toString('base64url');
  const creation: CreationOptions = { challenge: '', rp: { id: host }, user: { id: handle } };
  if (passkeys > 0) {
    const challenge = randomBytes(32).toString('base64url');
    const answer = authenticator.create({ ...creation, challenge });
    const party = { id: host, name: host, origins: [`https://${host}`] };
    const made = { name: 'Passkey', device: '', answer, challenge, recoveryHashes: hashes };
    await new Passkeys(factors.passkeys, party).add(userId, made, at, context);
  }
  const [passkey] = await factors.passkeys.ofUser(userId);
  await addPasskeys(world.server, userId, Math.max(0, passkeys - 1));
  const credential = await store.accounts.findCredentialOf(userId);
  const ofPassword = {
    credential: fingerprintOf(credential?.passwordHash ?? ''),
    windows: '[]',
    idFormat: 'token',
    lasting: 'lifetime',
  };
  const mint = async (purpose: BrowserTokenPurpose, details: Details = ofPassword) => {
    const minted = await tokens.mint(purpose, { userId, details }, now);
    if (!minted) throw new Error(`${who.name} is gone.`);
    return minted;
  };
  // As many of each kind as one user can have.
  const { limit } = browserTokenRules.trusted_browser;
  await addTrusted(world.server, userId, limit);
  const challenge = async (purpose: BrowserTokenPurpose, binding: string) => {
    const { text } = await mint(purpose, { binding });
    const asked = Buffer.from(digest(`passkey challenge ${text}`), 'hex').toString('base64url');
    return { asked, cookie: `__Host-gatehouse_challenge=${text}` };
  };
  return {
    ...who,
    code: codeAt(secret, now + aheadMs),
    recoveryCodes: codes,
    passkeyHandle: passkey?.handle ?? '',
    mint,
    async answer(purpose, binding = '') {
      const { asked, cookie } = await challenge(purpose, binding);
      const answer = authenticator.get({ challenge: asked, rpId: host });
      return { form: { passkey: JSON.stringify(answer) }, cookie };
    },
    async creation(binding) {
      const { asked, cookie } = await challenge('passkey_registration', binding);
      const answer = authenticator.create({ ...creation, challenge: asked });
      return { form: { passkey: JSON.stringify(answer), name: 'Another' }, cookie };
    },
    async begin(binding) {
      const another = await newTotpSecret();
      await mint('totp_enrolment', { binding, sealed: new SecretBox(key).seal(another, userId) });
      return codeAt(another, now + aheadMs);
    },
  };
}

/** The cookies of the browser of a person, with further ones. */
export function cookiesOf({ id, cookie }: Person, ...more: readonly string[]): Pick<Asked, 'headers'> {
  return { headers: { cookie: [`session_id=${id}`, cookie, ...more].join('; ') } };
}

type Form = Readonly<Record<string, string>>;
type Ask = (world: World) => Promise<Asked>;
type FormOf = (who: Enrolled) => Form | Promise<Form>;

const noForm = () => ({});

/** A request of a person with every factor, in their session. */
export function inSession(method: string, path: string, formOf: FormOf = noForm): Ask {
  return async (world) => {
    const who = await enrolled(world);
    const where = path.replace(':handle', who.passkeyHandle);
    return { method, path: where, ...cookiesOf(who), ...(method === 'POST' && { form: await formOf(who) }) };
  };
}

/** A person who gave the password, and is to give a code. */
export function atStep(method: string, formOf: FormOf = noForm): Ask {
  return async (world) => {
    const who = await enrolled(world);
    const { text } = await who.mint('second_step');
    const cookies = cookiesOf(who, `__Host-gatehouse_step=${text}`);
    return {
      method,
      path: '/second-factor',
      ...cookies,
      ...(method === 'POST' && { form: await formOf(who) }),
    };
  };
}

/** A person who has to enrol, with the handle of what stands for their session. */
export function enrolling(
  method: string,
  path: string,
  prepare: (
    who: Enrolled,
    handle: string,
  ) => Promise<Partial<{ form: Form; cookie: string }>> = async () => ({}),
): Ask {
  return async (world) => {
    const who = await enrolled(world, { passkeys: 0, hasApp: false });
    const { text, handle } = await who.mint('enrolment');
    const { form = {}, cookie = '' } = await prepare(who, handle);
    return {
      method,
      path: `/enrol${path}`,
      ...cookiesOf({ ...who, id: text }, cookie),
      ...(method === 'POST' && { form }),
    };
  };
}

/** A person who adds the last factor that there can be. */
export function adding(
  path: string,
  wanted: { passkeys?: number; hasApp?: boolean },
  prepare: (who: Enrolled) => Promise<{ form: Form; cookie?: string }>,
): Ask {
  return async (world) => {
    const who = await enrolled(world, wanted);
    const { form, cookie = '' } = await prepare(who);
    return { method: 'POST', path, ...cookiesOf(who, cookie), form };
  };
}

/** A form with the code of an app that was just begun. */
export const codeOf = async (who: Enrolled, binding: string) => ({
  form: { code: await who.begin(binding) },
});
