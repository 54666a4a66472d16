/** Passkeys, under `/auth/passkeys`: options, sign-in, confirmation, and a person's own (ruling F7). */

import { browserTokenRules, maxBrowserTokens } from '../../concepts/browser-tokens.ts';
import type { PasskeyAnswer, PasskeyAsked } from '../../usecases/factors/passkey-challenges.ts';
import type { SecondStepOptions } from '../../usecases/factors/passkey-sign-in.ts';
import { givenBy, type LoggedIn } from '../../usecases/login.ts';
import { isRefusal, type Refusal } from '../../usecases/refusals.ts';
import type { Services } from '../../usecases/services.ts';
import type { AnyRefusal, Contract, RequestFault, Route } from '../contract.ts';
import type { Reply, ReplyHeaders } from '../reply.ts';
import { enrolmentRequired, readSecondStep } from '../request/account-input.ts';
import { type Fields, textFields } from '../request/body.ts';
import type { Cookies, HeldKind } from '../request/cookies.ts';
import type { RequestContext } from '../request-context.ts';
import { shownPasskey } from './representations.ts';
import { cookiesAfterEnrolment, forEnroller, forSignedIn, renewedCookie, routeGroup } from './signed-in.ts';

/** The use cases, which are loaded when the first person has to do with a passkey. */
const signingIn = () => import('../../usecases/factors/passkey-sign-in.ts');
const own = () => import('../../usecases/factors/own-passkeys.ts');

const idFormat = 'uuid';

export function ownPasskeys(services: Services, cookies: Cookies): Contract {
  const signedIn = forSignedIn(services);
  const enroller = forEnroller(services);
  const afterwards = cookiesAfterEnrolment(services, cookies);

  /** Options are the body, as `navigator.credentials` wants them; the token of the challenge is a cookie. */
  function options(context: RequestContext, asked: PasskeyAsked | SecondStepOptions | Refusal) {
    if (isRefusal(asked)) return asked;
    const challenge = kept(context, 'challenge', asked.challengeToken);
    const step = 'step' in asked ? [kept(context, 'step', asked.step)] : [];
    return { status: 200, body: asked.options, headers: { 'set-cookie': [challenge, ...step] } };
  }

  /** The cookie of a new token in front of those that the browser holds for its other pages. */
  function kept(context: RequestContext, kind: keyof typeof seconds, token: string): string {
    const tokens = new Set([token, ...cookies.held(context.request, kind)]);
    return cookies.hold(kind, [...tokens].slice(0, maxBrowserTokens).join('.'), seconds[kind]);
  }

  /** The answer of a login. Its refusals say nothing about which accounts exist, or may be used. */
  function begun(
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

  const spent = [cookies.drop('challenge'), cookies.drop('step')];

  const purposes: Readonly<Record<string, Route['answer']>> = {
    register: enroller([], async (person, context) => {
      const { registrationOptions } = await own();
      return options(context, await registrationOptions(services, person, context));
    }),
    login: async (context) => {
      const { passkeySignInOptions } = await signingIn();
      return options(context, await passkeySignInOptions(services, context));
    },
    second_step: async (context) => {
      const { loginForSecondStep, secondStepOptions } = await signingIn();
      const { fields } = context;
      if (!Object.hasOwn(fields, 'identifier') && !Object.hasOwn(fields, 'password'))
        return options(
          context,
          await secondStepOptions(services, cookies.held(context.request, 'step'), context),
        );
      const asked = textFields(fields, ['identifier', 'password']);
      if (isRefusal(asked)) return asked;
      const trustedBrowsers = cookies.held(context.request, 'trusted');
      const outcome = await loginForSecondStep(services, { ...asked, trustedBrowsers, idFormat }, context);
      return 'options' in outcome ? options(context, outcome) : begun(outcome, 'unknown_account');
    },
    confirm: signedIn([], async (person, context) => {
      const { confirmationOptions } = await own();
      return options(context, await confirmationOptions(services, person, context));
    }),
  };

  return {
    ...routeGroup,
    name: 'passkeys',
    hasCookies: true,
    routes: [
      {
        method: 'POST',
        path: '/auth/passkeys/options',
        body: 'json',
        answer: (context) => {
          const purpose = context.fields['for'];
          const isKnown = typeof purpose === 'string' && Object.hasOwn(purposes, purpose);
          const answer = isKnown ? purposes[purpose] : undefined;
          return answer?.(context) ?? { refused: 'missing_field', field: 'for', expected: expectedPurpose };
        },
      },
      {
        method: 'POST',
        path: '/auth/passkeys/register',
        body: 'json',
        event: 'factor_add',
        answer: enroller(['name'], async (person, context, { name }) => {
          const asked = readAnswer(context, cookies);
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
      },
      {
        method: 'POST',
        path: '/auth/passkeys/login',
        body: 'json',
        event: 'login',
        async answer(context) {
          const asked = readAnswer(context, cookies);
          if (isRefusal(asked)) return asked;
          const second = readTrust(context, cookies);
          if (isRefusal(second)) return second;
          const { signInWithPasskey } = await signingIn();
          const form = { idFormat, lasting: 'lifetime' } as const;
          const request = { ...asked, steps: cookies.held(context.request, 'step'), form, second };
          return begun(await signInWithPasskey(services, request, context), 'invalid_passkey', spent);
        },
      },
      {
        method: 'POST',
        path: '/auth/passkeys/confirm',
        body: 'json',
        event: 'confirm',
        answer: signedIn([], async (person, context) => {
          const asked = readAnswer(context, cookies);
          if (isRefusal(asked)) return asked;
          const { confirmWithPasskey } = await own();
          const outcome = await confirmWithPasskey(services, person, asked, context);
          if (isRefusal(outcome)) return outcome;
          const headers = renewedCookie(services, cookies, context, person, outcome.id);
          return {
            status: 200,
            body: { session_id: outcome.id },
            headers: withCookies(headers, [cookies.drop('challenge')]),
          };
        }),
      },
      {
        method: 'POST',
        path: '/auth/passkeys/:handle',
        body: 'json',
        event: 'passkey_rename',
        answer: signedIn(['name'], async (person, context, { name }) => {
          const { renamePasskey } = await own();
          const outcome = await renamePasskey(services, person, { handle: context.handle, name }, context);
          return isRefusal(outcome) ? outcome : { status: 200, body: { name: outcome.name } };
        }),
      },
      {
        method: 'DELETE',
        path: '/auth/passkeys/:handle',
        event: 'factor_remove',
        answer: signedIn([], async (person, context) => {
          const { removePasskey } = await own();
          const outcome = await removePasskey(services, person, context.handle, context);
          return isRefusal(outcome) ? outcome : { status: 204 };
        }),
      },
    ],
  };
}

/** How long a browser holds tokens, in seconds. */
const seconds = {
  challenge: browserTokenRules.passkey_sign_in.lifeMs / 1_000,
  step: browserTokenRules.second_step.lifeMs / 1_000,
} satisfies Partial<Record<HeldKind, number>>;

const expectedPurpose = '"register", "login", "second_step" or "confirm"';

/** Refusals of a login that say something about an account; the audit has them. */
const inaccessible: ReadonlySet<string> = new Set([
  'unknown_account',
  'wrong_password',
  'account_disabled',
  'user_record_missing',
]);

/** Whether the browser is to be trusted. A code is not read: it is no part of this second step. */
function readTrust(fields: Fields) {
  return readSecondStep(
    Object.hasOwn(fields, 'trust_browser') ? { trust_browser: fields['trust_browser'] } : {},
  );
}

/** The answer of a passkey in the field `response`, and the tokens of the challenges that the browser keeps. */
function readAnswer(context: RequestContext, cookies: Cookies): PasskeyAnswer | RequestFault {
  const { response } = context.fields as Fields & { readonly response?: unknown };
  if (typeof response !== 'object' || response === null || Array.isArray(response))
    return { refused: 'missing_field', field: 'response', expected: 'an object' };
  return { answer: response, challengeTokens: cookies.held(context.request, 'challenge') };
}

function withCookies(headers: ReplyHeaders, more: readonly string[]): ReplyHeaders {
  const own = headers['set-cookie'] ?? [];
  return { ...headers, 'set-cookie': [...(typeof own === 'string' ? [own] : own), ...more] };
}
