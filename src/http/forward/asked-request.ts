/** The request that a proxy asks about: whether a browser opens a page with it, and which (ruling W7). */

import type { TrustedProxy } from '../../settings/settings.ts';
import type { IncomingRequest } from '../exchange.ts';
import { accepts } from '../request/accept.ts';
import { isTrusted } from '../request/client-network.ts';
import { addressIn } from '../request/forwarded-header.ts';
import { isHost } from '../request/host.ts';
import { isOwnPath, maxTargetCharacters, targetCharacters } from './return-targets.ts';

/** The URL that a browser asked the proxy for, in its parts. */
export interface OriginalUrl {
  /** Its scheme, host and port. */
  readonly origin: string;
  /** Its path and query, unchanged. */
  readonly path: string;
}

export class AskedRequest {
  readonly #request: IncomingRequest;
  /** Whether a trusted proxy itself sent the question, so that what it says of the original request counts. */
  readonly #isFromProxy: boolean;

  constructor(request: IncomingRequest, trustedProxies: readonly TrustedProxy[]) {
    const { remoteAddress = '' } = request;
    this.#request = request;
    this.#isFromProxy = isTrusted(
      remoteAddress === 'unix' ? remoteAddress : addressIn(remoteAddress),
      trustedProxies,
    );
  }

  /**
   * Whether a browser opens a page, which a sign-in page can take the place of. Browsers say so (Fetch Metadata Request
   * Headers, sections 2.1 and 2.3); of one that does not, a `GET` that accepts HTML is taken for it.
   */
  get isNavigation(): boolean {
    const method = this.#named('method') ?? this.#request.method;
    if (method !== 'GET' && method !== 'HEAD') return false;
    const mode = this.#request.header('sec-fetch-mode');
    if (mode === null) return accepts(this.#request.header('accept'), 'text/html');
    // A frame cannot show the sign-in page.
    return mode === 'navigate' && (this.#request.header('sec-fetch-dest') ?? 'document') === 'document';
  }

  /** The original URL; `undefined` if no trusted proxy names it, or if a part is malformed, repeated or too long. */
  get url(): OriginalUrl | undefined {
    const path = this.#named('uri') ?? '';
    if (path.length > maxTargetCharacters || !targetCharacters.test(path) || !isOwnPath(path))
      return undefined;
    const origin = this.#origin;
    return origin === undefined ? undefined : { origin, path };
  }

  get #origin(): string | undefined {
    const [scheme, host] = [this.#named('proto') ?? '', this.#named('host') ?? ''];
    const written = `${scheme}://${host}`;
    const isOrigin = /^https?$/.test(scheme) && isHost(host) && URL.canParse(written);
    return isOrigin ? new URL(written).origin : undefined;
  }

  #named(part: 'method' | 'proto' | 'host' | 'uri'): string | null {
    return this.#isFromProxy ? this.#request.header(`x-forwarded-${part}`) : null;
  }
}
