/** Brings what is in the queue to the post, tries again what failed, and keeps no request waiting. */

import type { Mails } from '../concepts/mails.ts';
import { chance } from '../crypto/ids.ts';
import type { QueuedMail } from '../storage/port/port.ts';
import { SenderRefused, type Transport, Undeliverable } from './message.ts';
import { write } from './message-texts.ts';
import { statusOf } from './smtp-errors.ts';

/** Letters under way at once: one slow conversation does not hold up the others. */
const maxWorkers = 4;

/** Looks this often for what is due again, and for what other processes queued. */
const pollMs = 1_000;

/** The longest that one attempt may take; a claim lasts longer. */
const attemptMs = 60_000;

/** How long an orderly end waits for letters under way. */
const patienceMs = 3_000;

/** What a mail needs besides its words. */
interface Prepared {
  readonly token?: string;
  /** Makes the token void, because the mail was not sent. */
  withdraw(): Promise<void>;
}

export interface SenderParts {
  readonly mails: Mails;
  readonly post: Transport;
  /** What links begin with. */
  readonly base: string;
  /** Says whether a mail is still wanted and makes the token in its link. */
  readonly prepare: (mail: QueuedMail, now: number) => Promise<Prepared | undefined>;
  readonly clock: () => number;
  readonly log: {
    info(entry: object, message: string): void;
    error(entry: object, message: string): void;
  };
}

/**
 * How tries to send a mail ended, and how often the queue could not be read. `refused` was put off like `put_off`, but
 * goes on being refused until the operator does something.
 */
export type TryCounts = Record<
  'sent' | 'put_off' | 'refused' | 'given_up' | 'unwanted' | 'unavailable',
  number
>;

export class Sender {
  readonly #parts: SenderParts;
  readonly #counts: TryCounts = { sent: 0, put_off: 0, refused: 0, given_up: 0, unwanted: 0, unavailable: 0 };
  readonly #closing = new AbortController();
  readonly #workers = new Set<Promise<void>>();
  #polling: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** What became of the mails this process took from the queue. */
  get counts(): Readonly<TryCounts> {
    return this.#counts;
  }

  /** Begins with what a run before this one left in the queue. */
  start(): void {
    this.#polling = setInterval(() => this.wake(), pollMs).unref();
    this.wake();
  }

  /** Looks into the queue soon; returns at once. */
  wake(): void {
    if (this.#closed || !this.#polling || this.#workers.size >= maxWorkers) return;
    const worker = this.#work().finally(() => this.#workers.delete(worker));
    this.#workers.add(worker);
  }

  /** Begins nothing new, and waits a little for what is under way; the rest stays in the queue. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#polling);
    const late = setTimeout(() => this.#closing.abort(), patienceMs);
    await Promise.all(this.#workers);
    clearTimeout(late);
    this.#parts.post.close();
  }

  async #work(): Promise<void> {
    const { mails, clock, log } = this.#parts;
    try {
      while (!this.#closed) {
        const mail = await mails.claim(clock());
        if (!mail) return;
        await this.#deliver(mail);
      }
    } catch (error) {
      // The store could not answer; what was claimed comes back by itself.
      this.#counts.unavailable += 1;
      log.error({ err: error }, 'mail queue failed');
    }
  }

  async #deliver(mail: QueuedMail): Promise<void> {
    const { mails, prepare, clock, log } = this.#parts;
    const { id, kind } = mail;
    const prepared = await prepare(mail, clock());
    if (!prepared) {
      await mails.drop(mail);
      this.#counts.unwanted += 1;
      log.info({ mail: { id, kind } }, 'mail dropped: it is not wanted any more');
      return;
    }
    const failure = await this.#post(mail, prepared.token ?? '');
    if (failure) {
      await prepared.withdraw();
      return this.#failed(mail, failure);
    }
    await mails.sent(mail, clock());
    this.#counts.sent += 1;
    log.info({ mail: { id, kind } }, 'mail sent');
  }

  /** Posts a mail, and returns the error that kept it from being posted. */
  async #post(mail: QueuedMail, token: string): Promise<Error | undefined> {
    const { post, base, clock } = this.#parts;
    try {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(attemptMs)]);
      await post.send(write(mail, base, token, clock()), signal);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #failed(mail: QueuedMail, error: Error): Promise<void> {
    const { mails, clock, log } = this.#parts;
    const { id, kind } = mail;
    const isHopeless = error instanceof Undeliverable;
    const isRefused = error instanceof SenderRefused;
    const retryAt = isHopeless ? await mails.drop(mail) : await mails.failed(mail, clock(), chance());
    const about = {
      mail: { id, kind, failures: mail.failures + 1 },
      ...(isRefused && { advice: error.message }),
      ...reason(isHopeless || isRefused ? error.cause : error),
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
 * What the operator needs to know of a failure. What a mail server answered may repeat an address, or what it was
 * sent: of that only the codes are kept.
 */
function reason(error: unknown): object {
  const { code, command, responseCode, message } = error as Record<string, unknown>;
  if (responseCode === undefined) return { code, reason: message };
  return { code, command, responseCode, status: statusOf(error as Error) };
}
