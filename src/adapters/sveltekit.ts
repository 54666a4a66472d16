/** Gatehouse in SvelteKit: the `handle` hook, and the person of a request. */

import type { IncomingMessage } from 'node:http';
import type { Gatehouse } from '../gatehouse.ts';
import type { SessionResult } from '../library/session.ts';
import { type GuardOptions, guardAnswer } from './guard.ts';
import { type Given, opened } from './opened.ts';

export type { Given, GuardOptions };

/** What the hook needs of an event of SvelteKit. */
interface EventLike {
  readonly request: Request;
  readonly url: URL;
  readonly locals: object;
  readonly platform?: { readonly req?: IncomingMessage } | undefined;
  getClientAddress(): string;
}

interface HandleInput<Event extends EventLike> {
  readonly event: Event;
  resolve(event: Event): Response | Promise<Response>;
}

export interface SvelteKitGatehouse {
  /** Answers the paths of Gatehouse, and sets `event.locals.auth` (a `SessionResult`) for all others. */
  handle<Event extends EventLike>(input: HandleInput<Event>): Promise<Response>;
  /** A `handle` for pages of signed-in people: answers others as the options say. `isGuarded` says which events. */
  guard(
    isGuarded: (event: EventLike) => boolean,
    options?: GuardOptions,
  ): <Event extends EventLike>(input: HandleInput<Event>) => Promise<Response>;
  /** Who sent a request; see `Gatehouse.session`. */
  session(event: Pick<EventLike, 'request'>): Promise<SessionResult>;
  /** Gatehouse, opened by the first request. */
  open(): Promise<Gatehouse>;
  close(): Promise<void>;
}

/** Nothing is opened before the first request: `vite build` loads the hooks as well. */
export function gatehouse(given?: Given): SvelteKitGatehouse {
  let opening: Promise<Gatehouse> | undefined;
  const open = () => {
    opening ??= opened(given);
    return opening;
  };
  const session = async ({ request }: Pick<EventLike, 'request'>) => (await open()).session(request);
  return {
    async handle({ event, resolve }) {
      const { request, platform, locals } = event;
      const found = await open();
      const target = platform?.req?.url ?? `${event.url.pathname}${event.url.search}`;
      if (found.owns(target)) return found.fetch(request, { remoteAddress: addressOf(event), target });
      Object.assign(locals, { auth: await found.session(request) });
      return resolve(event);
    },
    guard:
      (isGuarded, options = {}) =>
      async ({ event, resolve }) => {
        if (!isGuarded(event)) return resolve(event);
        const { method, headers } = event.request;
        const asked = {
          method,
          target: `${event.url.pathname}${event.url.search}`,
          accept: headers.get('accept'),
        };
        const answer = guardAnswer(await session(event), asked, options);
        return answer ? new Response(answer.body || null, answer) : resolve(event);
      },
    session,
    open,
    close: async () => (await opening)?.close(),
  };
}

/** The peer's own address where the server has it; otherwise what SvelteKit takes for it, which may throw. */
function addressOf(event: EventLike): string | undefined {
  const { socket } = event.platform?.req ?? {};
  if (socket) return socket.remoteAddress;
  try {
    return event.getClientAddress();
  } catch {
    return undefined;
  }
}
