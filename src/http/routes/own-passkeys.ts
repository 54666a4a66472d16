/** Passkeys, under `/auth/passkeys`: options, sign-in, confirmation, and a person's own (ruling F7). */

import type { PasskeyAsked } from '../../usecases/factors/passkey-challenges.ts';
import type { SecondStepOptions } from '../../usecases/factors/passkey-sign-in.ts';
import { givenBy, type LoggedIn } from '../../usecases/login.ts';
import { isRefusal, type Refusal } from '../../usecases/refusals.ts';
import type { Services } from '../../usecases/services.ts';
import type { AnyRefusal, Contract, Route } from '../contract.ts';
import { type Reply, withCookies } from '../reply.ts';
import { enrolmentRequired } from '../request/account-input.ts';
import { textFields } from '../request/body.ts';
import type { Cookies } from '../request/cookies.ts';
import type { RequestContext } from '../request-context.ts';
import { inaccessible, readPasskeyAnswer, readTrust } from './passkey-input.ts';
import { shownPasskey } from './representations.ts';
import { cookiesAfterEnrolment, forEnroller, forSignedIn, renewedCookie, routeGroup } from './signed-in.ts';

/** The use cases, which are loaded when the first person has to do with a passkey. */
const signingIn = () => import('../../usecases/factors/passkey-sign-in.ts');
const own = () => import('../../usecases/factors/own-passkeys.ts');

const idFormat = 'uuid' as const;

/** What the routes share. */
interface Parts {
  readonly services: Services;
  readonly cookies: Cookies;
  readonly signedIn: ReturnType<typeof forSignedIn>;
  readonly enroller: ReturnType<typeof forEnroller>;
}

export function ownPasskeys(services: Services, cookies: Cookies): Contract {
  const parts = { services, cookies, signedIn: forSignedIn(services), enroller: forEnroller(services) };
  return {
    ...routeGroup,
    name: 'passkeys',
    hasCookies: true,
    routes: [options(parts), register(parts), login(parts), confirm(parts), rename(parts), remove(parts)],
  };
}

function options(parts: Parts): Route {
  const purposes: Readonly<Record<string, Route['answer']>> = {
    ...ownOptions(parts),
    ...signInOptions(parts),
  };
  return {
    method: 'POST',
    path: '/auth/passkeys/options',
    body: 'json',
    answer: (context) => {
      const purpose = context.fields['for'];
      const isKnown = typeof purpose === 'string' && Object.hasOwn(purposes, purpose);
      const answer = isKnown ? purposes[purpose] : undefined;
      return answer?.(context) ?? { refused: 'missing_field', field: 'for', expected: expectedPurpose };
    },
  };
}

/** The options of a person who is signed in, or who has to enrol. */
function ownOptions({ services, cookies, signedIn, enroller }: Parts) {
  return {
    register: enroller([], async (person, context) => {
      const { registrationOptions } = await own();
      return shown(cookies, context, await registrationOptions(services, person, context));
    }),
    confirm: signedIn([], async (person, context) => {
      const { confirmationOptions } = await own();
      return shown(cookies, context, await confirmationOptions(services, person, context));
    }),
  };
}

/** The options of a sign-in: with a passkey alone, or after a password that is sent along or was right before. */
function signInOptions({ services, cookies }: Parts) {
  return {
    login: async (context: RequestContext) => {
      const { passkeySignInOptions } = await signingIn();
      return shown(cookies, context, await passkeySignInOptions(services, context));
    },
    second_step: async (context: RequestContext) => {
      const { loginForSecondStep, secondStepOptions } = await signingIn();
      const { fields, request } = context;
      if (!Object.hasOwn(fields, 'identifier') && !Object.hasOwn(fields, 'password')) {
        const steps = cookies.held(request, 'step');
        return shown(cookies, context, await secondStepOptions(services, steps, context));
      }
      const named = textFields(fields, ['identifier', 'password']);
      if (isRefusal(named)) return named;
      const { identifier, password } = named;
      const asked = { identifier, password, idFormat, trustedBrowsers: cookies.held(request, 'trusted') };
      const outcome = await loginForSecondStep(services, asked, context);
      return 'options' in outcome
        ? shown(cookies, context, outcome)
        : begun(cookies, outcome, 'unknown_account');
    },
  };
}

function register({ services, cookies, enroller }: Parts): Route {
  const afterwards = cookiesAfterEnrolment(services, cookies);
  return {
    method: 'POST',
    path: '/auth/passkeys/register',
    body: 'json',
    event: 'factor_add',
    answer: enroller(['name'], async (person, context, { name }) => {
      const asked = readPasskeyAnswer(context, cookies);
      if (isRefusal(asked)) return asked;
      const { addPasskey } = await own();
      const added = await addPasskey(services, person, { ...asked, name }, context);
      if (isRefusal(added)) return added;
      const { id, passkey, recoveryCodes } = added;
      return {
        status: 201,
        body: { passkey: shownPasskey(passkey), recovery_codes: recoveryCodes, session_id: id },
        headers: withCookies(afterwards(context, person, added), [cookies.drop('challenge')]),
      };
    }),
  };
}

function login({ services, cookies }: Parts): Route {
  return {
    method: 'POST',
    path: '/auth/passkeys/login',
    body: 'json',
    event: 'login',
    async answer(context) {
      const asked = readPasskeyAnswer(context, cookies);
      if (isRefusal(asked)) return asked;
      const second = readTrust(context, cookies);
      if (isRefusal(second)) return second;
      const { signInWithPasskey } = await signingIn();
      const form = { idFormat, lasting: 'lifetime' } as const;
      const request = { ...asked, steps: cookies.held(context.request, 'step'), form, second };
      const outcome = await signInWithPasskey(services, request, context);
      return begun(cookies, outcome, 'invalid_passkey', [cookies.drop('challenge'), cookies.drop('step')]);
    },
  };
}

function confirm({ services, cookies, signedIn }: Parts): Route {
  return {
    method: 'POST',
    path: '/auth/passkeys/confirm',
    body: 'json',
    event: 'confirm',
    answer: signedIn([], async (person, context) => {
      const asked = readPasskeyAnswer(context, cookies);
      if (isRefusal(asked)) return asked;
      const { confirmWithPasskey } = await own();
      const outcome = await confirmWithPasskey(services, person, asked, context);
      if (isRefusal(outcome)) return outcome;
      const { id } = outcome;
      const renewed = renewedCookie(services, cookies, context, person, id);
      return {
        status: 200,
        body: { session_id: id },
        headers: withCookies(renewed, [cookies.drop('challenge')]),
      };
    }),
  };
}

function rename({ services, signedIn }: Parts): Route {
  return {
    method: 'POST',
    path: '/auth/passkeys/:handle',
    body: 'json',
    event: 'passkey_rename',
    answer: signedIn(['name'], async (person, context, { name }) => {
      const { renamePasskey } = await own();
      const outcome = await renamePasskey(services, person, { handle: context.handle, name }, context);
      return isRefusal(outcome) ? outcome : { status: 200, body: { name: outcome.name } };
    }),
  };
}

function remove({ services, signedIn }: Parts): Route {
  return {
    method: 'DELETE',
    path: '/auth/passkeys/:handle',
    event: 'factor_remove',
    answer: signedIn([], async (person, context) => {
      const { removePasskey } = await own();
      const outcome = await removePasskey(services, person, context.handle, context);
      return isRefusal(outcome) ? outcome : { status: 204 };
    }),
  };
}

/** Options are the body, as `navigator.credentials` wants them; the token of the challenge is a cookie. */
function shown(
  cookies: Cookies,
  context: RequestContext,
  asked: PasskeyAsked | SecondStepOptions | Refusal,
): Reply | Refusal {
  if (isRefusal(asked)) return asked;
  const challenge = cookies.keep(context.request, 'challenge', asked.challengeToken);
  const step = 'step' in asked ? [cookies.keep(context.request, 'step', asked.step)] : [];
  return { status: 200, body: asked.options, headers: { 'set-cookie': [challenge, ...step] } };
}

/** The answer of a login. Its refusals say nothing about which accounts exist, or may be used. */
function begun(
  cookies: Cookies,
  outcome: LoggedIn | Refusal,
  wrong: 'unknown_account' | 'invalid_passkey',
  spent: readonly string[] = [],
): Reply | AnyRefusal {
  const given = givenBy(outcome);
  if (isRefusal(given)) return inaccessible.has(given.refused) ? { refused: wrong } : given;
  return {
    status: 200,
    body: { session_id: given.id, ...(given.isEnrolment && enrolmentRequired) },
    headers: withCookies(cookies.begin(given), spent),
  };
}

const expectedPurpose = '"register", "login", "second_step" or "confirm"';
