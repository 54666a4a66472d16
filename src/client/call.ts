/** Sends one request and reads its answer; nothing is ever sent twice. */

import { GatehouseProblem, GatehouseUnreachable } from './errors.ts';

export interface ClientOptions {
  /** The address of the server, with its base path if it has one. Default: the origin of the page. */
  readonly baseUrl?: string;
  /** Default: the `fetch` of the platform. */
  readonly fetch?: typeof globalThis.fetch;
  /** Whether a browser sends and stores cookies. Default: `include`, also for a server of another origin. */
  readonly credentials?: 'include' | 'same-origin' | 'omit';
  /** The session id, for programs that keep it themselves. It takes precedence over a cookie. Default: none. */
  readonly session?: SessionOption;
  /** Sent with every request: a cookie that is passed on, or a header for tracing. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A session id, or a function that returns the current one; without a value none is sent. */
export type SessionOption = string | null | undefined | (() => string | null | undefined);

export interface CallOptions {
  /** Ends the wait for the answer, and rejects with its reason. The server may have done its work. */
  readonly signal?: AbortSignal;
  /** The session of this call only. Listeners of `onSignedOut` hear nothing of it. */
  readonly session?: string;
  /** Sent with this request, in addition to those of the client. */
  readonly headers?: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

export type Call = <Data>(
  method: string,
  path: string,
  body?: object,
  options?: CallOptions,
) => Promise<Data>;

/** @throws {TypeError} if `baseUrl` is no address, or is missing outside of a browser. */
export function baseOf({ baseUrl = '/' }: ClientOptions): string {
  const page = (globalThis as { readonly location?: { readonly href: string } }).location?.href;
  if (!URL.canParse(baseUrl, page)) throw new TypeError(`baseUrl must be an address; it is ${baseUrl}`);
  const { origin, pathname } = new URL(baseUrl, page);
  return origin + pathname.replace(/\/+$/, '');
}

/** The session id of a call: its own, or that of the client. */
export function sessionOf({ session }: ClientOptions, options?: CallOptions): string | null | undefined {
  return options?.session ?? (typeof session === 'function' ? session() : session);
}

export function caller(base: string, client: ClientOptions): Call {
  return async <Data>(method: string, path: string, body?: object, options: CallOptions = {}) => {
    const { signal } = options;
    const headers = new Headers({ ...client.headers, ...options.headers });
    const session = sessionOf(client, options);
    if (session != null) headers.set('x-session-id', session);
    if (body) headers.set('content-type', 'application/json');
    // The query may hold a session id, and messages are logged.
    const name = `${method} ${base}${path.replace(/\?.*/, '')}`;
    const init = {
      method,
      headers,
      credentials: client.credentials ?? 'include',
      // Gatehouse never redirects, and no other address may receive a password or a session id.
      redirect: 'manual',
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    } as const;
    let response: Response | undefined;
    let text: string;
    try {
      response = await (client.fetch ?? fetch)(base + path, init);
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      throw new GatehouseUnreachable(name, cause);
    }
    const json = parsed(text);
    // `error` with a success: a refusal that is shown as 200.
    const detail = json?.['error'] ?? json?.['detail'];
    if (response.ok && detail === undefined && (json || response.status === 204)) return json as Data;
    if (typeof detail !== 'string') throw new GatehouseUnreachable(name, undefined, response);
    throw new GatehouseProblem({ ...json, detail } as never, response);
  };
}

/** A JSON object; `undefined` for anything else, as programs in between answer it. */
function parsed(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Json) : undefined;
  } catch {
    return undefined;
  }
}
