/** Gatehouse as a plugin of Fastify, and of Nest on Fastify. */

import type { IncomingMessage } from 'node:http';
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
} from 'fastify';
import type { Gatehouse } from '../gatehouse.ts';
import type { User } from '../library/people.ts';
import type { SessionResult } from '../library/session.ts';
import { type GuardOptions, guardAnswer, type SignedIn } from './guard.ts';
import { assertPrefix, ownedTarget } from './mount.ts';
import { type Given, isOpen, opened } from './opened.ts';
import { guardedUser } from './signed-in.ts';

export type { Given, GuardOptions, SignedIn };

declare module 'fastify' {
  interface FastifyInstance {
    gatehouse: FastifyGatehouse;
  }
  interface FastifyRequest {
    /** The person who sent the request, behind a guard of Gatehouse. */
    auth: SignedIn | null;
  }
}

/** What the plugin adds to the application, as `app.gatehouse`. */
export interface FastifyGatehouse extends Omit<Gatehouse, 'session'> {
  /** A hook that lets signed-in people through, and answers others with 401, or with 503 while the store is away. */
  readonly required: onRequestAsyncHookHandler;
  /** As `required`, with the page where people sign in. */
  guard(options: GuardOptions): onRequestAsyncHookHandler;
  /** Who sent a request; see `Gatehouse.session`. */
  session(request: FastifyRequest | IncomingMessage): Promise<SessionResult>;
  /** The user of a request behind a guard. @throws {TypeError} if there is no guard in front of the route. */
  user(request: FastifyRequest): User;
}

/** Options of Gatehouse, one that is open, or how the application is mounted. */
export type PluginOptions = Given & { readonly prefix?: string };

/**
 * The plugin: `app.register(gatehouse, options)`. It has a route for each path of Gatehouse, which reads no body before
 * Gatehouse does, and a path that the application has too fails the start. When the application is closed, it closes what it
 * opened.
 *
 * @throws {UnusableSettings} (as a rejection) if options or settings cannot be used, or the prefix hides a path.
 * @throws {StoreUnusable} (as a rejection) if the database cannot be opened.
 */
export async function gatehouse(app: FastifyInstance, given: PluginOptions = {}): Promise<void> {
  const { prefix = '' } = given;
  const open = await opened(isOpen(given) ? given : optionsOf(given));
  if (!isOpen(given)) app.addHook('onClose', () => open.close());
  assertPrefix(open, app.prefix + prefix);
  app.decorate('gatehouse', {
    ...open,
    required: guardOf(open, {}),
    guard: (options) => guardOf(open, options),
    session: (request) => open.session('raw' in request ? request.raw : request),
    user: guardedUser,
  } satisfies FastifyGatehouse);
  app.decorateRequest('auth', null);
  await app.register(routesOf(open), { prefix });
}

/** Fastify adds options of its own to those of a plugin. */
function optionsOf(given: PluginOptions): Given {
  const { prefix, logLevel, logSerializers, ...options } = given as Given & Record<string, unknown>;
  return options;
}

function routesOf(open: Gatehouse): FastifyPluginAsync {
  return async (routes) => {
    const { prefix } = routes;
    const handOver = (request: FastifyRequest, reply: FastifyReply) => {
      const { raw } = request;
      const { url = '/' } = raw;
      // What other plugins have set, such as those of CORS, would be lost with the reply.
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      reply.hijack();
      raw.url = ownedTarget(open, url, prefix) ?? url;
      open.listener(raw, reply.raw);
    };
    // Before any body is read, and before its type is looked at.
    routes.addHook('onRequest', async (request, reply) => {
      handOver(request, reply);
      return reply;
    });
    for (const path of open.paths) routes.all(mounted(path, prefix), () => {});
  };
}

/** The path of a route below the prefix, which Fastify adds. */
function mounted(path: string, prefix: string): string {
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

function guardOf(open: Gatehouse, options: GuardOptions): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const result = await open.session(request.raw);
    const { method = 'GET', headers } = request.raw;
    const answer = guardAnswer(
      result,
      { method, target: request.originalUrl, accept: headers.accept },
      options,
    );
    if (answer)
      return reply
        .code(answer.status)
        .headers({ ...answer.headers })
        .send(answer.body);
    if (result.status === 'live') request.auth = { user: result.user, session: result.session };
    return undefined;
  };
}

Object.assign(gatehouse, {
  // It belongs to the application that registers it, as if wrapped by `fastify-plugin`.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'gatehouse-auth',
});
