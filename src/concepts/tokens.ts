/**
 * Tokens: single-use secrets in links, which prove that a mail reached a person.
 *
 * Purpose: to let the reader of a mailbox do one thing, once, within a while.
 * Prevents: tokens that can be guessed, read from the store, used twice, used for something else or kept for later,
 *   and answers that tell one kind of bad token from another.
 * Principle: a token serves its purpose once, until it expires; any other text, and the same text again, is refused in
 *   the same way.
 * State: a set of tokens, each with the hash of its text, a purpose, a user id, the address it was sent to and the
 *   instant it expires.
 */

import { digest, newToken } from '../crypto/ids.ts';
import { clockSlackMs, type Token, type TokenPurpose, type TokenStore } from '../storage/port/port.ts';

/** The token is unknown or no longer valid: the answer does not say which. */
export type InvalidToken = { readonly refused: 'invalid_token' };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The lifetime of a token, in milliseconds. */
export const tokenLifeMs: Readonly<Record<TokenPurpose, number>> = {
  verify_email: 24 * hourMs,
  change_email: 24 * hourMs,
  reset_password: 30 * minuteMs,
};

/** A token with a longer remaining lifetime was made under a wrong clock. */
const maxLifeMs = Object.values(tokenLifeMs).reduce((a, b) => Math.max(a, b)) + clockSlackMs;

/** Rows removed in one step of a sweep. */
const sweepStep = 200;

const invalidToken: InvalidToken = { refused: 'invalid_token' };

/** The form of every token; no other text is looked up in the store. */
const tokenFormat = /^[a-z0-9]{26}$/;

export class Tokens {
  readonly #store: TokenStore;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  /**
   * Makes a token of 134 random bits and returns its text, which is stored nowhere. `email` is the address it is sent to;
   * empty for a token that is handed over, which verifies no address. `limit` bounds the valid tokens of the user for this
   * purpose and address: the oldest are deleted.
   */
  async mint(
    userId: string,
    purpose: TokenPurpose,
    email: string,
    now: number,
    limit?: number,
  ): Promise<string> {
    const text = newToken();
    const expiresAt = now + tokenLifeMs[purpose];
    await this.#store.insert(digest(text), { userId, purpose, email, expiresAt }, limit);
    return text;
  }

  /** Checks a token without using it. Another caller may still use it first. */
  look(text: string, purpose: TokenPurpose, now: number): Promise<Token | InvalidToken> {
    return this.#judge(text, now, (hash) => this.#store.find(hash, purpose));
  }

  /** Uses a token; of concurrent calls exactly one succeeds. */
  take(text: string, purpose: TokenPurpose, now: number): Promise<Token | InvalidToken> {
    return this.#judge(text, now, (hash) => this.#store.take(hash, purpose));
  }

  /** Voids all tokens of a user that change how to log in: the password, or the address. */
  async revokeAccess(userId: string): Promise<void> {
    const purposes: readonly TokenPurpose[] = ['reset_password', 'change_email'];
    await Promise.all(purposes.map((purpose) => this.#store.removeOfUser(userId, purpose)));
  }

  /** Removes expired tokens, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    const latest = now + maxLifeMs;
    while ((await this.#store.sweep(now, latest, sweepStep)) === sweepStep) await pause();
  }

  async #judge(
    text: string,
    now: number,
    fetch: (hash: string) => Promise<Token | undefined>,
  ): Promise<Token | InvalidToken> {
    if (!tokenFormat.test(text)) return invalidToken;
    const token = await fetch(digest(text));
    return token && isValid(token, now) ? token : invalidToken;
  }
}

/** The lifetime bounds a token too, so that a wrong clock when it was made cannot extend it. */
function isValid({ purpose, expiresAt }: Token, now: number): boolean {
  return now < expiresAt && expiresAt <= now + tokenLifeMs[purpose] + clockSlackMs;
}
