/**
 * Mails: word that waits to be brought to a person's mailbox.
 *
 * Purpose: to let a person know, without making anybody wait for the mail server.
 * Prevents: mailboxes flooded because a stranger asked, warnings that a stranger can silence, mails lost in a restart
 *   or sent by two processes at once, and a queue that is worth stealing.
 * Principle: what was queued is sent as soon as the mail server takes it, however often this program restarts, and
 *   given up a day after it was queued; of what can be asked for, one mailbox gets three mails in any hour.
 * State: a queue of mails, each with a kind, a recipient, details without any secret, the number of failures and the
 *   instant of the next try; those of the last hour that were sent.
 */

import type { MailKind, MailLimit, MailStore, QueuedMail, User } from '../storage/port.ts';

/** What a person, or a stranger who types the name of one, can ask for. */
export type AskedKind = 'verify_email' | 'change_email' | 'reset_password';

/** What the owner of an account is told unasked. */
export type NoticeKind = Exclude<MailKind, AskedKind>;

/** Whose account a mail is about, where it goes, and what its words need besides. */
export interface Addressed {
  readonly userId: string;
  readonly recipient: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** The window of all limits, in milliseconds. */
export const limitWindowMs = 3_600_000;

const asked = { windowMs: limitWindowMs, kinds: ['verify_email', 'change_email', 'reset_password'] } as const;

/**
 * Three mails an hour for one recipient, together. An account can ask for a change to any address, also to one whose
 * owner is about to reset a password: the third mail is never spent on that.
 */
const askedLimits: Readonly<Record<AskedKind, MailLimit>> = {
  verify_email: { ...asked, most: 3 },
  change_email: { ...asked, most: 2 },
  reset_password: { ...asked, most: 3 },
};

/** Notices are counted apart from what can be asked for, and each kind by itself: none silences another. */
const mostNotices = 20;

/** How long after it was queued a mail is given up, in milliseconds. */
export const givenUpMs = 24 * 3_600_000;

/** The first pause after a failure, which doubles with each further one, and the longest, in milliseconds. */
export const firstPauseMs = 5_000;
export const longestPauseMs = 30 * 60_000;

/** How long a mail belongs to the process that claimed it: longer than any attempt to send one. */
export const claimMs = 120_000;

/** Mails looked at in one step; a claim may lose them to another process. */
const claimStep = 10;

/** Rows removed in one step of a sweep. */
const sweepStep = 200;

export class Mails {
  readonly #store: MailStore;
  readonly #onQueued: () => void;
  readonly #counts = { queued: 0, too_many: 0 };

  /** `onQueued` is told that there is something to send. */
  constructor(store: MailStore, onQueued: () => void = () => {}) {
    this.#store = store;
    this.#onQueued = onQueued;
  }

  /** How many mails this process queued, and how many were one too many for their recipient. */
  get counts(): Readonly<Record<'queued' | 'too_many', number>> {
    return this.#counts;
  }

  /** Queues a mail that was asked for, unless its recipient got as many as it may in the last hour. */
  ask(kind: AskedKind, to: Addressed, now: number): Promise<'queued' | 'too_many'> {
    return this.#enqueue(kind, to, now, askedLimits[kind]);
  }

  /** Tells the owner of an account something, if they proved that the address is theirs. */
  async notify(
    user: Pick<User, 'id' | 'email' | 'emailVerifiedAt'>,
    kind: NoticeKind,
    details: Readonly<Record<string, string>>,
    now: number,
  ): Promise<void> {
    if (user.email === null || user.emailVerifiedAt === null) return;
    const limit: MailLimit = { windowMs: limitWindowMs, most: mostNotices, kinds: [kind] };
    await this.#enqueue(kind, { userId: user.id, recipient: user.email, details }, now, limit);
  }

  /** The next mail to be sent, which no other process gets for two minutes; `undefined` if there is none. */
  async claim(now: number): Promise<QueuedMail | undefined> {
    for (const mail of await this.#store.due(now, claimStep)) {
      if (await this.#store.claim(mail.id, now, now + claimMs)) return mail;
    }
    return undefined;
  }

  /** Notes that a mail was sent. */
  sent({ id }: QueuedMail, now: number): Promise<void> {
    return this.#store.sent(id, now);
  }

  /**
   * Notes that a mail was not sent, and tells when the next try is; `null` if it was given up. `chance`, from 0 to 1,
   * spreads the tries, so that a mail server that comes back is not met by all of them at once.
   */
  async failed({ id, createdAt, failures }: QueuedMail, now: number, chance: number): Promise<number | null> {
    const pauseMs = Math.min(firstPauseMs * 2 ** failures, longestPauseMs) * (0.75 + chance / 2);
    const next = Math.round(now + pauseMs);
    const retryAt = next < createdAt + givenUpMs ? next : null;
    await this.#store.failed(id, retryAt);
    return retryAt;
  }

  /** Gives a mail up: nobody wants it any more, or nobody will ever take it. */
  drop({ id }: QueuedMail): Promise<void> {
    return this.#store.failed(id, null);
  }

  /** Reclaims mails that left the queue and count no more, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now - 2 * limitWindowMs, sweepStep)) === sweepStep) await pause();
  }

  async #enqueue(
    kind: MailKind,
    { userId, recipient, details = {} }: Addressed,
    createdAt: number,
    limit: MailLimit,
  ): Promise<'queued' | 'too_many'> {
    const outcome = await this.#store.enqueue({ kind, userId, recipient, details, createdAt }, limit);
    this.#counts[outcome] += 1;
    if (outcome === 'queued') this.#onQueued();
    return outcome;
  }
}
