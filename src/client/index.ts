/** The client for browsers and backends: every verb of the three contracts, typed from the OpenAPI document. */

import { baseOf, type CallOptions, type ClientOptions, caller, sessionOf } from './call.ts';
import { GatehouseProblem, GatehouseUnreachable } from './errors.ts';
import { signOuts } from './sign-outs.ts';
import type { Answer, OperationId, Request, Session, User } from './types.ts';

export type { CallOptions, ClientOptions, SessionOption } from './call.ts';
export { GatehouseProblem, GatehouseUnreachable } from './errors.ts';
export type { Detail, ProblemType, Session, Status, User } from './types.ts';

/**
 * Who is signed in.
 *
 * - `live`: `user` is signed in. Go on.
 * - `none`: there is no session. Ask the person to sign in.
 * - `unknown`: the server or its store does not answer. Say so, and ask again after `retryAfterSeconds`. Never take it for
 *   `none`: the person may well be signed in.
 */
export type SessionResult =
  | { readonly status: 'live'; readonly user: User; readonly session: Session }
  | { readonly status: 'none' }
  | {
      readonly status: 'unknown';
      readonly retryAfterSeconds: number;
      readonly error: GatehouseProblem | GatehouseUnreachable;
    };

/** The outcome of what needs a password that was confirmed in the last ten minutes. */
export type StepUp<Data> =
  | { readonly status: 'done'; readonly data: Data }
  /** Nothing was done. Ask for the password, pass it to `account.confirm`, and call again. */
  | { readonly status: 'confirmation-required' };

export type Client = ReturnType<typeof createClient>;

type Verb<Id extends OperationId> = (body: Request<Id>, options?: CallOptions) => Promise<Answer<Id>>;
type BodilessVerb<Id extends OperationId> = (options?: CallOptions) => Promise<Answer<Id>>;
type StepUpVerb<Id extends OperationId> = (
  body: Request<Id>,
  options?: CallOptions,
) => Promise<StepUp<Answer<Id>>>;
type BodilessStepUpVerb<Id extends OperationId> = (options?: CallOptions) => Promise<StepUp<Answer<Id>>>;

/** The sentences of a session that is known to be dead; every other failure leaves that open. */
const dead = /^(?:Not authenticated|No session|Session not found)$/;

const confirmationRequired = 'urn:gatehouse:problem:confirmation-required';

/**
 * A client of one server. Every verb resolves with the answer of its contract, or rejects with a `GatehouseProblem`, a
 * `GatehouseUnreachable`, or the reason of its `signal`. It sends one request and never tries again by itself.
 *
 * @throws {TypeError} if `baseUrl` is no address, or is missing outside of a browser.
 */
export function createClient(client: ClientOptions = {}) {
  const base = baseOf(client);
  const send = caller(base, client);
  const { listen, begun, ended, none, suspect } = signOuts(`gatehouse ${base}`, () => session());

  /** Sends a request, and notes what its answer says about the session of this client. */
  const call = async <Data>(
    method: string,
    path: string,
    body?: object,
    options?: CallOptions,
    effect?: (data: Data) => void,
  ): Promise<Data> => {
    const isOwn = options?.session === undefined;
    try {
      const data = await send<Data>(method, path, body, options);
      if (isOwn) effect?.(data);
      return data;
    } catch (error) {
      if (isOwn && error instanceof GatehouseProblem && dead.test(error.detail)) suspect();
      throw error;
    }
  };

  /** After a login: an enrolment session is none that could end. */
  const loggedIn = (data: object) => {
    if (!('enrolment_required' in data)) begun();
  };

  const post =
    <Id extends OperationId>(path: string, effect?: (data: Answer<Id>) => void): Verb<Id> =>
    (body, options) =>
      call('POST', path, body, options, effect);

  const without =
    <Id extends OperationId>(method: string, path: string, effect?: () => void): BodilessVerb<Id> =>
    (options) =>
      call(method, path, undefined, options, effect);

  const page =
    <Id extends OperationId, Before extends string | number>(path: string) =>
    ({ before }: { readonly before?: Before | undefined } = {}, options?: CallOptions): Promise<Answer<Id>> =>
      call('GET', before === undefined ? path : `${path}?before=${before}`, undefined, options);

  const confirmedBody =
    <Id extends OperationId>(method: string, path: string, effect?: () => void): StepUpVerb<Id> =>
    (body, options) =>
      stepUp(call(method, path, body, options, effect));

  const confirmed =
    <Id extends OperationId>(method: string, path: string, effect?: () => void): BodilessStepUpVerb<Id> =>
    (options) =>
      stepUp(call(method, path, undefined, options, effect));

  async function session(options?: CallOptions): Promise<SessionResult> {
    const isOwn = options?.session === undefined;
    try {
      const path = '/auth/session';
      const { user, session } = await send<Answer<'checkSession'>>('GET', path, undefined, options);
      // Another program may have answered.
      if (!user) throw new GatehouseUnreachable(`GET ${base}${path}`, undefined);
      if (isOwn) begun();
      return { status: 'live', user, session };
    } catch (error) {
      if (error instanceof GatehouseProblem && error.detail === 'Not authenticated') {
        if (isOwn) none();
        return { status: 'none' };
      }
      if (!(error instanceof GatehouseProblem || error instanceof GatehouseUnreachable)) throw error;
      return { status: 'unknown', retryAfterSeconds: error.retryAfterSeconds ?? 1, error };
    }
  }

  return {
    /** Who is signed in. Rejects only with the reason of its `signal`. */
    session,
    /**
     * Calls a function when the session has ended: by a verb of this client, by another tab of the same origin, or because
     * a call found it dead. A failure of the server or of the network is no end. Returns a function that stops it.
     */
    onSignedOut: listen,
    /** The contract `rest`: e-mail addresses, and the session in the cookie. */
    rest: {
      register: post<'restRegister'>('/auth/register', loggedIn),
      login: post<'restLogin'>('/auth/login', loggedIn),
      /** Succeeds without a session too. After 503 the session may be alive, and the cookie is cleared nevertheless. */
      logout: without<'restLogout'>('POST', '/auth/logout', ended),
    },
    /** The contract `dotjson`: usernames, and the session in the cookie or in `?s=`. */
    dotjson: {
      /** Begins no session: log in next. */
      register: post<'dotjsonRegister'>('/register.json'),
      login: post<'dotjsonLogin'>('/login.json', loggedIn),
      /** A session id that this client or this call has goes into `?s=`. */
      logout(options?: CallOptions): Promise<Answer<'dotjsonLogout'>> {
        const id = sessionOf(client, options);
        const query = id == null ? '' : `?s=${encodeURIComponent(id)}`;
        return call('POST', `/logout.json${query}`, undefined, options, ended);
      },
    },
    /** The contract `envelope`: the session in request and response bodies. The caller keeps it. */
    envelope: {
      login: post<'envelopeLogin'>('/api/auth/login', loggedIn),
      logout: post<'envelopeLogout'>('/api/auth/logout', ended),
    },
    /** The sessions of the signed-in person. */
    sessions: {
      /** A page; `before` is `next` of the page before. */
      list: page<'listOwnSessions', string>('/auth/sessions'),
      /** Ends one by its handle; another one than the own needs a confirmed password. */
      end: (handle: string, options?: CallOptions) =>
        stepUp(without<'endOwnSession'>('DELETE', `/auth/sessions/${encodeURIComponent(handle)}`)(options)),
      endOthers: confirmed<'endOwnSessions'>('DELETE', '/auth/sessions'),
      /** Ends all sessions, this one too. */
      endAll: confirmed<'endOwnSessions'>('DELETE', '/auth/sessions?all=true', ended),
    },
    /** The account of the signed-in person. */
    account: {
      /** Confirms the password, and the second factor if there is one. The session has a new id afterwards, in the answer and in the cookie. */
      confirm: post<'confirmPassword'>('/auth/confirm', begun),
      /** Ends all other sessions. This one has a new id afterwards, in the answer and in the cookie. */
      changePassword: confirmedBody<'changePassword'>('POST', '/auth/password', begun),
      delete: confirmedBody<'deleteAccount'>('DELETE', '/auth/account', ended),
      export: confirmed<'exportAccount'>('GET', '/auth/account/export'),
      /** A page of audit entries; `before` is `next` of the page before. */
      activity: page<'readActivity', number>('/auth/account/activity'),
    },
    /** The second factors of the signed-in person; the first one of a person with an enrolment session too. */
    factors: {
      list: without<'listOwnFactors'>('GET', '/auth/factors'),
      /** Begins an enrolment: show the QR code or the secret, and pass a code of the app to `confirmTotp`. */
      beginTotp: confirmed<'beginTotp'>('POST', '/auth/factors/totp'),
      /** Answers recovery codes, which are shown only here. The session has a new id afterwards. */
      confirmTotp: confirmedBody<'confirmTotp'>('POST', '/auth/factors/totp/confirm', begun),
      removeTotp: confirmed<'removeTotp'>('DELETE', '/auth/factors/totp'),
      /** Answers new recovery codes in place of all earlier ones. */
      renewRecoveryCodes: confirmed<'renewRecoveryCodes'>('POST', '/auth/factors/recovery-codes'),
      /** Ends the trust in one browser, by its handle. */
      distrust: (handle: string, options?: CallOptions) =>
        without<'distrustBrowser'>(
          'DELETE',
          `/auth/factors/trusted-browsers/${encodeURIComponent(handle)}`,
        )(options),
      distrustAll: without<'distrustBrowsers'>('DELETE', '/auth/factors/trusted-browsers'),
    },
    /** Passkeys. `options` goes to the browser, and what the browser returns to the verb that the options are for. */
    passkeys: {
      options: confirmedBody<'passkeyOptions'>('POST', '/auth/passkeys/options'),
      /** Answers recovery codes, which are shown only here. The session has a new id afterwards. */
      register: confirmedBody<'addPasskey'>('POST', '/auth/passkeys/register', begun),
      login: post<'passkeyLogin'>('/auth/passkeys/login', begun),
      /** Confirms the session, in place of the password and a code. It has a new id afterwards. */
      confirm: post<'confirmWithPasskey'>('/auth/passkeys/confirm', begun),
      rename: (handle: string, body: Request<'renamePasskey'>, options?: CallOptions) =>
        confirmedBody<'renamePasskey'>('POST', `/auth/passkeys/${encodeURIComponent(handle)}`)(body, options),
      remove: (handle: string, options?: CallOptions) =>
        confirmed<'removePasskey'>('DELETE', `/auth/passkeys/${encodeURIComponent(handle)}`)(options),
    },
    /** The e-mail address of the account. */
    email: {
      requestVerification: without<'requestEmailVerification'>('POST', '/auth/email/verify/request'),
      /** Takes the token of a mail; needs no session. */
      verify: post<'verifyEmail'>('/auth/email/verify'),
      change: confirmedBody<'requestEmailChange'>('POST', '/auth/email'),
    },
    /** A forgotten password. */
    password: {
      /** The answer is the same whether there is an account or not. */
      forgot: post<'forgotPassword'>('/auth/password/forgot'),
      /** Takes the token of a mail. Ends all sessions of the account and begins none. */
      reset: post<'resetPassword'>('/auth/password/reset'),
    },
  };
}

async function stepUp<Data>(called: Promise<Data>): Promise<StepUp<Data>> {
  try {
    return { status: 'done', data: await called };
  } catch (error) {
    if (!(error instanceof GatehouseProblem) || error.type !== confirmationRequired) throw error;
    return { status: 'confirmation-required' };
  }
}
