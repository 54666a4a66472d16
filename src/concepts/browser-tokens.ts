/**
 * Browser tokens: what a browser holds between two steps of a sign-in, and after a step that it need not repeat.
 *
 * Purpose: to let the browser that began something finish it, and no other one.
 * Prevents: steps that are finished in another browser, twice, or too late; tokens that can be guessed, read from the store or
 *   chosen by a client.
 * Principle: a token that was made for a browser serves its purpose until it is taken or expires; any other text, and the
 *   same text for another purpose, is unknown.
 * State: a set of tokens, each with the hash of its text, a purpose, a user if one is known, a public handle, what its
 *   purpose needs, and the instants of its creation and end.
 */

import { digest, type IdFormat, newHandle, newSessionId } from '../crypto/ids.ts';
import {
  type AuditContext,
  type BrowserToken,
  type BrowserTokenPurpose,
  type BrowserTokenStore,
  clockSlackMs,
} from '../storage/port/port.ts';

export type { BrowserToken, BrowserTokenPurpose };

/** What a token is made for. */
export interface BrowserTokenClaim {
  readonly userId: string | null;
  readonly details?: Readonly<Record<string, string>>;
  /** `token` by default. */
  readonly idFormat?: IdFormat;
}

/** A new token. Its text is stored nowhere. */
export interface MintedBrowserToken {
  readonly text: string;
  readonly handle: string;
  readonly expiresAt: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

interface Rules {
  /** The lifetime, in milliseconds. */
  readonly lifeMs: number;
  /** Tokens of one user; the oldest are removed. */
  readonly limit: number;
}

const challenge: Rules = { lifeMs: 5 * minuteMs, limit: 5 };

/** The rules of each purpose. */
export const browserTokenRules: Readonly<Record<BrowserTokenPurpose, Rules>> = {
  second_step: { lifeMs: 10 * minuteMs, limit: 5 },
  enrolment: { lifeMs: 30 * minuteMs, limit: 5 },
  totp_enrolment: { lifeMs: 30 * minuteMs, limit: 1 },
  passkey_registration: challenge,
  passkey_sign_in: challenge,
  passkey_second_step: challenge,
  passkey_confirmation: challenge,
  trusted_browser: { lifeMs: 30 * dayMs, limit: 20 },
};

/** A token with a longer remaining lifetime was made under a wrong clock. */
const maxLifeMs =
  Object.values(browserTokenRules).reduce((most, { lifeMs }) => Math.max(most, lifeMs), 0) + clockSlackMs;

/** Tokens of one purpose that are read from one request: a browser may be trusted by several people. */
export const maxBrowserTokens = 4;

/** Rows removed in one step of a sweep. */
const sweepStep = 200;

/** The form of every token: a session id's, because one of them stands where a session id would. */
const form = /^[a-z0-9-]{26,36}$/;

export class BrowserTokens {
  readonly #store: BrowserTokenStore;

  constructor(store: BrowserTokenStore) {
    this.#store = store;
  }

  /** Makes a token; `undefined` if its user does not exist. Of too many of one user the oldest are removed. */
  async mint(
    purpose: BrowserTokenPurpose,
    { userId, details = {}, idFormat = 'token' }: BrowserTokenClaim,
    now: number,
  ): Promise<MintedBrowserToken | undefined> {
    const text = newSessionId(idFormat);
    const { lifeMs, limit } = browserTokenRules[purpose];
    const token = { purpose, userId, details, handle: newHandle(), createdAt: now, expiresAt: now + lifeMs };
    const isWritten = await this.#store.insert(digest(text), token, limit);
    return isWritten ? { text, handle: token.handle, expiresAt: token.expiresAt } : undefined;
  }

  /** The first valid token of a purpose among some texts, at most four; it is not used. */
  async look(
    texts: readonly string[],
    purpose: BrowserTokenPurpose,
    now: number,
  ): Promise<BrowserToken | undefined> {
    const hashes = texts
      .filter((text) => form.test(text))
      .slice(0, maxBrowserTokens)
      .map(digest);
    if (hashes.length === 0) return undefined;
    return valid(await this.#store.find(hashes, purpose), now);
  }

  /** Uses a token; of concurrent calls exactly one gets it. */
  async take(text: string, purpose: BrowserTokenPurpose, now: number): Promise<BrowserToken | undefined> {
    return form.test(text) ? valid(await this.#store.take(digest(text), purpose), now) : undefined;
  }

  /** The valid tokens of a user for a purpose, the newest first. */
  async ofUser(userId: string, purpose: BrowserTokenPurpose, now: number): Promise<readonly BrowserToken[]> {
    const tokens = await this.#store.ofUser(userId, purpose, browserTokenRules[purpose].limit);
    return tokens.filter((token) => valid(token, now) !== undefined);
  }

  /** Ends the tokens of a user for a purpose, or the one with a handle; returns how many there were. */
  end(
    userId: string,
    purpose: BrowserTokenPurpose,
    handle?: string,
    context?: AuditContext,
  ): Promise<number> {
    return this.#store.removeOfUser(userId, purpose, handle, context);
  }

  /** Removes expired tokens, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    const latest = now + maxLifeMs;
    while ((await this.#store.sweep(now, latest, sweepStep)) === sweepStep) await pause();
  }
}

/** The lifetime bounds a token too, so that a wrong clock when it was made cannot extend it. */
function valid(token: BrowserToken | undefined, now: number): BrowserToken | undefined {
  if (!token) return undefined;
  const latest = now + browserTokenRules[token.purpose].lifeMs + clockSlackMs;
  return now < token.expiresAt && token.expiresAt <= latest ? token : undefined;
}
