/**
 * Tokens: what a person proves with that a mail reached them.
 *
 * Purpose: to let whoever reads a mailbox do one thing, once, within a while.
 * Prevents: tokens that can be guessed, read from the store, used twice, used for something else or kept for later,
 *   and answers that tell one kind of bad token from another.
 * Principle: a token that was handed out does what it was made for, once, until it expires; any other text, and the
 *   same text again, is refused in one and the same way.
 * State: a set of tokens, each with the hash of its text, a purpose, a user id, the address it was sent to and the
 *   instant it expires.
 */

import { digest, newToken } from '../crypto/ids.ts';
import type { Token, TokenPurpose, TokenStore } from '../storage/port.ts';

/** The text is no token, or is none any more: which of the two is not said. */
export type InvalidToken = { readonly refused: 'invalid_token' };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How long a token is good for, in milliseconds. */
export const tokenLifeMs: Readonly<Record<TokenPurpose, number>> = {
  verify_email: 24 * hourMs,
  change_email: 24 * hourMs,
  reset_password: 30 * minuteMs,
};

/** Rows removed in one step of a sweep. */
const sweepStep = 200;

const invalidToken: InvalidToken = { refused: 'invalid_token' };

/** The spelling of every token that was ever handed out; nothing else is worth a look into the store. */
const spelling = /^[a-z0-9]{26}$/;

export class Tokens {
  readonly #store: TokenStore;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  /**
   * Makes a token of 134 random bits and returns its text, which is kept nowhere. `email` is the address it is sent
   * to; empty if it is handed over in another way, and then it proves no address.
   */
  async mint(userId: string, purpose: TokenPurpose, email: string, now: number): Promise<string> {
    const text = newToken();
    await this.#store.insert(digest(text), { userId, purpose, email, expiresAt: now + tokenLifeMs[purpose] });
    return text;
  }

  /** Looks whether a token would be good, without using it. Another may still use it first. */
  look(text: string, purpose: TokenPurpose, now: number): Promise<Token | InvalidToken> {
    return this.#judge(text, now, (hash) => this.#store.find(hash, purpose));
  }

  /** Uses a token: of many that race for one exactly one gets it. */
  take(text: string, purpose: TokenPurpose, now: number): Promise<Token | InvalidToken> {
    return this.#judge(text, now, (hash) => this.#store.take(hash, purpose));
  }

  /** Makes all tokens of a user for a purpose void. */
  revoke(userId: string, purpose: TokenPurpose): Promise<void> {
    return this.#store.removeOfUser(userId, purpose);
  }

  /** Reclaims tokens that expired, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now, sweepStep)) === sweepStep) await pause();
  }

  async #judge(
    text: string,
    now: number,
    fetch: (hash: string) => Promise<Token | undefined>,
  ): Promise<Token | InvalidToken> {
    if (!spelling.test(text)) return invalidToken;
    const token = await fetch(digest(text));
    return token && now < token.expiresAt ? token : invalidToken;
  }
}
