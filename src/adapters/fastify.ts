/** Gatehouse as a plugin of Fastify, and of Nest on Fastify. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gatehouse } from '../gatehouse.ts';
import type { SessionResult } from '../library/session.ts';
import { type GuardOptions, guardAnswer, type SignedIn } from './guard.ts';
import { type Given, opened } from './opened.ts';

export type { Given, GuardOptions, SignedIn };

/** What the plugin needs of a request of Fastify. */
interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly originalUrl: string;
  auth?: SignedIn | null;
}

/** What the plugin needs of a reply of Fastify. */
interface FastifyReplyLike {
  readonly raw: ServerResponse;
  getHeaders(): Record<string, number | string | string[] | undefined>;
  hijack(): unknown;
  code(status: number): FastifyReplyLike;
  headers(headers: Record<string, string>): FastifyReplyLike;
  send(body: string): FastifyReplyLike;
}

/** What the plugin needs of Fastify. */
interface FastifyLike {
  readonly prefix: string;
  decorate(name: string, value: unknown): unknown;
  decorateRequest(name: string, value: unknown): unknown;
  addHook(name: 'onRequest', hook: Hook): unknown;
  addHook(name: 'onClose', hook: () => Promise<void>): unknown;
}

type Hook = (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>;

/** What the plugin adds to the application, as `app.gatehouse`. */
export interface FastifyGatehouse extends Gatehouse {
  /** A hook that lets signed-in people through, and answers others with 401, or with 503 while the store is away. */
  readonly required: Hook;
  /** As `required`, with the page where people sign in. */
  guard(options: GuardOptions): Hook;
}

/**
 * The plugin: `await app.register(gatehouse, options)`. It answers the paths of Gatehouse before any body is read, and
 * closes the database when the application is closed. It belongs to the root, as if wrapped by `fastify-plugin`.
 *
 * @throws {UnusableSettings} (as a rejection) if options or settings cannot be used.
 * @throws {StoreUnusable} (as a rejection) if the database cannot be opened.
 */
export async function gatehouse(app: FastifyLike, given?: Given): Promise<void> {
  const open = await opened(given);
  app.decorate('gatehouse', {
    ...open,
    required: guardOf(open, {}),
    guard: (options) => guardOf(open, options),
  } satisfies FastifyGatehouse);
  app.decorateRequest('auth', null);
  app.addHook('onRequest', async (request, reply) => {
    if (!open.owns(request.raw.url ?? '')) return undefined;
    // What other plugins have set, such as those of CORS, would be lost with the reply.
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.hijack();
    open.listener(request.raw, reply.raw);
    return reply;
  });
  app.addHook('onClose', () => open.close());
}

function guardOf(open: Gatehouse, options: GuardOptions): Hook {
  return async (request, reply) => {
    const result: SessionResult = await open.session(request.raw);
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
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'gatehouse-auth',
});
