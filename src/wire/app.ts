/** Puts the contracts together into one `Request → Response` handler. */

import type { AuditEvent } from '../concepts/audit.ts';
import { Abandoned } from '../crypto/queue.ts';
import type { AddressBlock } from '../settings.ts';
import { type Awaitable, after } from '../storage/awaitable.ts';
import { StoreUnavailable } from '../storage/port.ts';
import { type Gate, isRefusal, reported } from '../usecases/gate.ts';
import { ignoreBody, readFields } from './body.ts';
import { Call, type Connection, pathOf } from './call.ts';
import type { Contract, Refused, Reply, Route } from './contract.ts';
import { securityHeaders } from './headers.ts';
import { Origins } from './origin.ts';
import { Pace } from './pace.ts';
import { Routes } from './routes.ts';
import type { Break, Traffic } from './traffic.ts';

/** Answers every request; never rejects. */
export type Handler = (request: Request, connection?: Connection) => Awaitable<Response>;

export interface AppOptions {
  readonly gate: Gate;
  /** The first one that owns a path answers for it. */
  readonly contracts: readonly Contract[];
  readonly allowedOrigins: readonly string[];
  readonly trustedProxies: readonly AddressBlock[];
  readonly secure: boolean;
  readonly clock: () => number;
  readonly traffic: Traffic;
  /** Told once about everything that was thrown; what it is told never reaches a client. */
  readonly onError: (error: unknown, about: { requestId: string; path: string }) => void;
}

/** Seconds after which asking again makes sense when the store could not answer. */
const retryAfterSeconds = 1;

/** Puts the contracts together; the first one that owns a path answers for it. */
export function createApp(options: AppOptions): Handler {
  const { gate, clock, traffic, onError } = options;
  const constantHeaders = securityHeaders(options.secure);
  const origins = new Origins(options.allowedOrigins);
  const routes = new Routes(options.contracts);
  const pace = new Pace();

  /** No route has this method and path: a preflight, another method of a route, or nothing at all. */
  function noRoute({ request, path }: Call): Reply | Refused {
    const allow = routes.methodsAt(path);
    if (allow === '') return { refused: 'unknown_route' };
    const preflight = request.method === 'OPTIONS' ? origins.preflightHeaders(request, allow) : undefined;
    return preflight ? { status: 204, headers: preflight } : { refused: 'method_not_allowed', allow };
  }

  /** What stands before every route that changes state: the page it comes from, the load, then its body. */
  function change(route: Route, call: Call): Awaitable<Reply | Refused> {
    if (!origins.mayChangeState(call.request)) return refused(call, { refused: 'cross_site' });
    const overloaded = route.hashes && gate.hashing.overloaded();
    if (!overloaded) return withBody(route, call);
    // What the route is for is known, and the use case would have said the same.
    const refuse = () => refused(call, overloaded, route.event);
    return pace.turn()?.then(refuse) ?? refuse();
  }

  async function withBody(route: Route, call: Call): Promise<Reply | Refused> {
    const body = await (route.body === 'json' ? readFields(call.request) : ignoreBody(call.request));
    if (isRefusal(body)) return refused(call, body);
    call.fields = body.fields;
    return route.answer(call);
  }

  function refused(call: Call, refusal: Refused, event: AuditEvent = 'refusal'): Refused {
    return reported(gate, event, call, refusal);
  }

  /** From a request to a response, with the one place where anything thrown is caught. */
  function respond(
    request: Request,
    connection: Connection,
    contract: Contract,
    answer: (call: Call) => Awaitable<Reply | Refused>,
    event?: AuditEvent,
  ): Awaitable<Response> {
    const call = new Call(request, connection, contract, clock(), options.trustedProxies);
    const write = (outcome: Reply | Refused): Response =>
      written(call, isRefusal(outcome) ? contract.refuse(outcome, call.requestId) : outcome);
    const fail = (error: unknown): Response => {
      const how = breakOf(error);
      traffic.broke(contract.name, how);
      if (event) gate.audit.count(event, how);
      if (how !== 'abandoned') onError(error, { requestId: call.requestId, path: call.path });
      return write(trouble(how));
    };
    try {
      const outcome = answer(call);
      return outcome instanceof Promise ? outcome.then(write).catch(fail) : write(outcome);
    } catch (error) {
      return fail(error);
    }
  }

  function written(call: Call, reply: Reply): Response {
    traffic.answered(call.contract, reply.status);
    const headers: Record<string, string> = {
      ...constantHeaders,
      'x-request-id': call.requestId,
      ...call.headers,
    };
    if (origins.any) Object.assign(headers, origins.corsHeaders(call.request));
    if (reply.headers) Object.assign(headers, reply.headers);
    if (reply.secondCookie) return withTwoCookies(reply, headers);
    if (reply.body === undefined) return new Response(null, { status: reply.status, headers });
    headers['content-type'] ??= 'application/json';
    const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    return new Response(body, { status: reply.status, headers });
  }

  return (request, connection = {}) => {
    const path = pathOf(request, connection);
    const { fault } = connection;
    if (fault) return respond(request, connection, routes.ownerOf(path), () => ({ refused: fault }));
    const isHead = request.method === 'HEAD';
    const place = routes.find(isHead ? 'GET' : request.method, path);
    if (!place) return respond(request, connection, routes.ownerOf(path), noRoute);
    const { contract, route } = place;
    const answer = route.method === 'GET' ? route.answer : (call: Call) => change(route, call);
    const response = respond(request, connection, contract, answer, route.event);
    return isHead ? after(response, withoutBody) : response;
  };
}

/** What GET would have been answered with (RFC 9110, section 9.3.2). */
function withoutBody(response: Response): Response {
  return new Response(null, response);
}

/** A record holds one header of a name; two cookies need a list. */
function withTwoCookies(
  { status, body, secondCookie = '' }: Reply,
  headers: Record<string, string>,
): Response {
  const list = Object.entries({ 'content-type': 'application/json', ...headers });
  list.push(['set-cookie', secondCookie]);
  return new Response(JSON.stringify(body), { status, headers: list });
}

/** A store that could not answer is not a defect, and not a dead session either (ruling G9). */
function trouble(how: Break): Refused {
  return how === 'failed' ? { refused: 'failed' } : { refused: 'unavailable', retryAfterSeconds };
}

function breakOf(error: unknown): Break {
  if (error instanceof StoreUnavailable) return 'unavailable';
  return error instanceof Abandoned ? 'abandoned' : 'failed';
}
