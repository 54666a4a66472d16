/** The cookie of forward authentication, which browsers send to every host of a domain (ruling W8). */

import type { Lasting } from '../../concepts/sessions/sessions.ts';
import type { ForwardTokens } from '../../crypto/forward-token.ts';
import { digest } from '../../crypto/ids.ts';
import {
  bearerIds,
  type Carriers,
  cookieIds,
  cookieValues,
  headerIds,
  idShape,
  maxIds,
} from '../request/session-id.ts';

/**
 * It holds a token that only `/auth/forward` takes, so that an application that sees it cannot act as the person anywhere
 * else. The prefix `__Secure-` keeps hosts without TLS from setting it (RFC 6265bis, section 4.1.3.1).
 */
export class ForwardCookie {
  readonly #name: string;
  readonly #attributes: string;
  readonly #lifetimeSeconds: number;
  readonly #tokens: ForwardTokens;

  /** @param isSecure false in debug mode only. */
  constructor(domain: string, isSecure: boolean, lifetimeSeconds: number, tokens: ForwardTokens) {
    this.#name = `${isSecure ? '__Secure-' : ''}gatehouse_forward`;
    this.#attributes = `Domain=${domain}; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
    this.#lifetimeSeconds = lifetimeSeconds;
    this.#tokens = tokens;
  }

  /** Sets the cookie of a session, for as long as that of its id (ruling R3). */
  set(id: string, lasting: Lasting): string {
    const maxAge = lasting === 'browser' ? '' : ` Max-Age=${this.#lifetimeSeconds};`;
    return `${this.#name}=${this.#tokens.make(digest(id))};${maxAge} ${this.#attributes}`;
  }

  clear(): string {
    return `${this.#name}=; Max-Age=0; ${this.#attributes}`;
  }

  /**
   * The hashes of the different sessions that the cookies of a request name, of both names together, because a host of the
   * domain can plant either. None if the cookies are too many; `undefined` if an explicit id outranks them (ruling G14), or
   * there is no token of this server among them.
   */
  idHashes(request: Carriers): readonly string[] | undefined {
    const tokens = cookieValues(request, this.#name);
    if (tokens.length === 0 || headerIds(request).length + bearerIds(request).length > 0) return undefined;
    const ids = cookieIds(request);
    if (tokens.length + ids.length > maxIds) return [];
    const opened = tokens.map((token) => this.#tokens.open(token)).filter((hash) => hash !== undefined);
    if (opened.length === 0) return undefined;
    const named = ids.filter((id) => idShape.test(id)).map(digest);
    return [...new Set([...opened, ...named])];
  }
}
