/** Sends the requests of a run, at its pace and within its bounds. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Inconclusive } from '../verdicts.ts';
import { withoutSecrets } from './curl.ts';
import { type Answer, exchange, NoAnswer, type SentRequest } from './exchange.ts';

export interface ClientOptions {
  /** Where the server is, with its base path. */
  readonly url: URL;
  /** Headers for every request, such as those that a gateway wants. */
  readonly headers: Readonly<Record<string, string>>;
  /** The pause before each request, in milliseconds. */
  readonly paceMs: number;
  /** How long one answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How long all requests may take without the pauses, in milliseconds. */
  readonly maxMs: number;
  /** Ends the run: only the requests that end its sessions are sent from then on. */
  readonly signal: AbortSignal | undefined;
  /** Texts that no answer has: a server may send the password of a real account back. */
  readonly secrets: readonly string[];
}

/** The most requests of a run. */
export const maxRequests = 450;

/** The most registrations and failed logins of a run: fewer than a server with a usual throttle allows one client. */
export const maxAttempts = 80;

/** How many of the requests are reserved for ending the sessions of the run. */
const reservedRequests = 60;

/** How long ending the sessions may take beyond `maxMs`, in milliseconds. */
const reservedMs = 4000;

/** The longest path and headers together, in characters: servers take 8 KiB at least. */
const maxHeadLength = 8_000;

/** After so many requests in a row without an answer, no more are sent. */
const maxUnanswered = 3;

export class Client {
  readonly #options: ClientOptions;
  #endsAtMs: number;
  #unanswered = 0;
  requests = 0;
  /** Registrations and failed logins so far. */
  attempts = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#endsAtMs = performance.now() + options.maxMs;
  }

  /** Whether not even the requests that end sessions may be sent any more. */
  get isExhausted(): boolean {
    return (
      this.requests >= maxRequests ||
      this.#unanswered >= maxUnanswered ||
      performance.now() > this.#endsAtMs + reservedMs
    );
  }

  /**
   * Sends a request. `isAttempt` counts it as a registration or failed login before it is sent. `mayUseReserve` is for
   * the requests that end the sessions of the run.
   *
   * @throws {Inconclusive} if a bound of the run is reached, or the server says that it is too busy.
   * @throws {NoAnswer} if no answer came.
   */
  async send(request: SentRequest, { isAttempt = false, mayUseReserve = false } = {}): Promise<Answer> {
    const { url, headers, timeoutMs, signal, secrets } = this.#options;
    await this.#pause(mayUseReserve ? undefined : signal);
    if (!mayUseReserve) this.#assertBounds();
    assertSendable(request);
    if (isAttempt) this.#countAttempt();
    this.requests += 1;
    const leftMs = Math.max(100, this.#endsAtMs - performance.now());
    try {
      const answer = await exchange(url, request, headers, Math.min(timeoutMs, leftMs));
      this.#unanswered = 0;
      assertNotBusy(answer);
      return { ...answer, text: withoutSecrets(answer.text, secrets) };
    } catch (error) {
      if (error instanceof NoAnswer) this.#unanswered += 1;
      throw error;
    }
  }

  async #pause(signal: AbortSignal | undefined): Promise<void> {
    const { paceMs } = this.#options;
    if (paceMs === 0) return;
    this.#endsAtMs += paceMs;
    await sleep(paceMs, undefined, signal ? { signal } : {}).catch(() => {});
  }

  #countAttempt(): void {
    if (this.attempts >= maxAttempts)
      throw new Inconclusive(`A run makes at most ${maxAttempts} registrations and failed logins`);
    this.attempts += 1;
  }

  #assertBounds(): void {
    if (this.#options.signal?.aborted) throw new Inconclusive('The run was interrupted');
    if (this.#unanswered >= maxUnanswered)
      throw new Inconclusive(`The server left ${maxUnanswered} requests in a row without an answer`);
    if (this.requests >= maxRequests - reservedRequests)
      throw new Inconclusive(`A run sends at most ${maxRequests} requests`);
    if (performance.now() > this.#endsAtMs)
      throw new Inconclusive(`A run takes at most ${Math.round(this.#options.maxMs / 1000)} s`);
  }
}

/**
 * What a hostile server gives as a session id may be no text for a path or a header.
 *
 * @throws {Inconclusive} if the request cannot be sent.
 */
function assertSendable({ path, headers = {} }: SentRequest): void {
  const values = Object.values(headers);
  const isText = /^[\x21-\x7e]+$/.test(path) && values.every((value) => /^[\t\x20-\x7e]*$/.test(value));
  if (!isText || path.length + values.join('').length > maxHeadLength)
    throw new Inconclusive(
      'The server gave a session id that cannot be sent back: it is too long, or not ASCII',
    );
}

/** @throws {Inconclusive} if the answer is about how busy the server is: it says nothing about the contract. */
function assertNotBusy({ status, headers }: Answer): void {
  const retryAfter = headers['retry-after'];
  // A server that answers refusals with 200 has only the header to say it.
  if (status === 429 || (status === 200 && retryAfter !== undefined))
    throw new Inconclusive(
      `The server says that this client sent too much (429, Retry-After: ${retryAfter ?? 'none'})`,
    );
  if (status === 503 && retryAfter !== undefined)
    throw new Inconclusive(
      `The server is too busy, or without its database (503, Retry-After: ${retryAfter})`,
    );
}
