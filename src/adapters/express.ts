/** Gatehouse as a middleware of Express, and of Connect and Nest on Express. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gatehouse } from '../gatehouse.ts';
import type { User } from '../library/people.ts';
import type { SessionResult } from '../library/session.ts';
import { type GuardOptions, guardAnswer, type SignedIn } from './guard.ts';
import { assertPrefix, ownedTarget } from './mount.ts';
import { type Given, opened } from './opened.ts';
import { guardedUser } from './signed-in.ts';

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
  /** The path under which the middleware is mounted, which Express cuts off `url`. */
  readonly baseUrl?: string;
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
  const opening = opened(given);
  let checkedPrefix = '';
  const answer = (open: Gatehouse, request: MiddlewareRequest, response: ServerResponse): boolean => {
    const { originalUrl, url = '/', baseUrl = '' } = request;
    // Express tells the prefix only with a request.
    if (baseUrl !== checkedPrefix) assertPrefix(open, baseUrl);
    checkedPrefix = baseUrl;
    const target = ownedTarget(open, originalUrl ?? url) ?? ownedTarget(open, url);
    if (target === undefined) return false;
    request.url = target;
    // Express has set it; no answer of Gatehouse has it (ruling G12).
    response.removeHeader('x-powered-by');
    open.listener(request, response);
    return true;
  };
  const middleware: Middleware = (request, response, next) => {
    opening.then((open) => answer(open, request, response) || next()).catch(next);
  };
  const session = async (request: IncomingMessage) => (await opening).session(request);
  const guard =
    (options: GuardOptions): Middleware =>
    (request, response, next) => {
      session(request)
        .then((result) => {
          const { method = 'GET', headers, originalUrl, url = '/' } = request;
          const target = originalUrl ?? url;
          const answer = guardAnswer(result, { method, target, accept: headers.accept }, options);
          if (answer) return void response.writeHead(answer.status, answer.headers).end(answer.body);
          if (result.status === 'live') request.auth = { user: result.user, session: result.session };
          next();
        })
        .catch(next);
    };
  return Object.assign(middleware, {
    required: guard({}),
    guard,
    session,
    user: guardedUser,
    // A promise of its own: a middleware that waits for the other one handles its rejection.
    ready: opening.then((open) => open),
    close: () =>
      opening.then(
        (open) => open.close(),
        () => {},
      ),
  });
}
