/** Decides which pages may call (ruling G13): against cross-site requests, and for CORS (the Fetch standard). */

import type { Incoming } from './incoming.ts';

/** Answers for one list of allowed origins. */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed);
  }

  /** Whether a request that changes state comes from a page that may make it, or from no page at all. */
  mayChangeState(request: Incoming): boolean {
    const origin = request.header('origin');
    if (origin !== null && this.#allowed.has(origin)) return true;
    const site = request.header('sec-fetch-site');
    if (site !== null) return site === 'same-origin' || site === 'none';
    return origin === null || isOwn(origin, request.header('host'));
  }

  /** Whether any origin is allowed at all; if not, no answer depends on the origin. */
  get any(): boolean {
    return this.#allowed.size > 0;
  }

  /** Headers that let a page of an allowed origin read the answer; none for any other. */
  corsHeaders(request: Incoming): Readonly<Record<string, string>> {
    const origin = request.header('origin');
    if (origin === null || !this.#allowed.has(origin)) return { vary: 'Origin' };
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-Request-Id, Retry-After',
      vary: 'Origin',
    };
  }

  /** The answer to a preflight of an allowed origin; `undefined` for any other. */
  preflightHeaders(request: Incoming, methods: string): Readonly<Record<string, string>> | undefined {
    const origin = request.header('origin');
    if (origin === null || !this.#allowed.has(origin)) return undefined;
    return {
      'access-control-allow-methods': methods,
      'access-control-allow-headers': 'Authorization, Content-Type, X-Session-Id',
      'access-control-max-age': '600',
    };
  }
}

/** Behind a proxy that ends TLS the scheme is not known here: the host and port decide. */
function isOwn(origin: string, host: string | null): boolean {
  return (
    host !== null && (origin === `https://${host.toLowerCase()}` || origin === `http://${host.toLowerCase()}`)
  );
}
