/** Gatehouse as a middleware of Express, and of Connect and Nest on Express. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gatehouse } from '../gatehouse.ts';
import type { User } from '../library/people.ts';
import type { SessionResult } from '../library/session.ts';
import { type GuardOptions, guardAnswer, type SignedIn } from './guard.ts';
import { type Given, opened } from './opened.ts';

export type { Given, GuardOptions, SignedIn };

declare global {
  namespace Express {
    interface Request {
      /** The person who sent the request, behind a guard of Gatehouse. */
      auth?: SignedIn;
    }
  }
}

/** A request of Express, or of `node:http` in Connect. */
interface MiddlewareRequest extends IncomingMessage {
  readonly originalUrl?: string;
  auth?: SignedIn;
}

type Middleware = (
  request: MiddlewareRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** The middleware that answers the paths of Gatehouse, with guards for those of the application. */
export interface ExpressGatehouse extends Middleware {
  /** Lets signed-in people through, and answers others with 401, or with 503 while the store is away. */
  readonly required: Middleware;
  /** As `required`, with the page where people sign in. */
  guard(options: GuardOptions): Middleware;
  /** Who sent a request; see `Gatehouse.session`. */
  session(request: IncomingMessage): Promise<SessionResult>;
  /** The user of a request behind a guard. @throws {TypeError} if there is no guard in front of the route. */
  user(request: object): User;
  /** Resolves when the database is open. A rejection that is not handled ends the process with its sentence. */
  readonly ready: Promise<Gatehouse>;
  /** Finishes pending writes and closes the database; call it when the server is closed. */
  close(): Promise<void>;
}

/**
 * Opens Gatehouse, and returns its middleware at once: requests wait until the database is open. Mount it without a path, or
 * under a prefix of your own. It may stand before or behind `express.json()`.
 */
export function gatehouse(given?: Given): ExpressGatehouse {
  const ready = opened(given);
  const middleware: Middleware = (request, response, next) => {
    ready.then((open) => {
      const target = ownedTarget(open, request);
      if (target === undefined) return next();
      request.url = target;
      open.listener(request, response);
    }, next);
  };
  const session = async (request: IncomingMessage) => (await ready).session(request);
  const guard =
    (options: GuardOptions): Middleware =>
    (request, response, next) => {
      session(request).then((result) => {
        const { method = 'GET', headers, originalUrl, url = '/' } = request;
        const target = originalUrl ?? url;
        const answer = guardAnswer(result, { method, target, accept: headers.accept }, options);
        if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
        else if (result.status === 'live') {
          request.auth = { user: result.user, session: result.session };
          next();
        }
      }, next);
    };
  return Object.assign(middleware, {
    required: guard({}),
    guard,
    session,
    user: userOf,
    ready,
    close: async () => (await ready).close(),
  });
}

/**
 * The target that Gatehouse answers, if it is one of its own: as the client sent it, or without the path under which the
 * middleware is mounted, which Express cuts off.
 */
function ownedTarget(open: Gatehouse, { originalUrl, url }: MiddlewareRequest): string | undefined {
  return [originalUrl, url].find((target) => target !== undefined && open.owns(target));
}

function userOf(request: { readonly auth?: SignedIn }): User {
  if (request.auth) return request.auth.user;
  throw new TypeError(
    'This route has no guard of Gatehouse: put `required` or `guard()` in front of its handler.',
  );
}
