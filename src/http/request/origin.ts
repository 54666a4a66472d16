/** Decides which pages may call (ruling G13): the check against cross-site requests, and CORS (the Fetch standard). */

import type { IncomingRequest } from '../exchange.ts';
import { isOriginOf } from './host.ts';

/** Header names in a preflight (RFC 9110, section 5.6.2), one and several. */
const token = /^[\w!#$%&'*+.^`|~-]{1,64}$/;
const tokens = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;

export class Origins {
  readonly #allowed: ReadonlySet<string>;

  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed);
  }

  /** Whether a request that changes state comes from an allowed page, or from no page. */
  mayChangeState(request: IncomingRequest): boolean {
    const origin = request.header('origin');
    if (origin !== null && this.#allowed.has(origin)) return true;
    const site = request.header('sec-fetch-site');
    if (site !== null) return site === 'same-origin' || site === 'none';
    return origin === null || isOriginOf(origin, request.host);
  }

  /** Headers that let a page of an allowed origin read the answer; none for any other. */
  corsHeaders(request: IncomingRequest): Readonly<Record<string, string>> {
    const origin = request.header('origin');
    if (origin === null || !this.#allowed.has(origin)) return { vary: 'Origin' };
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-Request-Id, Retry-After',
      vary: 'Origin',
    };
  }

  /**
   * The answer to a preflight of an allowed origin; `undefined` for any other. The page may send the method and headers it
   * asks for, also where the answer is a 404 or 405, so that it can read that answer (ruling W3).
   *
   * @param methods those of the path; empty if it has none.
   */
  preflightHeaders(request: IncomingRequest, methods: string): Readonly<Record<string, string>> | undefined {
    const origin = request.header('origin');
    if (origin === null || !this.#allowed.has(origin)) return undefined;
    const method = request.header('access-control-request-method');
    const names = request.header('access-control-request-headers');
    const allowed = new Set(methods === '' ? [] : methods.split(', '));
    if (method !== null && token.test(method)) allowed.add(method);
    return {
      'access-control-allow-methods': [...allowed].join(', '),
      'access-control-allow-headers':
        names !== null && tokens.test(names) ? names : 'Authorization, Content-Type, X-Session-Id',
      'access-control-max-age': '600',
    };
  }
}
