/** The worst legal form, or request, of every page of second factors, and what it may cost the store at most (ruling B5). */

import { newToken } from '../../src/crypto/ids.ts';
import { PasskeyScript } from '../../src/pages/factors/passkey-script.ts';
import type { Asked } from './counted-server.ts';
import { password } from './person.ts';
import { adding, atStep, codeOf, cookiesOf, enrolled, enrolling, inSession } from './worst-factors.ts';
import { attempt, type Bound, lists, ownPassword, signedIn } from './worst-forms.ts';
import type { World } from './worst-requests.ts';

type Worst = readonly [bound: Bound, ask: (world: World) => Promise<Asked>];

const checked: Bound = { rows: 1, writes: 0, calls: signedIn };
const open = (path: string): Worst => [checked, inSession('GET', path)];
const person = ['browserTokens.find 1', 'accounts.findUser', 'accounts.findCredentialOf'];
const led: Bound = { rows: 1, writes: 0, calls: person };
const waiting = ['browserTokens.find 1', 'accounts.findCredentialOf'];
const told = ['accounts.findUser', 'mails.enqueue'];
const devices = ['devices.any', 'devices.remember', 'devices.remember', ...told];
const begun = ['sessions.insert', 'accounts.findCredentialOf', ...devices];
const counted = ['devices.findKnown 8', 'throttle.take 2', 'throttle.refund 2'];
const trusted = ['browserTokens.insert', 'audit.append', 'browserTokens.take'];
const answered = [
  'throttle.take 1',
  'throttle.refund 1',
  'browserTokens.take',
  'passkeys.find',
  'passkeys.use',
];
const made = ['browserTokens.insert', 'browserTokens.ofUser'];
const state = 'secondFactors.find';

/** The writes of a session that begins, and those that replace ten codes, or end the trust in twenty browsers. */
const [ofBeginning, ofCodes] = [402, 20];

const bound = (writes: number, ...calls: readonly string[]): Bound => ({ rows: 1, writes, calls });
const own = (writes: number, ...calls: readonly string[]) => bound(writes, ...signedIn, ...calls);

/** The account page of a person with every factor. */
const overview = ['accounts.findCredentialOf', state, 'passkeys.ofUser', 'browserTokens.ofUser'];

export const worstFactorForms: Readonly<Record<string, Worst>> = {
  'POST /sign-in': [
    bound(
      ofBeginning,
      ...['devices.findKnown 8', ...attempt, 'accounts.findCredential'],
      ...Array.from({ length: 4 }, () => 'browserTokens.find 1'),
      ...begun,
    ),
    // The browser is trusted by four people, and by this one last.
    async (world) => {
      const who = await enrolled(world);
      const { text } = await who.mint('trusted_browser', {});
      const others = Array.from({ length: 3 }, () => newToken());
      const cookies = cookiesOf(who, `__Host-gatehouse_trusted=${[...others, text].join('.')}`);
      return { method: 'POST', path: '/sign-in', ...cookies, form: { identifier: who.name, password } };
    },
  ],
  'GET /account': [{ ...own(0, ...lists, ...overview), rows: 20 }, inSession('GET', '/account')],
  'GET /account/confirm': [own(0, 'accounts.findCredentialOf', state), inSession('GET', '/account/confirm')],
  'POST /account/confirm': [
    own(4, ...ownPassword, state, 'secondFactors.tryCode', 'sessions.prove'),
    inSession('POST', '/account/confirm', ({ code }) => ({ password, code })),
  ],
  'GET /sign-in/passkey': open('/sign-in/passkey'),
  'POST /sign-in/passkey': [
    bound(ofBeginning, ...answered, 'accounts.findCredentialOf', 'devices.findKnown 8', ...begun),
    adding('/sign-in/passkey', {}, (who) => who.answer('passkey_sign_in')),
  ],
  'GET /second-factor': [bound(0, ...waiting, state), atStep('GET')],
  'POST /second-factor': [
    bound(ofBeginning, ...waiting, ...counted, state, 'secondFactors.tryCode', ...trusted, ...begun),
    atStep('POST', ({ code }) => ({ code, trust: 'on' })),
  ],
  'GET /second-factor/passkey': [
    { rows: 0, writes: 0, calls: [] },
    inSession('GET', '/second-factor/passkey'),
  ],
  'POST /second-factor/passkey': [
    bound(ofBeginning, ...answered, 'browserTokens.take', ...waiting, ...counted, ...trusted, ...begun),
    adding('/second-factor/passkey', {}, async (who) => {
      const { text, handle } = await who.mint('second_step');
      const { form, cookie } = await who.answer('passkey_second_step', handle);
      return { form: { ...form, trust: 'on' }, cookie: `${cookie}; __Host-gatehouse_step=${text}` };
    }),
  ],
  'GET /enrol': [led, enrolling('GET', '')],
  'GET /enrol/authenticator': [
    bound(0, ...person, 'browserTokens.ofUser'),
    enrolling('GET', '/authenticator', codeOf),
  ],
  'POST /enrol/authenticator': [
    bound(1, ...person, state, state, ...made),
    enrolling('POST', '/authenticator'),
  ],
  'GET /enrol/authenticator/confirm': [led, enrolling('GET', '/authenticator/confirm')],
  'POST /enrol/authenticator/confirm': [
    bound(
      ofBeginning,
      ...[
        ...person,
        state,
        'browserTokens.ofUser',
        'secondFactors.enrolTotp 10',
        'browserTokens.removeOfUser',
      ],
      ...[...told, 'browserTokens.take', 'accounts.findCredentialOf', ...begun],
    ),
    enrolling('POST', '/authenticator/confirm', codeOf),
  ],
  'GET /enrol/passkeys': [led, enrolling('GET', '/passkeys')],
  'POST /enrol/passkeys': [
    bound(
      ofBeginning,
      ...[...person, state, 'browserTokens.take', 'passkeys.add 10'],
      ...[...told, 'browserTokens.take', 'accounts.findCredentialOf', ...begun],
    ),
    enrolling('POST', '/passkeys', (who, handle) => who.creation(handle)),
  ],
  'GET /account/confirm/passkey': open('/account/confirm/passkey'),
  'POST /account/confirm/passkey': [
    own(2, ...answered, 'sessions.prove'),
    adding('/account/confirm/passkey', {}, (who) => who.answer('passkey_confirmation', who.handle)),
  ],
  'GET /account/authenticator': [own(0, 'browserTokens.ofUser'), inSession('GET', '/account/authenticator')],
  'POST /account/authenticator': [
    own(1, state, state, ...made),
    adding('/account/authenticator', { hasApp: false }, async () => ({ form: {} })),
  ],
  'GET /account/authenticator/confirm': open('/account/authenticator/confirm'),
  'POST /account/authenticator/confirm': [
    own(
      ofCodes,
      ...[state, 'browserTokens.ofUser', 'secondFactors.enrolTotp 10', 'browserTokens.removeOfUser'],
      ...[...told, 'sessions.prove'],
    ),
    adding('/account/authenticator/confirm', { hasApp: false }, (who) => codeOf(who, who.handle)),
  ],
  'GET /account/authenticator/remove': open('/account/authenticator/remove'),
  'POST /account/authenticator/remove': [
    own(ofCodes, state, 'secondFactors.removeTotp', ...told),
    inSession('POST', '/account/authenticator/remove'),
  ],
  'GET /account/passkeys': open('/account/passkeys'),
  'POST /account/passkeys': [
    own(ofCodes, state, 'browserTokens.take', 'passkeys.add 10', ...told, 'sessions.prove'),
    adding('/account/passkeys', { passkeys: 19 }, (who) => who.creation(who.handle)),
  ],
  'GET /account/rename-passkey/:handle': open('/account/rename-passkey/:handle'),
  'POST /account/rename-passkey/:handle': [
    own(1, state, 'passkeys.rename'),
    inSession('POST', '/account/rename-passkey/:handle', () => ({ name: 'Key' })),
  ],
  'GET /account/remove-passkey/:handle': open('/account/remove-passkey/:handle'),
  'POST /account/remove-passkey/:handle': [
    own(ofCodes, state, 'passkeys.remove', ...told),
    inSession('POST', '/account/remove-passkey/:handle'),
  ],
  'GET /account/recovery-codes': open('/account/recovery-codes'),
  'POST /account/recovery-codes': [
    own(ofCodes, state, 'secondFactors.replaceRecoveryCodes 10'),
    inSession('POST', '/account/recovery-codes'),
  ],
  'GET /account/recovery-codes/file': open('/account/recovery-codes/file'),
  'POST /account/recovery-codes/file': [
    checked,
    inSession('POST', '/account/recovery-codes/file', ({ recoveryCodes }) => ({
      codes: recoveryCodes.join(' '),
    })),
  ],
  'GET /account/browsers': open('/account/browsers'),
  'POST /account/browsers': [
    { ...own(ofCodes, 'browserTokens.removeOfUser'), rows: 20 },
    inSession('POST', '/account/browsers'),
  ],
  'GET /account/browsers/:handle': open('/account/browsers/:handle'),
  'POST /account/browsers/:handle': [
    own(1, 'browserTokens.removeOfUser'),
    async (world) => {
      const who = await enrolled(world);
      const { handle } = await who.mint('trusted_browser');
      return { method: 'POST', path: `/account/browsers/${handle}`, ...cookiesOf(who), form: {} };
    },
  ],
  'POST /account/export': [
    { ...own(1, 'audit.append', ...lists, ...lists, ...lists, ...overview), rows: 201 },
    inSession('POST', '/account/export'),
  ],
  'GET /pages/passkeys/:handle': [
    { rows: 0, writes: 0, calls: [] },
    async () => ({ method: 'GET', path: `/${await new PasskeyScript().path()}` }),
  ],
};
