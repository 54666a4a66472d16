/** Gatehouse in SvelteKit: the `handle` hook, guards, and the person of a request. */

import type { IncomingMessage } from 'node:http';
import type { Gatehouse } from '../gatehouse.ts';
import type { User } from '../library/people.ts';
import type { SessionResult } from '../library/session.ts';
import { type GuardAnswer, type GuardOptions, guardAnswer, type SignedIn } from './guard.ts';
import { lazily, responseOf, unavailable } from './lazy-gatehouse.ts';
import type { Given } from './opened.ts';

export type { Given, GuardOptions, SessionResult, SignedIn };

declare global {
  namespace App {
    interface Locals {
      /** Who sent the request; `user` is there behind a guard, and wherever `status` is `live`. */
      auth: SessionResult & { readonly user?: User };
    }
  }
}

/** What the hooks need of an event of SvelteKit. */
interface EventLike {
  readonly request: Request;
  readonly url: URL;
  readonly locals: object;
  readonly isDataRequest: boolean;
  readonly route: { readonly id: string | null };
  readonly platform?: Readonly<Record<string, unknown>> | undefined;
  getClientAddress(): string;
}

type Handle = <Event extends EventLike>(input: {
  event: Event;
  resolve(event: Event): Response | Promise<Response>;
}) => Promise<Response>;

export interface SvelteKitGuardOptions extends GuardOptions {
  /** Which requests are for signed-in people only, such as `({ route }) => route.id?.startsWith('/(app)') ?? false`. */
  readonly when: (event: EventLike) => boolean;
}

export interface SvelteKitGatehouse {
  /** Answers the paths of Gatehouse, and sets `event.locals.auth` for all other requests. */
  readonly handle: Handle;
  /**
   * A `handle` that lets signed-in people through, to be put behind the first by `sequence()`. It covers pages, their data,
   * form actions and endpoints. Remote functions name the page they are called from themselves: check `locals.auth` in them.
   */
  guard(options: SvelteKitGuardOptions): Handle;
  /** Who sent a request; see `Gatehouse.session`. */
  session(event: Pick<EventLike, 'request'>): Promise<SessionResult>;
  /** The user of a request behind a guard. @throws {TypeError} if there is no guard in front of it. */
  user(event: Pick<EventLike, 'locals'>): User;
  /** Gatehouse, opened by the first request. */
  open(): Promise<Gatehouse>;
  /** Finishes pending writes and closes the database; `adapter-node` does so itself at its end. */
  close(): Promise<void>;
}

/** Nothing is opened before the first request: `vite build` loads the hooks as well. */
export function gatehouse(given?: Given): SvelteKitGatehouse {
  const { open, openIfUsable, session, close } = lazily(given, () => {
    // The process would not end while the database is open.
    process.once('sveltekit:shutdown', () => void close());
  });
  return {
    async handle({ event, resolve }) {
      const { request, locals } = event;
      const incoming = incomingOf(event);
      const remoteAddress = addressOf(event);
      // Only a page that is prerendered by the build has neither.
      if (!incoming && remoteAddress === undefined) {
        Object.assign(locals, { auth: { status: 'none' } satisfies SessionResult });
        return resolve(event);
      }
      const found = await openIfUsable();
      if (!found) return unavailable();
      const target = incoming?.url ?? targetOf(event);
      if (found.owns(target)) return found.fetch(request, { remoteAddress, target });
      Object.assign(locals, { auth: await found.session(request) });
      return resolve(event);
    },
    guard:
      ({ when, ...options }) =>
      async ({ event, resolve }) => {
        if (!when(event)) return resolve(event);
        const { auth = await session(event.request) } = event.locals as { auth?: SessionResult };
        if (auth.status === 'live') return resolve(event);
        return refusal(auth, event, options);
      },
    session: ({ request }) => session(request),
    user: userOf,
    open,
    close,
  };
}

function userOf({ locals }: Pick<EventLike, 'locals'>): User {
  const { auth } = locals as { auth?: SessionResult };
  if (auth?.status === 'live') return auth.user;
  throw new TypeError(
    'This route has no guard of Gatehouse: let `when` of `guard()` in src/hooks.server.ts hold for it.',
  );
}

/** A person behind a page is sent to sign in, also where its script asks: for the data of a page, or by an enhanced form. */
function refusal(auth: SessionResult, event: EventLike, options: GuardOptions): Response {
  const { method, headers } = event.request;
  const isAction = headers.get('x-sveltekit-action') === 'true';
  const isForm = method === 'POST' && (isAction || (headers.get('accept') ?? '').includes('text/html'));
  const asked = {
    method: isForm ? 'GET' : method,
    // An action is no page that one can return to.
    target: isForm ? event.url.pathname : targetOf(event),
    accept: isAction || event.isDataRequest ? 'text/html' : headers.get('accept'),
  };
  const answer = guardAnswer(auth, asked, options) as GuardAnswer;
  const { location, ...others } = answer.headers;
  if (!isAction || location === undefined) return responseOf(answer);
  const body = JSON.stringify({ type: 'redirect', status: answer.status, location });
  return responseOf({ status: 200, headers: { ...others, 'content-type': 'application/json' }, body });
}

function targetOf({ url }: EventLike): string {
  return `${url.pathname}${url.search}`;
}

/** The request of `node:http`, which `adapter-node` passes on; `vite dev` and `vite preview` do not. */
function incomingOf({ platform }: EventLike): IncomingMessage | undefined {
  return platform?.['req'] as IncomingMessage | undefined;
}

/** The peer's own address where the server has it; otherwise what SvelteKit takes for it, which may throw. */
function addressOf(event: EventLike): string | undefined {
  const socket = incomingOf(event)?.socket;
  if (socket) return socket.remoteAddress;
  try {
    return event.getClientAddress();
  } catch {
    return undefined;
  }
}
