/** The client of a run: paces requests, counts them, and ends a run that costs the server too much. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Inconclusive } from '../verdicts.ts';
import { type Answer, type Asked, exchange, NoAnswer } from './exchange.ts';

export interface ClientOptions {
  /** Where the server is, with its base path. */
  readonly url: URL;
  /** Headers for every request, such as those that a gateway wants. */
  readonly headers: Readonly<Record<string, string>>;
  /** The pause before each request, in milliseconds. */
  readonly paceMs: number;
  /** How long one answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How long all requests may take, in milliseconds. */
  readonly maxMs: number;
}

/** A run is a guest: it stays below what a server with a throttle allows one client. */
export const maxRequests = 400;
export const maxAttempts = 80;

/** What cleaning up may take in addition, in milliseconds. */
const cleaningMs = 4000;

/** Requests that are kept for ending the sessions of a run. */
const kept = 40;

/** Exchanges without an answer, one after another, behind which the server counts as gone. */
const maxSilences = 3;

export class Client {
  readonly #options: ClientOptions;
  readonly #endsAt: number;
  #silences = 0;
  requests = 0;
  /** Registrations and refused logins: what a throttle counts. */
  attempts = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#endsAt = performance.now() + options.maxMs;
  }

  /** Whether it makes no sense to send more: nothing answers, or cleaning up took too long, too. */
  get isGone(): boolean {
    return (
      this.requests >= maxRequests ||
      this.#silences >= maxSilences ||
      performance.now() > this.#endsAt + cleaningMs
    );
  }

  /**
   * Sends a request.
   *
   * @throws {Inconclusive} if a bound of the run is reached, or the server says that this client sent too much.
   * @throws {NoAnswer} if no answer came.
   */
  async send(asked: Asked, isLast = false): Promise<Answer> {
    const { url, headers, paceMs, timeoutMs } = this.#options;
    if (paceMs > 0) await sleep(paceMs);
    // Cleaning up may use what is left behind the bounds: it is short.
    if (!isLast) this.#assertBounds();
    this.requests += 1;
    const leftMs = Math.max(100, this.#endsAt - performance.now());
    try {
      const answer = await exchange(url, asked, headers, Math.min(timeoutMs, leftMs));
      this.#silences = 0;
      return wanted(answer);
    } catch (error) {
      if (error instanceof NoAnswer) this.#silences += 1;
      throw error;
    }
  }

  /** Counts attempts ahead of the request that makes them. */
  count(attempts: number): void {
    if (this.attempts + attempts > maxAttempts)
      throw new Inconclusive(`A run makes at most ${maxAttempts} attempts that a throttle counts`);
    this.attempts += attempts;
  }

  #assertBounds(): void {
    if (this.#silences >= maxSilences)
      throw new Inconclusive(`The server left ${maxSilences} requests in a row without an answer`);
    if (this.requests >= maxRequests - kept)
      throw new Inconclusive(`A run sends at most ${maxRequests} requests`);
    if (performance.now() > this.#endsAt)
      throw new Inconclusive(`A run takes at most ${Math.round(this.#options.maxMs / 1000)} s`);
  }
}

/** An answer that says something about the contract, and not about how busy the server is. */
function wanted(answer: Answer): Answer {
  const { status, headers } = answer;
  const retryAfter = headers['retry-after'];
  if (status === 429 || (status === 200 && retryAfter !== undefined))
    throw new Inconclusive(
      `The server said that this client sent too much (429, Retry-After: ${retryAfter ?? 'none'})`,
    );
  if (status === 503 && retryAfter !== undefined)
    throw new Inconclusive(
      `The server was too busy or without its database (503, Retry-After: ${retryAfter})`,
    );
  return answer;
}
