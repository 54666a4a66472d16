/** Gatehouse in Next.js: route handlers, server components, server actions, and the proxy. */

import type { Gatehouse } from '../gatehouse.ts';
import type { SessionResult, SessionSource } from '../library/session.ts';
import { type GuardAnswer, type GuardOptions, guardAnswer, type SignedIn } from './guard.ts';
import { lazily, responseOf } from './lazy-gatehouse.ts';
import type { Given } from './opened.ts';

export type { Given, GuardOptions, SessionResult, SignedIn };

/** The names that Next.js looks for in a route; all of them, so that every answer has the shape of its contract. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** What Next.js adds to a `Request`: the URL without the base path of the application. */
interface NextRequestLike extends Request {
  readonly nextUrl?: { readonly pathname: string; readonly search: string; readonly basePath: string };
}

type Handler = (request: Request) => Promise<Response>;

/** What Next.js passes on behind the request: the parameters of a route, or the event of the proxy. */
type GuardedHandler<Asked extends Request, Context> = (
  request: Asked,
  signedIn: SignedIn,
  context: Context,
) => Response | Promise<Response>;

/** A guard, for each place where Next.js runs code on the server. */
export interface NextGuard {
  /**
   * In a server component or a server action: who sent the request. Others are sent to the page where people sign in; without
   * one, `unauthorized()` of Next.js is called.
   *
   * @throws {SessionUnknown} while the store is away. Next.js shows the error page with status 500, because a component
   * has no other; a guard in `proxy.ts` answers 503.
   */
  (): Promise<SignedIn>;
  /** A route handler, or a proxy, that is called for signed-in people only; others get 303, 401 or 503. */
  <Asked extends Request, Context>(
    handler: GuardedHandler<Asked, Context>,
  ): (request: Asked, context: Context) => Promise<Response>;
}

export interface NextGatehouse {
  /** For a route: `export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = auth.handlers`. */
  readonly handlers: Readonly<Record<(typeof methods)[number], Handler>>;
  /** For `proxy.ts`: answers the paths of Gatehouse, of all contracts, and passes all others on. */
  proxy(request: Request): Promise<Response | undefined>;
  /** Lets signed-in people through. */
  readonly required: NextGuard;
  /** As `required`, with the page where people sign in: a path without the base path of the application, or a URL. */
  guard(options: GuardOptions): NextGuard;
  /** Who sent a request: `await auth.session(await headers())`; see `Gatehouse.session`. */
  session(source: SessionSource): Promise<SessionResult>;
  /** Gatehouse, opened by the first request. */
  open(): Promise<Gatehouse>;
  /** Finishes pending writes and closes the database. */
  close(): Promise<void>;
}

/** It is not known who sent a request, because the store does not answer. */
export class SessionUnknown extends Error {
  override readonly name = 'SessionUnknown';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(
      'The database does not answer, so it is not known who sent this request. Try again later; a guard in proxy.ts answers 503.',
    );
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Next.js tells no address of the peer. With the word `unix` in `GATEHOUSE_TRUSTED_PROXIES` the operator says that only
 * trusted proxies reach it, and their header is read; without it all clients are throttled as one.
 */
const remoteAddress = 'unix';

const noAddress =
  'Next.js tells no address of a client, so all clients share one count of failed logins. If they reach Next.js only through ' +
  'proxies that write X-Forwarded-For, add the word unix to GATEHOUSE_TRUSTED_PROXIES.';

/** Nothing is opened before the first request: `next build` loads the modules as well. */
export function gatehouse(given?: Given): NextGatehouse {
  const { open, openIfUsable, fetch, session, close } = lazily(given, (options) => {
    if (options?.settings?.trustedProxies?.includes(remoteAddress) === false)
      options.log?.error({}, noAddress);
  });
  const handle: Handler = (request) => fetch(request, { remoteAddress, target: targetOf(request) });
  const guard = (options: GuardOptions) =>
    ((handler?: GuardedHandler<Request, unknown>) => {
      if (!handler) return signedInHere(session, options);
      return async (request: Request, context: unknown) => {
        const result = await session(request);
        if (result.status === 'live') return handler(request, signedInOf(result), context);
        return refusal(result, request, options, context);
      };
    }) as NextGuard;
  return {
    handlers: Object.fromEntries(methods.map((method) => [method, handle])) as NextGatehouse['handlers'],
    async proxy(request) {
      const found = await openIfUsable();
      if (found && !found.owns(targetOf(request))) return undefined;
      return withWholeLocation(await handle(request), request);
    },
    required: guard({}),
    guard,
    session,
    open,
    close,
  };
}

/** What `withGatehouse` changes in the configuration of Next.js. */
interface NextConfigLike {
  serverExternalPackages?: string[] | undefined;
  outputFileTracingIncludes?: Record<string, string[]> | undefined;
}

const packageName = 'gatehouse-auth';

/** Everything that is read from the folder of the package at run time, and that tracing does not find. */
const tracedFiles = `node_modules/${packageName}/{package.json,dist/**/*,openapi/*.json}`;

/** The configuration of Next.js, with Gatehouse out of the bundle and complete in a standalone build. */
export function withGatehouse<Config extends object>(config: Config): Config & NextConfigLike {
  const { serverExternalPackages = [], outputFileTracingIncludes = {} }: NextConfigLike = config;
  return {
    ...config,
    serverExternalPackages: [...new Set([...serverExternalPackages, packageName])],
    outputFileTracingIncludes: {
      ...outputFileTracingIncludes,
      '/*': [...(outputFileTracingIncludes['/*'] ?? []), tracedFiles],
    },
  };
}

async function signedInHere(session: NextGatehouse['session'], { signIn }: GuardOptions): Promise<SignedIn> {
  // @ts-expect-error: Next.js is installed where the application is.
  const { headers } = await import('next/headers.js');
  const result = await session(await headers());
  if (result.status === 'live') return signedInOf(result);
  if (result.status === 'unknown') throw new SessionUnknown(result.retryAfterSeconds);
  // @ts-expect-error: as above.
  const { redirect, unauthorized } = await import('next/navigation.js');
  return signIn === undefined ? unauthorized() : redirect(signIn);
}

function signedInOf({ user, session }: SignedIn): SignedIn {
  return { user, session };
}

/**
 * The answer to a person who is not let through; both paths in it are below the base path. The proxy takes only a whole URL for
 * a redirect, of which it sends the path; a route must not have one, because Next.js does not know its own host.
 */
function refusal(
  result: SessionResult,
  request: Request,
  { signIn }: GuardOptions,
  context: unknown,
): Response {
  const { basePath = '' } = (request as NextRequestLike).nextUrl ?? {};
  const page = signIn?.startsWith('/') ? `${basePath}${signIn}` : signIn;
  const asked = {
    method: request.method,
    target: `${basePath}${targetOf(request)}`,
    accept: request.headers.get('accept'),
  };
  const answer = guardAnswer(result, asked, { signIn: page }) as GuardAnswer;
  const { location } = answer.headers;
  if (location === undefined || !isProxyEvent(context)) return responseOf(answer);
  return responseOf({
    ...answer,
    headers: { ...answer.headers, location: new URL(location, request.url).href },
  });
}

/** The answer of a proxy, which takes only a whole URL for a redirect. The URL of the request has the base path. */
function withWholeLocation(answer: Response, { url }: Request): Response {
  const location = answer.headers.get('location');
  if (location !== null) answer.headers.set('location', new URL(location, url).href);
  return answer;
}

/** What Next.js passes to a proxy as its second argument; a route gets its parameters there. */
function isProxyEvent(context: unknown): boolean {
  return typeof (context as { waitUntil?: unknown } | undefined)?.waitUntil === 'function';
}

/** The target without the base path: the paths of Gatehouse are below it like all others of the application. */
function targetOf(request: NextRequestLike): string {
  const { pathname, search } = request.nextUrl ?? new URL(request.url);
  return `${pathname}${search}`;
}
