/** Puts the contracts together into one handler of requests. */

import type { AuditEvent } from '../concepts/audit.ts';
import { Abandoned } from '../crypto/hashing-queue.ts';
import type { Hsts } from '../settings/settings.ts';
import type { Awaitable } from '../storage/port/awaitable.ts';
import { StoreUnavailable } from '../storage/port/port.ts';
import { isRefusal, reported, type Services } from '../usecases/services.ts';
import { BodyStream } from './body-stream.ts';
import {
  type Contract,
  prepared,
  type Refused,
  type RefusedName,
  type Reply,
  type Route,
} from './contract.ts';
import type { Answer, Incoming } from './exchange.ts';
import { Pace } from './refusal-limiter.ts';
import { ignoreBody, readFields } from './request/body.ts';
import { type CrossSite, crossSite } from './request/cross-site.ts';
import { Origins } from './request/origin.ts';
import { Call, pathOf, type Server } from './request-context.ts';
import type { Break, Traffic } from './response-counters.ts';
import { securityHeaders } from './response-headers.ts';
import { Routes } from './router.ts';

/** Answers every request; never rejects. */
export type Handler = (request: Incoming) => Awaitable<Answer>;

export interface AppOptions extends Server {
  readonly services: Services;
  /** The first one that owns a path answers for it. */
  readonly contracts: readonly Contract[];
  /** What all paths begin with; empty if nothing (ruling W6). */
  readonly basePath: string;
  readonly allowedOrigins: readonly string[];
  readonly hsts: Hsts;
  readonly clock: () => number;
  readonly traffic: Traffic;
  /** Told once about everything that was thrown; what it is told never reaches a client. */
  readonly onError: (error: unknown, about: { requestId: string; path: string }) => void;
  /** Told about every request that was refused for the page it comes from (ruling W4). */
  readonly onCrossSite: (about: CrossSite) => void;
}

/** Seconds after which asking again makes sense when the store could not answer. */
const retryAfterSeconds = 1;

/** Puts the contracts together; the first one that owns a path answers for it. */
export function createApp(options: AppOptions): Handler {
  const { services, clock, traffic, onError } = options;
  const constantHeaders = securityHeaders(options.hsts);
  const origins = new Origins(options.allowedOrigins);
  const routes = new Routes(options.contracts, options.basePath);
  const pace = new Pace();

  /** No route has this method and path: a preflight, another method of a route, or nothing at all. */
  function noRoute({ request }: Call, path: string): Reply | Refused {
    const allow = routes.methodsAt(path);
    const preflight = request.method === 'OPTIONS' ? origins.preflightHeaders(request, allow) : undefined;
    if (preflight) return { status: 204, headers: preflight };
    return allow === '' ? { refused: 'unknown_route' } : { refused: 'method_not_allowed', allow };
  }

  /** What stands before every route that changes state: the page it comes from, the load, then its body. */
  function change(route: Route, call: Call): Awaitable<Reply | Refused> {
    if (!origins.mayChangeState(call.request)) {
      options.onCrossSite(crossSite(call));
      return { refused: 'cross_site' };
    }
    return (route.hashes && services.hashing.overloaded(call.network)) || withBody(route, call);
  }

  async function withBody(route: Route, call: Call): Promise<Reply | Refused> {
    const body = await (route.body === 'json' ? readFields(call.request) : ignoreBody(call.request));
    if (isRefusal(body)) return body;
    call.fields = body.fields;
    return route.answer(call);
  }

  /** From a request to a response, with the one place where anything thrown is caught. */
  function respond(
    request: Incoming,
    contract: Contract,
    answer: (call: Call) => Awaitable<Reply | Refused>,
    event?: AuditEvent,
  ): Awaitable<Answer> {
    const call = new Call(request, contract, clock(), options);
    const refuse = (refused: Refused) => written(call, contract.refuse(refused, call.requestId));
    /** Reports what no use case was asked about, in turn: a flood of it is answered no faster than it costs little. */
    const inTurn = (refused: Refused): Awaitable<Answer> => {
      // What the route is for is known, and the use case would have said the same.
      const isLate = refused.refused === 'overloaded';
      const tell = () => refuse(reported(services, (isLate && event) || 'refusal', call, refused));
      return pace.turn()?.then(tell) ?? tell();
    };
    const write = (outcome: Reply | Refused): Awaitable<Answer> => {
      if (!isRefusal(outcome)) return written(call, outcome);
      return isUnreported.has(outcome.refused) ? refuse(outcome) : inTurn(outcome);
    };
    const fail = (error: unknown): Answer => {
      const how = broke(call, error);
      if (event) services.audit.count(event, how);
      return refuse(trouble(how));
    };
    try {
      const outcome = answer(call);
      return outcome instanceof Promise ? outcome.then(write).catch(fail) : write(outcome);
    } catch (error) {
      return fail(error);
    }
  }

  /** Counts and reports what was thrown. */
  function broke(call: Call, error: unknown): Break {
    const how = breakOf(error);
    traffic.broke(call.contract, how);
    if (how !== 'abandoned') onError(error, { requestId: call.requestId, path: call.path });
    return how;
  }

  /** What is thrown while a body goes out can be answered no more, but is reported like everything else. */
  function watched(call: Call, stream: BodyStream): BodyStream {
    return new BodyStream(stream, (error) => void (error && broke(call, error)));
  }

  function written(call: Call, reply: Reply): Answer {
    traffic.answered(call.contract, reply.status);
    const isReady = reply.body === undefined || reply.headers?.['content-length'] !== undefined;
    const { status, body, headers: own, secondCookie } = isReady ? reply : prepared(reply);
    const headers: Record<string, string | string[]> = {
      ...constantHeaders,
      'x-request-id': call.requestId,
      ...call.headers,
      ...own,
    };
    if (origins.any) Object.assign(headers, origins.corsHeaders(call.request));
    if (secondCookie) headers['set-cookie'] = [headers['set-cookie'] ?? [], secondCookie].flat();
    return {
      status,
      headers,
      body: body as string | undefined,
      stream: reply.stream && watched(call, reply.stream),
    };
  }

  return (request) => {
    const path = routes.within(pathOf(request));
    const { fault, method } = request;
    if (fault) return respond(request, routes.ownerOf(path), () => ({ refused: fault }));
    // What GET would have been answered with, but for the body (RFC 9110, section 9.3.2).
    const place = routes.find(method === 'HEAD' ? 'GET' : method, path);
    if (!place) return respond(request, routes.ownerOf(path), (call) => noRoute(call, path));
    const { contract, route } = place;
    const answer = route.method === 'GET' ? route.answer : (call: Call) => change(route, call);
    return respond(request, contract, answer, route.event);
  };
}

/** What is no attempt at anything that there is; it is counted like every answer, and leaves no line. */
const isUnreported: ReadonlySet<RefusedName> = new Set<RefusedName>(['unknown_route', 'method_not_allowed']);

/** A store that could not answer is not a defect, and not a dead session either (ruling G9). */
function trouble(how: Break): Refused {
  return how === 'failed' ? { refused: 'failed' } : { refused: 'unavailable', retryAfterSeconds };
}

function breakOf(error: unknown): Break {
  if (error instanceof StoreUnavailable) return 'unavailable';
  return error instanceof Abandoned ? 'abandoned' : 'failed';
}
