/** A Gatehouse that the first request opens, for frameworks whose build loads the modules of an application. */

import type { Gatehouse, GatehouseOptions } from '../gatehouse.ts';
import type { Connection } from '../http/fetch-adapter.ts';
import type { SessionResult, SessionSource } from '../library/session.ts';
import { readSettings } from '../settings/read-settings.ts';
import { StoreUnusable } from '../storage/port/port.ts';
import { type GuardAnswer, guardAnswer } from './guard.ts';
import { type Given, opened } from './opened.ts';

export interface LazyGatehouse {
  /** Opens it, if no earlier call has. A failed start is tried again by the next call. */
  open(): Promise<Gatehouse>;
  /** The same; `undefined` while the database cannot be opened, which the log says. */
  openIfUsable(): Promise<Gatehouse | undefined>;
  /** The answer of Gatehouse, or 503 while the database cannot be opened. */
  fetch(request: Request, connection: Connection): Promise<Response>;
  /** Who sent a request: `unknown` also while the database cannot be opened. */
  session(source: SessionSource): Promise<SessionResult>;
  /** Closes it, if it is open. */
  close(): Promise<void>;
}

/** After a start that failed, as in `Retry-After` of the session check. */
const unknown: SessionResult = { status: 'unknown', retryAfterSeconds: 1 };

/** Bundlers put the same module of an application into several bundles, which open the same Gatehouse. */
const known = new WeakSet<Gatehouse>();

/** @param onOpen is called once, when it is open, with its options; without, if the application opened it itself. */
export function lazily(
  given: Given | undefined,
  onOpen: (options?: GatehouseOptions) => void,
): LazyGatehouse {
  const options = isOptions(given) ? withLog(given) : undefined;
  let opening: Promise<Gatehouse> | undefined;
  const open = () => {
    if (opening) return opening;
    const started = start();
    opening = started;
    started.catch(() => {
      if (opening === started) opening = undefined;
    });
    return started;
  };
  const start = async () => {
    const complete = options && { ...options, settings: options.settings ?? readSettings(process.env) };
    const found = await opened(complete ?? given);
    if (!known.has(found)) onOpen(complete);
    known.add(found);
    return found;
  };
  const openIfUsable = async () => {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StoreUnusable)) throw error;
      options?.log?.error({ err: error }, error.message);
      return undefined;
    }
  };
  return {
    open,
    openIfUsable,
    fetch: async (request, connection) => (await openIfUsable())?.fetch(request, connection) ?? unavailable(),
    session: async (source) => (await openIfUsable())?.session(source) ?? unknown,
    close: async () => (await opening)?.close(),
  };
}

/** 503 with `Retry-After`: whether the person is signed in is not known. */
export function unavailable(): Response {
  return responseOf(guardAnswer(unknown, { method: 'GET', target: '/', accept: null }, {}) as GuardAnswer);
}

export function responseOf({ status, headers, body }: GuardAnswer): Response {
  return new Response(body || null, { status, headers });
}

/** Anything else is refused when it is opened. */
function isOptions(given: Given | undefined): given is GatehouseOptions | undefined {
  return (
    given === undefined ||
    (Object(given) === given && Object.getPrototypeOf(given) === Object.prototype && !('fetch' in given))
  );
}

/** These frameworks show the console to their operator; without a log, errors would reach no one. */
function withLog(given: GatehouseOptions = {}): GatehouseOptions {
  // biome-ignore lint/suspicious/noConsole: it is the log of the application, not of Gatehouse
  const log = { info: () => {}, error: (entry: object, message: string) => console.error(message, entry) };
  return { log, ...given };
}
