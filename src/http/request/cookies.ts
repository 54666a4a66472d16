/** The cookies that are set: one with the session id (ruling R3), one with the ids of the device. */

import { browserTokenRules, maxBrowserTokens } from '../../concepts/browser-tokens.ts';
import type { BegunOnDevice } from '../../usecases/login.ts';
import type { IncomingRequest } from '../exchange.ts';
import type { ReplyHeaders } from '../reply.ts';
import { cookieName, cookieValues } from './session-id.ts';

/**
 * The cookie of the device. It is no credential: it only tells the owner's browser from a stranger's. Another host of the
 * same domain cannot set a cookie whose name begins with `__Host-` (RFC 6265bis, section 4.1.3.2), and so cannot remove the
 * owner's protection. The prefix needs `Secure`, which is missing in debug mode.
 */
function deviceCookieName(secure: boolean): string {
  return secure ? '__Host-gatehouse_device' : 'gatehouse_device';
}

/** One year, in seconds. */
const deviceSeconds = 365 * 86_400;

/** Device ids read from one cookie, which the server never exceeds, and from all of them together. */
const maxIdsInCookie = 4;
const maxDeviceIds = 8;

/**
 * The different device ids of a browser, at most eight. Every cookie of the name is read, the first id of each before the
 * second of any, so that a planted cookie hides no id of the real one.
 */
export function deviceIds(request: IncomingRequest, secure: boolean): string[] {
  const carried = cookieValues(request, deviceCookieName(secure)).map((value) =>
    value.split('.', maxIdsInCookie).filter((id) => /^[a-z0-9]{26}$/.test(id)),
  );
  const ids = new Set<string>();
  for (let place = 0; place < maxIdsInCookie; place += 1) {
    for (const { [place]: id } of carried) {
      if (id !== undefined) ids.add(id);
      if (ids.size === maxDeviceIds) return [...ids];
    }
  }
  return [...ids];
}

/** What a browser holds besides: a pending second step, the challenge of a passkey, and the trust of people (ruling F4). */
export type HeldKind = 'step' | 'challenge' | 'trusted';

function heldName(kind: HeldKind, secure: boolean): string {
  return `${secure ? '__Host-' : ''}gatehouse_${kind}`;
}

/** How long a browser holds its tokens: as long as they are valid. */
const heldSeconds = {
  challenge: browserTokenRules.passkey_sign_in.lifeMs / 1_000,
  step: browserTokenRules.second_step.lifeMs / 1_000,
  trusted: browserTokenRules.trusted_browser.lifeMs / 1_000,
};

/** Reads and writes the cookies, with the attributes of ruling R3. */
export class Cookies {
  readonly #secure: boolean;
  readonly #lifetimeSeconds: number;
  readonly #attributes: string;

  /** @param secure false in debug mode only. */
  constructor(secure: boolean, lifetimeSeconds: number) {
    this.#secure = secure;
    this.#lifetimeSeconds = lifetimeSeconds;
    this.#attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  }

  /** Sets the cookie of a new session, and for a year that of its device. */
  begin({
    id,
    lasting,
    deviceIds,
    trustedTokens,
  }: Pick<BegunOnDevice, 'id' | 'lasting' | 'deviceIds' | 'trustedTokens'>): ReplyHeaders {
    const device = `${deviceCookieName(this.#secure)}=${deviceIds.join('.')}; Max-Age=${deviceSeconds}`;
    const usual = [this.#session(id, lasting), `${device}; ${this.#attributes}`];
    const trusted = trustedTokens && this.hold('trusted', trustedTokens.join('.'), heldSeconds.trusted);
    return { 'set-cookie': trusted === undefined ? usual : [...usual, trusted] };
  }

  /** The different tokens of a kind that a browser holds, at most four; those of every cookie of the name. */
  held(request: IncomingRequest, kind: HeldKind): string[] {
    const values = cookieValues(request, heldName(kind, this.#secure)).flatMap((value) =>
      value.split('.', maxBrowserTokens),
    );
    return [...new Set(values.filter((text) => /^[a-z0-9]{26}$/.test(text)))].slice(0, maxBrowserTokens);
  }

  /** Sets the cookie of a token that the browser holds for some seconds. */
  hold(kind: HeldKind, text: string, seconds: number): string {
    return `${heldName(kind, this.#secure)}=${text}; Max-Age=${seconds}; ${this.#attributes}`;
  }

  /** Sets the cookie of a new token, in front of those that the browser holds for its other pages. */
  keep(request: IncomingRequest, kind: 'step' | 'challenge', token: string): string {
    const tokens = new Set([token, ...this.held(request, kind)]);
    return this.hold(kind, [...tokens].slice(0, maxBrowserTokens).join('.'), heldSeconds[kind]);
  }

  /** Removes the cookie of a kind. */
  drop(kind: HeldKind): string {
    return this.hold(kind, '', 0);
  }

  /** Sets the cookie of a session under a new id. */
  renew(id: string, lasting: BegunOnDevice['lasting']): ReplyHeaders {
    return { 'set-cookie': this.#session(id, lasting) };
  }

  clear(): ReplyHeaders {
    return { 'set-cookie': `${cookieName}=; Max-Age=0; ${this.#attributes}` };
  }

  /** Without `Max-Age` the browser drops the cookie when it closes. */
  #session(id: string, lasting: BegunOnDevice['lasting']): string {
    const maxAge = lasting === 'browser' ? '' : ` Max-Age=${this.#lifetimeSeconds};`;
    return `${cookieName}=${id};${maxAge} ${this.#attributes}`;
  }
}
