/** Puts the contracts together into one `Request → Response` handler. */

import { Hono } from 'hono';
import { newUuid } from '../crypto/ids.ts';
import { Abandoned } from '../crypto/queue.ts';
import type { AddressBlock } from '../settings.ts';
import { StoreUnavailable } from '../storage/port.ts';
import { audited, type Caller, type Gate, isRefusal } from '../usecases/gate.ts';
import { ignoreBody, readFields } from './body.ts';
import { clientNetwork } from './client.ts';
import type { Call, Contract, Refused, Reply, Route } from './contract.ts';
import { securityHeaders } from './headers.ts';
import { Origins } from './origin.ts';

/** What a server knows about a request that the request itself does not say. */
export interface Connection {
  /** The address of the peer. Without it all clients are throttled as one. */
  readonly remoteAddress?: string | undefined;
  /** The request target as it came over the wire, before any URL parser made it tidy (ruling G11). */
  readonly target?: string | undefined;
}

/** Answers every request; never rejects. */
export type Handler = (request: Request, connection?: Connection) => Response | Promise<Response>;

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
const storeRetrySeconds = 1;

const noFields = { fields: {} };

export function createApp(options: AppOptions): Handler {
  const { gate, contracts, clock, onError } = options;
  const constantHeaders = securityHeaders(options.secure);
  const origins = new Origins(options.allowedOrigins);
  const app = new Hono<{ Bindings: Connection }>({
    // Neither decoded nor tidied: `%61` and `/x/../` are paths of their own (ruling G11).
    getPath: (request, inputs) =>
      pathOf((inputs?.env as Connection | undefined)?.target ?? urlTarget(request)),
  });

  for (const contract of contracts) {
    for (const route of contract.routes) {
      app.on(route.method, route.path, (c) =>
        respond(c.req.raw, c.env, contract, (call) => run(route, call)),
      );
    }
  }
  for (const [path, methods] of methodsByPath(contracts)) {
    app.all(path, (c) => {
      const preflight = c.req.method === 'OPTIONS' ? origins.preflightHeaders(c.req.raw, methods) : undefined;
      const reply = async (): Promise<Reply | Refused> =>
        preflight ? { status: 204, headers: preflight } : { refused: 'method_not_allowed', allow: methods };
      return respond(c.req.raw, c.env, ownerOf(path), reply);
    });
  }
  app.notFound((c) =>
    respond(c.req.raw, c.env, ownerOf(c.req.path), async () => ({ refused: 'unknown_route' })),
  );

  function ownerOf(path: string): Contract {
    return contracts.find((contract) => contract.owns(path)) as Contract;
  }

  /** From a request to a written response: the one place where anything thrown is caught. */
  async function respond(
    request: Request,
    connection: Connection | undefined,
    contract: Contract,
    answer: (call: Call) => Promise<Reply | Refused>,
  ): Promise<Response> {
    const requestId = newUuid();
    const target = connection?.target ?? urlTarget(request);
    try {
      const caller: Caller = {
        contract: contract.name,
        network: clientNetwork(
          connection?.remoteAddress,
          request.headers.get('x-forwarded-for'),
          options.trustedProxies,
        ),
        requestId,
        now: clock(),
      };
      const outcome = await answer({ request, query: queryOf(target), caller, fields: {} });
      return written(request, isRefusal(outcome) ? contract.refuse(outcome, requestId) : outcome, requestId);
    } catch (error) {
      if (!(error instanceof Abandoned)) onError(error, { requestId, path: pathOf(target) });
      return written(request, contract.refuse(trouble(error), requestId), requestId);
    }
  }

  /** What stands before every route that changes state: the page it comes from, then its body. */
  async function run(route: Route, call: Call): Promise<Reply | Refused> {
    if (route.method === 'GET') return route.answer(call);
    const caller = { ...call.caller, signal: call.request.signal };
    if (!origins.mayChangeState(call.request))
      return audited(gate, 'refusal', caller, { refused: 'cross_site' } as const);
    const body = await readBody(route, call.request);
    if (isRefusal(body)) return audited(gate, 'refusal', caller, body);
    return route.answer({ ...call, caller, fields: body.fields });
  }

  function written(request: Request, reply: Reply, requestId: string): Response {
    const headers: Record<string, string> = {
      ...constantHeaders,
      'x-request-id': requestId,
      ...origins.corsHeaders(request),
      ...reply.headers,
    };
    if (reply.body === undefined) return new Response(null, { status: reply.status, headers });
    headers['content-type'] ??= 'application/json';
    return new Response(JSON.stringify(reply.body), { status: reply.status, headers });
  }

  return (request, connection) => app.fetch(request, connection ?? {});
}

function readBody(route: Route, request: Request) {
  if (route.body === 'json') return readFields(request);
  return route.body === 'any' ? ignoreBody(request) : noFields;
}

/** A store that could not answer is not a defect, and not a dead session either (ruling G9). */
function trouble(error: unknown): Refused {
  const storeIsAway = error instanceof StoreUnavailable || error instanceof Abandoned;
  return storeIsAway
    ? { refused: 'unavailable', retryAfterSeconds: storeRetrySeconds }
    : { refused: 'failed' };
}

function methodsByPath(contracts: readonly Contract[]): Map<string, string> {
  const routes = contracts.flatMap((contract) => contract.routes);
  return new Map(routes.map(({ path, method }) => [path, method === 'GET' ? 'GET, HEAD' : method]));
}

function urlTarget(request: Request): string {
  const start = request.url.indexOf('/', request.url.indexOf('://') + 3);
  return request.url.slice(start);
}

function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

function queryOf(target: string): string {
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start + 1);
}
