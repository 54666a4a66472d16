/** Sends the mails in the queue and retries what failed, while no request waits for it. */

import type { Mails } from '../concepts/mails.ts';
import { chance } from '../crypto/ids.ts';
import type { QueuedMail } from '../storage/port/port.ts';
import { SenderRefused, type Transport, Undeliverable } from './message.ts';
import type { MailSetup } from './message-texts.ts';
import { statusOf } from './smtp-errors.ts';

/** Mails sent at once, so that one slow mail server does not delay all. */
const maxConcurrent = 4;

/** The interval in which the queue is read for retries, and for mails of other processes, in milliseconds. */
const pollMs = 1_000;

/** The longest time for one attempt, in milliseconds. A claim lasts longer. */
const attemptMs = 60_000;

/** The longest wait of a graceful stop for mails in progress, in milliseconds. */
const drainMs = 3_000;

/** The token of a mail's link, if it has one. */
interface Prepared {
  readonly token?: string;
  /** Revokes the token, because the mail was not sent. */
  withdraw(): Promise<void>;
}

export interface SenderOptions extends MailSetup {
  readonly mails: Mails;
  readonly transport: Transport;
  /** Makes the token of the link; resolves with `undefined` if the mail is no longer wanted. */
  readonly prepare: (mail: QueuedMail, now: number) => Promise<Prepared | undefined>;
  readonly clock: () => number;
  readonly log: {
    info(entry: object, message: string): void;
    error(entry: object, message: string): void;
  };
}

/**
 * Results of attempts to send a mail, and failed reads of the queue. `refused` is retried like `put_off`, but stays refused
 * until the operator acts.
 */
export type TryCounts = Record<
  'sent' | 'put_off' | 'refused' | 'given_up' | 'unwanted' | 'unavailable',
  number
>;

export class Sender {
  readonly #options: SenderOptions;
  readonly #counts: TryCounts = { sent: 0, put_off: 0, refused: 0, given_up: 0, unwanted: 0, unavailable: 0 };
  readonly #closing = new AbortController();
  readonly #workers = new Set<Promise<void>>();
  #polling: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Results for the mails that this process took from the queue. */
  get counts(): Readonly<TryCounts> {
    return this.#counts;
  }

  /** Starts with the mails that an earlier run left in the queue. */
  start(): void {
    this.#polling = setInterval(() => this.wake(), pollMs).unref();
    this.wake();
  }

  /** Reads the queue soon; returns at once. */
  wake(): void {
    if (this.#closed || !this.#polling || this.#workers.size >= maxConcurrent) return;
    const worker = this.#work().finally(() => this.#workers.delete(worker));
    this.#workers.add(worker);
  }

  /** Starts nothing new and waits at most 3 seconds for mails in progress. The others stay in the queue. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#polling);
    const late = setTimeout(() => this.#closing.abort(), drainMs);
    await Promise.all(this.#workers);
    clearTimeout(late);
    this.#options.transport.close();
  }

  async #work(): Promise<void> {
    const { mails, clock, log } = this.#options;
    try {
      while (!this.#closed) {
        const mail = await mails.claim(clock());
        if (!mail) return;
        await this.#deliver(mail);
      }
    } catch (error) {
      // The store did not answer. The claim expires.
      this.#counts.unavailable += 1;
      log.error({ err: error }, 'mail queue failed');
    }
  }

  async #deliver(mail: QueuedMail): Promise<void> {
    const { mails, prepare, clock, log } = this.#options;
    const { id, kind } = mail;
    const prepared = await prepare(mail, clock());
    if (!prepared) {
      await mails.drop(mail);
      this.#counts.unwanted += 1;
      log.info({ mail: { id, kind } }, 'mail dropped: it is not wanted any more');
      return;
    }
    const failure = await this.#send(mail, prepared.token ?? '');
    if (failure) {
      await prepared.withdraw();
      return this.#failed(mail, failure);
    }
    await mails.sent(mail, clock());
    this.#counts.sent += 1;
    log.info({ mail: { id, kind } }, 'mail sent');
  }

  /** Sends a mail; returns the error if it fails. */
  async #send(mail: QueuedMail, token: string): Promise<Error | undefined> {
    const { transport, clock } = this.#options;
    try {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(attemptMs)]);
      const { writeMessage } = await import('./message-texts.ts');
      await transport.send(writeMessage(mail, this.#options, token, clock()), signal);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #failed(mail: QueuedMail, error: Error): Promise<void> {
    const { mails, clock, log } = this.#options;
    const { id, kind } = mail;
    const isUndeliverable = error instanceof Undeliverable;
    const isRefused = error instanceof SenderRefused;
    const retryAt = isUndeliverable ? await mails.drop(mail) : await mails.failed(mail, clock(), chance());
    const about = {
      mail: { id, kind, failures: mail.failures + 1 },
      ...(isRefused && { advice: error.message }),
      ...failureFields(isUndeliverable || isRefused ? error.cause : error),
    };
    if (typeof retryAt !== 'number') {
      this.#counts.given_up += 1;
      log.error(about, 'mail given up');
      return;
    }
    this.#counts[isRefused ? 'refused' : 'put_off'] += 1;
    const entry = { ...about, retryAt: new Date(retryAt).toISOString() };
    if (isRefused) log.error(entry, 'mail not sent: the mail server refuses this sender; to be tried again');
    else log.error(entry, 'mail not sent, to be tried again');
  }
}

/**
 * The logged fields of a failure. The answer of a mail server may repeat an address or the message, so only its codes are
 * logged.
 */
function failureFields(error: unknown): object {
  const { code, command, responseCode, message } = error as Record<string, unknown>;
  if (responseCode === undefined) return { code, reason: message };
  return { code, command, responseCode, status: statusOf(error as Error) };
}
