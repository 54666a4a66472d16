/** Gatehouse as a middleware of Hono. */

import type { IncomingMessage } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import type { Gatehouse } from '../gatehouse.ts';
import { formType } from '../http/request/form.ts';
import { isOnUnixSocket } from '../http/request/unix-socket.ts';
import type { User } from '../library/people.ts';
import type { SessionResult } from '../library/session.ts';
import { type GuardOptions, guardAnswer, type SignedIn } from './guard.ts';
import { assertPrefix, ownedTarget } from './mount.ts';
import { type Given, opened } from './opened.ts';
import { guardedUser } from './signed-in.ts';

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
  /** The user of a request behind a guard. @throws {TypeError} if there is no guard in front of the route. */
  user(context: Context): User;
  /** Resolves when the database is open. A rejection that is not handled ends the process with its sentence. */
  readonly ready: Promise<Gatehouse>;
  /** Finishes pending writes and closes the database; call it when the server is closed. */
  close(): Promise<void>;
}

/**
 * Opens Gatehouse, and returns its middleware at once: requests wait until the database is open. Mount it with `app.use`, also
 * below a base path. The address of a client is known on `@hono/node-server`; elsewhere the throttle counts all as one, and a
 * warning says so.
 */
export function gatehouse(given?: Given): HonoGatehouse {
  const opening = opened(given);
  const warn = warnOnce();
  let checkedPrefix = '';
  const middleware: MiddlewareHandler = async (context, next) => {
    const open = await opening;
    const incoming = incomingOf(context);
    const { url } = context.req.raw;
    const sent = incoming?.url ?? url.slice(url.indexOf('/', url.indexOf('://') + 3));
    const prefix = prefixOf(context);
    if (prefix !== checkedPrefix) assertPrefix(open, prefix);
    checkedPrefix = prefix;
    const target = ownedTarget(open, sent, prefix);
    if (target === undefined) return next();
    if (!incoming) warn();
    const remoteAddress = addressOf(incoming);
    return withCookiesOf(context, await open.fetch(await unread(context), { remoteAddress, target }));
  };
  const session = async (context: Context) => (await opening).session(context.req.raw);
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
    user: ({ var: found }: Context) => guardedUser(found as { auth?: SignedIn }),
    // A promise of its own: a middleware that waits for the other one handles its rejection.
    ready: opening.then((open) => open),
    close: () =>
      opening.then(
        (open) => open.close(),
        () => {},
      ),
  });
}

/** The request of `node:http` below that of `@hono/node-server`; no other server has one. */
function incomingOf({ env }: Context): IncomingMessage | undefined {
  const bindings = (env ?? {}) as { incoming?: IncomingMessage; server?: { incoming?: IncomingMessage } };
  return bindings.server?.incoming ?? bindings.incoming;
}

/**
 * The peer's address. A server that does not tell it is taken for one on a unix domain socket: with the word `unix` in
 * `GATEHOUSE_TRUSTED_PROXIES` the operator says that only trusted proxies reach it, and their header is read.
 */
function addressOf(incoming: IncomingMessage | undefined): string | undefined {
  if (!incoming) return 'unix';
  const { socket } = incoming;
  return socket.remoteAddress ?? (isOnUnixSocket(socket) ? 'unix' : undefined);
}

/** Where the middleware is mounted (`basePath`, `route`): Hono never cuts it off the URL. */
function prefixOf({ req }: Context): string {
  const base = req.matchedRoutes[req.routeIndex]?.basePath ?? '';
  return base.replace(/\/$/, '');
}

/** The request with its body, also if a middleware has read it by `c.req.json()` and the like, which keep it. */
async function unread({ req }: Context): Promise<Request> {
  const { raw } = req;
  if (!raw.bodyUsed) return raw;
  const { headers } = raw;
  const isEmpty = !headers.has('transfer-encoding') && Number(headers.get('content-length')) === 0;
  const body = isEmpty ? '' : await keptBody(req).catch(() => undefined);
  // Nothing kept it: Gatehouse refuses the request, and the log says why.
  if (body === undefined) return raw;
  return new Request(raw.url, { method: raw.method, headers, body, signal: raw.signal });
}

/** A form that was read by `c.req.formData()` is written as a form again: Hono would write it as `multipart/form-data`. */
async function keptBody(req: Context['req']): Promise<ArrayBuffer | string> {
  const { arrayBuffer, formData } = req.bodyCache;
  if (arrayBuffer || !formData || !formType.test(req.header('content-type') ?? '')) return req.arrayBuffer();
  const fields = [...(await formData)].map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(fields).toString();
}

function warnOnce(): () => void {
  let warned = false;
  return () => {
    if (warned) return;
    warned = true;
    process.emitWarning(
      'This server does not tell the address of its clients, so all of them share one count of failed logins. Run the application ' +
        'on @hono/node-server. If clients reach it only through proxies that write X-Forwarded-For, add the word unix to ' +
        'GATEHOUSE_TRUSTED_PROXIES.',
      'GatehouseWarning',
    );
  };
}

/** Hono drops the cookies of an answer if a middleware has set one before: all of them are sent. */
function withCookiesOf(context: Context, answer: Response): Response {
  // To look at `res` keeps what middlewares set by `c.header()`, too.
  if (!context.res.headers.has('set-cookie')) return answer;
  const earlier = context.res.headers.getSetCookie();
  const all = [...earlier, ...answer.headers.getSetCookie()];
  context.res.headers.delete('set-cookie');
  const headers = new Headers(answer.headers);
  headers.delete('set-cookie');
  for (const cookie of all) headers.append('set-cookie', cookie);
  return new Response(answer.body, { status: answer.status, headers });
}
