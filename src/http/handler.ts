/** Puts the contracts together into one handler of requests. */

import type { AuditEvent } from '../concepts/audit.ts';
import { Abandoned } from '../crypto/hashing-queue.ts';
import type { Hsts } from '../settings/settings.ts';
import type { Awaitable } from '../storage/port/awaitable.ts';
import { StoreUnavailable } from '../storage/port/port.ts';
import { isRefusal, reported, type Services } from '../usecases/services.ts';
import { BodyStream } from './body-stream.ts';
import {
  type AnyRefusal,
  type Contract,
  prepared,
  type RefusalName,
  type Reply,
  type Route,
} from './contract.ts';
import type { Answer, IncomingRequest } from './exchange.ts';
import { RefusalLimiter } from './refusals/refusal-limiter.ts';
import { ignoreBody, readFields } from './request/body.ts';
import { type CrossSite, crossSite } from './request/cross-site.ts';
import { Origins } from './request/origin.ts';
import { pathOf, RequestContext, type Server } from './request-context.ts';
import type { Break, ResponseCounters } from './response-counters.ts';
import { securityHeaders } from './response-headers.ts';
import { Router } from './router.ts';

/** Answers every request; never rejects. */
export type Handler = (request: IncomingRequest) => Awaitable<Answer>;

export interface HandlerOptions extends Server {
  readonly services: Services;
  /** The first one that owns a path answers for it. */
  readonly contracts: readonly Contract[];
  /** What all paths begin with; empty if nothing (ruling W6). */
  readonly basePath: string;
  readonly allowedOrigins: readonly string[];
  readonly hsts: Hsts;
  readonly clock: () => number;
  readonly responseCounters: ResponseCounters;
  /** Told once about everything that was thrown; what it is told never reaches a client. */
  readonly onError: (error: unknown, about: { requestId: string; path: string }) => void;
  /** Told about every request that was refused for the page it comes from (ruling W4). */
  readonly onCrossSite: (about: CrossSite) => void;
}

/** Seconds after which asking again makes sense when the store could not answer. */
const retryAfterSeconds = 1;

/** Puts the contracts together; the first one that owns a path answers for it. */
export function createHandler(options: HandlerOptions): Handler {
  const { services, clock, responseCounters, onError } = options;
  const constantHeaders = securityHeaders(options.hsts);
  const origins = new Origins(options.allowedOrigins);
  const router = new Router(options.contracts, options.basePath);
  const refusalLimiter = new RefusalLimiter();

  /** No route has this method and path: a preflight, another method of a route, or nothing at all. */
  function noRoute({ request }: RequestContext, path: string): Reply | AnyRefusal {
    const allow = router.methodsAt(path);
    const preflight = request.method === 'OPTIONS' ? origins.preflightHeaders(request, allow) : undefined;
    if (preflight) return { status: 204, headers: preflight };
    return allow === '' ? { refused: 'unknown_route' } : { refused: 'method_not_allowed', allow };
  }

  /** What stands before every route that changes state: the page it comes from, the load, then its body. */
  function change(route: Route, context: RequestContext): Awaitable<Reply | AnyRefusal> {
    if (!origins.mayChangeState(context.request)) {
      options.onCrossSite(crossSite(context));
      return { refused: 'cross_site' };
    }
    return (route.hashes && services.hashing.overloaded(context.network)) || withBody(route, context);
  }

  async function withBody(route: Route, context: RequestContext): Promise<Reply | AnyRefusal> {
    const body = await (route.body === 'json' ? readFields(context.request) : ignoreBody(context.request));
    if (isRefusal(body)) return body;
    context.fields = body.fields;
    return route.answer(context);
  }

  /** From a request to a response, with the one place where anything thrown is caught. */
  function respond(
    request: IncomingRequest,
    contract: Contract,
    answer: (context: RequestContext) => Awaitable<Reply | AnyRefusal>,
    event?: AuditEvent,
  ): Awaitable<Answer> {
    const context = new RequestContext(request, contract, clock(), options);
    const refuse = (refused: AnyRefusal) => written(context, contract.refuse(refused, context.requestId));
    /** Reports what no use case was asked about, in turn: a flood of it is answered no faster than it costs little. */
    const inTurn = (refused: AnyRefusal): Awaitable<Answer> => {
      // What the route is for is known, and the use case would have said the same.
      const isLate = refused.refused === 'overloaded';
      const tell = () => refuse(reported(services, (isLate && event) || 'refusal', context, refused));
      return refusalLimiter.turn()?.then(tell) ?? tell();
    };
    const write = (outcome: Reply | AnyRefusal): Awaitable<Answer> => {
      if (!isRefusal(outcome)) return written(context, outcome);
      return isUnreported.has(outcome.refused) ? refuse(outcome) : inTurn(outcome);
    };
    const fail = (error: unknown): Answer => {
      const how = broke(context, error);
      if (event) services.audit.count(event, how);
      return refuse(problemOf(how));
    };
    try {
      const outcome = answer(context);
      return outcome instanceof Promise ? outcome.then(write).catch(fail) : write(outcome);
    } catch (error) {
      return fail(error);
    }
  }

  /** Counts and reports what was thrown. */
  function broke(context: RequestContext, error: unknown): Break {
    const how = breakOf(error);
    responseCounters.broke(context.contract, how);
    if (how !== 'abandoned') onError(error, { requestId: context.requestId, path: context.path });
    return how;
  }

  /** What is thrown while a body goes out can be answered no more, but is reported like everything else. */
  function watched(context: RequestContext, stream: BodyStream): BodyStream {
    return new BodyStream(stream, (error) => void (error && broke(context, error)));
  }

  function written(context: RequestContext, reply: Reply): Answer {
    responseCounters.answered(context.contract, reply.status);
    const isReady = reply.body === undefined || reply.headers?.['content-length'] !== undefined;
    const { status, body, headers: own, secondCookie } = isReady ? reply : prepared(reply);
    const headers: Record<string, string | string[]> = {
      ...constantHeaders,
      'x-request-id': context.requestId,
      ...context.headers,
      ...own,
    };
    if (origins.any) Object.assign(headers, origins.corsHeaders(context.request));
    if (secondCookie) headers['set-cookie'] = [headers['set-cookie'] ?? [], secondCookie].flat();
    return {
      status,
      headers,
      body: body as string | undefined,
      stream: reply.stream && watched(context, reply.stream),
    };
  }

  return (request) => {
    const path = router.within(pathOf(request));
    const { fault, method } = request;
    if (fault) return respond(request, router.ownerOf(path), () => ({ refused: fault }));
    // What GET would have been answered with, but for the body (RFC 9110, section 9.3.2).
    const place = router.find(method === 'HEAD' ? 'GET' : method, path);
    if (!place) return respond(request, router.ownerOf(path), (context) => noRoute(context, path));
    const { contract, route } = place;
    const answer =
      route.method === 'GET' ? route.answer : (context: RequestContext) => change(route, context);
    return respond(request, contract, answer, route.event);
  };
}

/** What is no attempt at anything that there is; it is counted like every answer, and leaves no line. */
const isUnreported: ReadonlySet<RefusalName> = new Set<RefusalName>(['unknown_route', 'method_not_allowed']);

/** A store that could not answer is not a defect, and not a dead session either (ruling G9). */
function problemOf(how: Break): AnyRefusal {
  return how === 'failed' ? { refused: 'failed' } : { refused: 'unavailable', retryAfterSeconds };
}

function breakOf(error: unknown): Break {
  if (error instanceof StoreUnavailable) return 'unavailable';
  return error instanceof Abandoned ? 'abandoned' : 'failed';
}
