/** Puts the contracts together into one `Request → Response` handler. */

import { Hono } from 'hono';
import { Abandoned } from '../crypto/queue.ts';
import type { AddressBlock } from '../settings.ts';
import type { Awaitable } from '../storage/awaitable.ts';
import { StoreUnavailable } from '../storage/port.ts';
import { type Gate, isRefusal, reported } from '../usecases/gate.ts';
import { ignoreBody, readFields } from './body.ts';
import { Call, type Connection, pathOf } from './call.ts';
import type { Contract, Refused, Reply, Route } from './contract.ts';
import { securityHeaders } from './headers.ts';
import { Origins } from './origin.ts';

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
  /** Told once about everything that was thrown; what it is told never reaches a client. */
  readonly onError: (error: unknown, about: { requestId: string; path: string }) => void;
}

/** Seconds after which asking again makes sense when the store could not answer. */
const retryAfterSeconds = 1;

/** Puts the contracts together; the first one that owns a path answers for it. */
export function createApp(options: AppOptions): Handler {
  const { gate, contracts, clock, onError } = options;
  const constantHeaders = securityHeaders(options.secure);
  const origins = new Origins(options.allowedOrigins);
  const routes = contracts.flatMap((contract) => contract.routes);
  const app = new Hono<{ Bindings: Connection }>({
    getPath: (request, inputs) => pathOf(request, inputs?.env as Connection | undefined),
  });

  for (const contract of contracts) {
    for (const route of contract.routes) {
      const answer = route.method === 'GET' ? route.answer : (call: Call) => change(route, call);
      app.on(route.method, patternOf(route), (c) => respond(c.req.raw, c.env, contract, answer));
    }
  }
  app.notFound((c) => respond(c.req.raw, c.env, ownerOf(c.req.path), noRoute));

  /** A route belongs to the contract that has it; every other path to the first one that claims it (ruling G7). */
  function ownerOf(path: string): Contract {
    const hasRoute = ({ routes }: Contract) => routes.some((route) => isAt(route, path));
    return (contracts.find(hasRoute) ?? contracts.find((contract) => contract.owns(path))) as Contract;
  }

  /** The methods a path has routes for, as `Allow` lists them; empty if it has none. */
  function methodsAt(path: string): string {
    const methods = routes.filter((route) => isAt(route, path)).map(({ method }) => method);
    return methods.map((method) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
  }

  /** No route has this method and path: a preflight, another method of a route, or nothing at all. */
  function noRoute({ request, path }: Call): Reply | Refused {
    const allow = methodsAt(path);
    if (allow === '') return { refused: 'unknown_route' };
    const preflight = request.method === 'OPTIONS' ? origins.preflightHeaders(request, allow) : undefined;
    return preflight ? { status: 204, headers: preflight } : { refused: 'method_not_allowed', allow };
  }

  /** What stands before every route that changes state: the page it comes from, the load, then its body. */
  function change(route: Route, call: Call): Awaitable<Reply | Refused> {
    if (!origins.mayChangeState(call.request)) return refused(call, { refused: 'cross_site' });
    const overloaded = route.hashes && gate.hashing.overloaded();
    return overloaded ? refused(call, overloaded) : withBody(route, call);
  }

  async function withBody(route: Route, call: Call): Promise<Reply | Refused> {
    const body = await (route.body === 'json' ? readFields(call.request) : ignoreBody(call.request));
    if (isRefusal(body)) return refused(call, body);
    call.fields = body.fields;
    return route.answer(call);
  }

  function refused(call: Call, refusal: Refused): Refused {
    return reported(gate, 'refusal', call, refusal);
  }

  /** From a request to a response, with the one place where anything thrown is caught. */
  function respond(
    request: Request,
    connection: Connection,
    contract: Contract,
    answer: (call: Call) => Awaitable<Reply | Refused>,
  ): Awaitable<Response> {
    const call = new Call(request, connection, contract, clock(), options.trustedProxies);
    const write = (outcome: Reply | Refused): Response =>
      written(call, isRefusal(outcome) ? contract.refuse(outcome, call.requestId) : outcome);
    const fail = (error: unknown): Response => {
      if (!(error instanceof Abandoned)) onError(error, { requestId: call.requestId, path: call.path });
      return write(trouble(error));
    };
    try {
      const outcome = answer(call);
      return outcome instanceof Promise ? outcome.then(write).catch(fail) : write(outcome);
    } catch (error) {
      return fail(error);
    }
  }

  function written(call: Call, reply: Reply): Response {
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
    const { fault } = connection;
    if (!fault) return app.fetch(request, connection);
    return respond(request, connection, ownerOf(pathOf(request, connection)), () => ({ refused: fault }));
  };
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
function trouble(error: unknown): Refused {
  const comeBack = error instanceof StoreUnavailable || error instanceof Abandoned;
  return comeBack ? { refused: 'unavailable', retryAfterSeconds } : { refused: 'failed' };
}

/** The route in the words of the router. */
function patternOf({ path }: Route): string {
  return path.replace(/:handle$/, ':handle{[a-z0-9]+}');
}

function isAt(route: Route, path: string): boolean {
  if (!route.path.endsWith(':handle')) return route.path === path;
  const prefix = route.path.slice(0, -':handle'.length);
  return path.startsWith(prefix) && /^[a-z0-9]+$/.test(path.slice(prefix.length));
}
