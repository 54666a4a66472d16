/** Handles every request: finds its route, reads its body, lets the route answer, and puts refusals into words. */

import type { Hsts } from '../settings/settings.ts';
import { type Awaitable, after } from '../storage/port/awaitable.ts';
import { isRefusal } from '../usecases/refusals.ts';
import type { Services } from '../usecases/services.ts';
import { BodyStream } from './body-stream.ts';
import type { AnyRefusal, Contract, Route } from './contract.ts';
import type { Answer, IncomingRequest, RequestHandler } from './exchange.ts';
import { type ErrorListener, RefusalResponder } from './refusals/refusal-responder.ts';
import { prepared, type Reply } from './reply.ts';
import { ignoreBody, readFields } from './request/body.ts';
import { type CrossSite, crossSite } from './request/cross-site.ts';
import { readForm } from './request/form.ts';
import { Origins } from './request/origin.ts';
import { pathOf, RequestContext, type Server } from './request-context.ts';
import type { ResponseCounters } from './response-counters.ts';
import { securityHeaders } from './response-headers.ts';
import { type RouteMatch, Router } from './router.ts';

export interface HandlerOptions extends Server {
  readonly services: Services;
  /** The first contract that owns a path answers for it. */
  readonly contracts: readonly Contract[];
  /** The prefix of all paths; empty by default (ruling W6). */
  readonly basePath: string;
  readonly allowedOrigins: readonly string[];
  readonly hsts: Hsts;
  readonly clock: () => number;
  readonly responseCounters: ResponseCounters;
  readonly onError: ErrorListener;
  /** Called for every request that is refused because of the page it comes from (ruling W4). */
  readonly onCrossSite: (about: CrossSite) => void;
}

export class Handler implements RequestHandler {
  readonly #options: HandlerOptions;
  readonly #router: Router;
  readonly #origins: Origins;
  readonly #responder: RefusalResponder;
  readonly #constantHeaders: Readonly<Record<string, string>>;
  /** If no origin is allowed, no answer depends on the origin. */
  readonly #hasCors: boolean;

  constructor(options: HandlerOptions) {
    this.#options = options;
    this.#router = new Router(options.contracts, options.basePath);
    this.#origins = new Origins(options.allowedOrigins);
    this.#responder = new RefusalResponder(options.services, options.responseCounters, options.onError);
    this.#constantHeaders = securityHeaders(options.hsts);
    this.#hasCors = options.allowedOrigins.length > 0;
  }

  /** Answers a request. Every error of a route is caught here. */
  handle(request: IncomingRequest): Awaitable<Answer> {
    const { method } = request;
    const path = this.#router.within(pathOf(request));
    // HEAD is answered like GET, but for the body (RFC 9110, section 9.3.2).
    const match = this.#router.find(method === 'HEAD' ? 'GET' : method, path);
    const context = new RequestContext(request, match.contract, this.#options.clock(), this.#options);
    try {
      const outcome = this.#answer(match, context, path);
      return outcome instanceof Promise
        ? this.#later(match, context, outcome)
        : this.#finish(match, context, outcome);
    } catch (error) {
      return this.#fail(match, context, error);
    }
  }

  #answer({ route }: RouteMatch, context: RequestContext, path: string): Awaitable<Reply | AnyRefusal> {
    const { fault } = context.request;
    if (fault) return { refused: fault };
    if (!route) return this.#noRoute(context, path);
    return route.method === 'GET' ? route.answer(context) : this.#change(route, context);
  }

  /** Answers a path and method without a route: a preflight, 405 if another method has one, otherwise 404. */
  #noRoute({ request }: RequestContext, path: string): Reply | AnyRefusal {
    const allow = this.#router.methodsAt(path);
    const preflight =
      request.method === 'OPTIONS' ? this.#origins.preflightHeaders(request, allow) : undefined;
    if (preflight) return { status: 204, headers: preflight };
    return allow === '' ? { refused: 'unknown_route' } : { refused: 'method_not_allowed', allow };
  }

  /** Checks a request that changes state before its route: first the origin, then the load, then the body. */
  #change(route: Route, context: RequestContext): Awaitable<Reply | AnyRefusal> {
    const { services, onCrossSite } = this.#options;
    if (!this.#origins.mayChangeState(context.request)) {
      onCrossSite(crossSite(context));
      return { refused: 'cross_site' };
    }
    return (route.hashes && services.hashing.overloaded(context.network)) || this.#withBody(route, context);
  }

  async #withBody(route: Route, context: RequestContext): Promise<Reply | AnyRefusal> {
    const readers = { json: readFields, form: readForm, ignored: ignoreBody };
    const body = await readers[route.body ?? 'ignored'](context.request);
    if (isRefusal(body)) return body;
    context.fields = body.fields;
    return route.answer(context);
  }

  async #later(
    match: RouteMatch,
    context: RequestContext,
    outcome: Promise<Reply | AnyRefusal>,
  ): Promise<Answer> {
    try {
      return await this.#finish(match, context, await outcome);
    } catch (error) {
      return this.#fail(match, context, error);
    }
  }

  #finish(match: RouteMatch, context: RequestContext, outcome: Reply | AnyRefusal): Awaitable<Answer> {
    return isRefusal(outcome) ? this.#refuse(match, context, outcome) : this.#write(context, outcome);
  }

  #refuse(match: RouteMatch, context: RequestContext, refusal: AnyRefusal): Awaitable<Answer> {
    return after(this.#responder.refuse(match, context, refusal), (reply) => this.#write(context, reply));
  }

  #fail(match: RouteMatch, context: RequestContext, error: unknown): Answer {
    return this.#write(context, this.#responder.fail(match, context, error));
  }

  #write(context: RequestContext, reply: Reply): Answer {
    this.#options.responseCounters.answered(context.contract, reply.status);
    const isReady = reply.body === undefined || reply.headers?.['content-length'] !== undefined;
    const { status, body, headers: own } = isReady ? reply : prepared(reply);
    const headers = {
      ...this.#constantHeaders,
      'x-request-id': context.requestId,
      ...context.headers,
      ...own,
    };
    if (this.#hasCors) Object.assign(headers, this.#origins.corsHeaders(context.request), own);
    return {
      status,
      headers,
      body: body as Answer['body'],
      stream: reply.stream && this.#watched(context, reply.stream),
    };
  }

  /** Reports an error in a body that is being sent; its status is sent already. */
  #watched(context: RequestContext, stream: BodyStream): BodyStream {
    return new BodyStream(stream, (error) => void (error && this.#responder.reportFailure(context, error)));
  }
}
