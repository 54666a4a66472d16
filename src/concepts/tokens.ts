/**
 * Tokens: the text in a link, which proves that a mail reached a person.
 *
 * Purpose: to let the reader of a mailbox do one thing, once, within a while.
 * Prevents: tokens that can be guessed, read from the store, used twice, used for something else or kept for later,
 *   and answers that tell one kind of bad token from another.
 * Principle: a token that was handed out does what it was made for, once, until it expires; any other text, and the
 *   same text again, is refused in one and the same way.
 * State: a set of tokens, each with the hash of its text, a purpose, a user id, the address it was sent to and the
 *   instant it expires.
 */

import { digest, newToken } from '../crypto/ids.ts';
import { clockSlackMs, type Token, type TokenPurpose, type TokenStore } from '../storage/port/port.ts';

/** The text never was a token, or is not valid any more: the answer does not say which. */
export type InvalidToken = { readonly refused: 'invalid_token' };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How long a token is good for, in milliseconds. */
export const tokenLifeMs: Readonly<Record<TokenPurpose, number>> = {
  verify_email: 24 * hourMs,
  change_email: 24 * hourMs,
  reset_password: 30 * minuteMs,
};

/** A token that expires later than this from now was made under a wrong clock. */
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
   * Makes a token of 134 random bits and returns its text, which is kept nowhere. `email` is the address it is sent
   * to; empty if it is handed over in another way, and then it proves no address. With `limit`, at most so many of the
   * user are valid at once for this purpose and address: the oldest go.
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

  /** Looks whether a token would be good, without using it. Another may still use it first. */
  look(text: string, purpose: TokenPurpose, now: number): Promise<Token | InvalidToken> {
    return this.#judge(text, now, (hash) => this.#store.find(hash, purpose));
  }

  /** Uses a token: of many that race for one exactly one gets it. */
  take(text: string, purpose: TokenPurpose, now: number): Promise<Token | InvalidToken> {
    return this.#judge(text, now, (hash) => this.#store.take(hash, purpose));
  }

  /** Makes all tokens of a user void that change how the account is entered: its password, or its address. */
  async revokeAccess(userId: string): Promise<void> {
    const purposes: readonly TokenPurpose[] = ['reset_password', 'change_email'];
    await Promise.all(purposes.map((purpose) => this.#store.removeOfUser(userId, purpose)));
  }

  /** Reclaims tokens that expired, in small steps with a pause after each. */
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

/** The instant it expires bounds the life of a token, and so does its length, whatever the clock said when it was made. */
function isValid({ purpose, expiresAt }: Token, now: number): boolean {
  return now < expiresAt && expiresAt <= now + tokenLifeMs[purpose] + clockSlackMs;
}
