/** Forward authentication: answers a proxy that asks whether a request may reach an application (rulings W7 and W8). */

import type { TrustedProxy } from '../../settings/settings.ts';
import { type Awaitable, after } from '../../storage/port/awaitable.ts';
import type { Contract, Route } from '../contract.ts';
import { refusalReply } from '../refusals/refusal-reply.ts';
import { prepared, type Reply } from '../reply.ts';
import type { RequestContext } from '../request-context.ts';
import type { RequestCheck } from '../routes/session-check.ts';
import { AskedRequest, type OriginalUrl } from './asked-request.ts';
import type { ForwardCookie } from './forward-cookie.ts';
import { IdentityHeaders, identityIn } from './identity-headers.ts';
import { onlyLiveSession } from './only-live-session.ts';
import type { ReturnTargets } from './return-targets.ts';

/** How a proxy wants to be told that there is no session: by 302, or by 401 with `Location`. */
const styles = new Map<string | null, 302 | 401>([
  ['redirect', 302],
  ['nginx', 401],
]);

/** Replies that are kept, each below 4 kB: enough for the people of a busy minute. */
const maxReplies = 1_000;

export interface ForwardOptions {
  readonly check: RequestCheck;
  /** The names of the identity headers, as in {@link IdentityHeaders}. */
  readonly names: readonly string[];
  /** Where people sign in: an address, or a path; `undefined` if there is no such page. */
  readonly signIn: string | undefined;
  readonly targets: ReturnTargets;
  /** The proxies that may name the original URL. */
  readonly trustedProxies: readonly TrustedProxy[];
  /** The cookie that only this route reads; `undefined` without a domain. */
  readonly cookie: ForwardCookie | undefined;
}

/**
 * Adds `/auth/forward` to the group of the session check, with which it shares its words and its counts. It answers every
 * method alike and changes nothing, so no request is refused for its origin, and no preflight is answered with 204: a proxy
 * would take that for a session.
 */
export function withForwardAuth(contract: Contract, options: ForwardOptions): Contract {
  const { check, cookie } = options;
  const headers = new IdentityHeaders(options.names);
  // What is cached of a check is the same text from one request to the next, and reading it took a sixth of the time.
  const replies = new Map<string, Reply>();
  const found = (cached: string): Reply => {
    const known = replies.get(cached);
    if (known) return known;
    if (replies.size === maxReplies) replies.clear();
    const reply = {
      status: 200,
      headers: { ...headers.of(identityIn(cached)), 'content-length': '0' },
    };
    replies.set(cached, reply);
    return reply;
  };
  const refused = prepared(refusalReply(contract, { refused: 'no_session' }, { requestId: '' }));
  const answer = (context: RequestContext): Awaitable<Reply> => {
    // Sent with every answer of this route, also if the store then fails.
    context.headers = headers.empty;
    const { request, now } = context;
    const idHashes = cookie?.idHashes(request);
    const checked = idHashes ? onlyLiveSession(check, idHashes, now) : check.cached(request, now);
    return after(checked, (cached) =>
      cached === undefined ? notSignedIn(refused, context, options) : found(cached),
    );
  };
  const route: Route = { method: 'GET', anyMethod: true, path: '/auth/forward', answer };
  return { ...contract, routes: [...contract.routes, route] };
}

function notSignedIn(refused: Reply, context: RequestContext, options: ForwardOptions): Reply {
  const { signIn } = options;
  const asked = new AskedRequest(context.request, options.trustedProxies);
  const style = styles.get(new URLSearchParams(context.query).get('style'));
  if (style === undefined || signIn === undefined || !asked.isNavigation) return refused;
  const location = wayToSignIn(signIn, asked.url, options.targets);
  if (style === 302) return { status: 302, headers: { location, 'content-length': '0' } };
  return { ...refused, headers: { ...refused.headers, location } };
}

/** The sign-in page, with the way back to the original URL if people may be sent there. */
function wayToSignIn(signIn: string, original: OriginalUrl | undefined, targets: ReturnTargets): string {
  if (!original) return signIn;
  const { origin, path } = original;
  const isOwn = signIn.startsWith('/') || new URL(signIn).origin === origin;
  const target = targets.accepted(isOwn ? path : `${origin}${path}`);
  return target === undefined ? signIn : `${signIn}?return_to=${encodeURIComponent(target)}`;
}
