/** Gatehouse as a middleware of Hono. */

import type { IncomingMessage } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import type { Gatehouse } from '../gatehouse.ts';
import type { SessionResult } from '../library/session.ts';
import { type GuardOptions, guardAnswer, type SignedIn } from './guard.ts';
import { type Given, opened } from './opened.ts';

export type { Given, GuardOptions, SignedIn };

/** What a guard sets: `c.var.auth`. */
export interface GuardEnv {
  Variables: { auth: SignedIn };
}

/** The middleware that answers the paths of Gatehouse, with guards for those of the application. */
export interface HonoGatehouse extends MiddlewareHandler {
  /** Lets signed-in people through, and answers others with 401, or with 503 while the store is away. */
  readonly required: MiddlewareHandler<GuardEnv>;
  /** As `required`, with the page where people sign in. */
  guard(options: GuardOptions): MiddlewareHandler<GuardEnv>;
  /** Who sent a request; see `Gatehouse.session`. */
  session(context: Context): Promise<SessionResult>;
  /** Resolves when the database is open. A rejection that is not handled ends the process with its sentence. */
  readonly ready: Promise<Gatehouse>;
  /** Finishes pending writes and closes the database; call it when the server is closed. */
  close(): Promise<void>;
}

/** Opens Gatehouse, and returns its middleware at once: requests wait until the database is open. */
export function gatehouse(given?: Given): HonoGatehouse {
  const ready = opened(given);
  const middleware: MiddlewareHandler = async (context, next) => {
    const open = await ready;
    const incoming = incomingOf(context);
    const { raw } = context.req;
    const target = incoming?.url ?? raw.url.slice(raw.url.indexOf('/', raw.url.indexOf('://') + 3));
    if (!open.owns(target)) return next();
    const answer = await open.fetch(raw, { remoteAddress: incoming?.socket.remoteAddress, target });
    return withCookiesOf(context, answer);
  };
  const session = async (context: Context) => (await ready).session(context.req.raw);
  const guard =
    (options: GuardOptions): MiddlewareHandler<GuardEnv> =>
    async (context, next) => {
      const result = await session(context);
      const { method, url, headers } = context.req.raw;
      const { pathname, search } = new URL(url);
      const asked = { method, target: `${pathname}${search}`, accept: headers.get('accept') };
      const answer = guardAnswer(result, asked, options);
      if (answer) return new Response(answer.body || null, answer);
      if (result.status === 'live') context.set('auth', { user: result.user, session: result.session });
      return next();
    };
  return Object.assign(middleware, {
    required: guard({}),
    guard,
    session,
    ready,
    close: async () => (await ready).close(),
  });
}

/** The request of `node:http` below that of `@hono/node-server`; no other server has one. */
function incomingOf({ env }: Context): IncomingMessage | undefined {
  const bindings = (env ?? {}) as { incoming?: IncomingMessage; server?: { incoming?: IncomingMessage } };
  return bindings.server?.incoming ?? bindings.incoming;
}

/** Hono drops the cookies of an answer if a middleware has set one before: all of them are sent. */
function withCookiesOf(context: Context, answer: Response): Response {
  if (!context.finalized && !context.res.headers.has('set-cookie')) return answer;
  const earlier = context.res.headers.getSetCookie();
  const all = [...earlier, ...answer.headers.getSetCookie()];
  context.res.headers.delete('set-cookie');
  const headers = new Headers(answer.headers);
  headers.delete('set-cookie');
  for (const cookie of all) headers.append('set-cookie', cookie);
  return new Response(answer.body, { status: answer.status, headers });
}
