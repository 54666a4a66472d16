/**
 * Mails: the queue of messages to people's mailboxes.
 *
 * Purpose: to inform a person without making a request wait for the mail server.
 * Prevents: mailboxes flooded by requests of a stranger, mails that a stranger can use up or suppress, mails lost in a
 *   restart, kept for ever by a wrong clock or sent by two processes, and secrets in the queue.
 * Principle: a queued mail is sent when the mail server accepts it, across restarts, and given up a day after it was
 *   queued. Each kind of mail has its own limits per hour; a link that resets a password is sent whenever the account
 *   has no valid one.
 * State: a queue of mails, each with a kind, a recipient, details without any secret, the number of failures and the
 *   instant of the next try; those of the last hour that were sent.
 */

import {
  clockSlackMs,
  type MailKind,
  type MailLimits,
  type MailStore,
  type QueuedMail,
} from '../storage/port/port.ts';

/** Mails that a person requests, or a stranger who knows an identifier. */
export type AskedKind = 'verify_email' | 'change_email' | 'reset_password';

/** Notices that the owner of an account gets without a request. */
export type NoticeKind = Exclude<MailKind, AskedKind>;

/** The account, the recipient, and the details of a mail. */
export interface Addressed {
  readonly userId: string;
  readonly recipient: string;
  /** Whether the address is verified. */
  readonly isVerified: boolean;
  /** The language of the text, which is queued as the detail `language`; the server's default if it is not given. */
  readonly language?: string | undefined;
  readonly details?: Readonly<Record<string, string>>;
}

/** The window of all limits, in milliseconds. */
export const limitWindowMs = 3_600_000;

/** Valid links of one account that reset a password. */
export const maxResetLinks = 3;

/** Mails in an hour that reset a password; reached only if the password changes again and again. */
export const maxResetMails = 12;

/** Mails in an hour that verify an address. */
const maxVerifyMails = 3;

/** Mails in an hour that confirm a new address: of one account to one recipient, and of all accounts to it. */
const maxChangeMails = { account: 2, recipient: 4 } as const;

/** Notices of one kind in an hour, to a verified address and to an unverified one. */
export const maxNotices = { verified: 20, unverified: 3 } as const;

/** A mail is given up this long after it was queued, in milliseconds. */
export const givenUpMs = 24 * 3_600_000;

/** The first pause after a failure, which doubles with each further one, and the longest, in milliseconds. */
export const firstPauseMs = 5_000;
export const maxPauseMs = 30 * 60_000;

/** Failures before a mail is given up: more than fit into a day, and a bound if a clock was wrong. */
export const maxFailures = 80;

/** The time for which a claimed mail belongs to its process, in milliseconds: longer than any attempt to send it. */
export const claimMs = 120_000;

/** The random part of a pause, in both directions. */
const spread = 0.25;

/** No pause, claim or request sets a next attempt further ahead than this, in milliseconds. */
export const maxWaitMs = Math.max(maxPauseMs * (1 + spread), claimMs) + clockSlackMs;

/** Mails that one step tries to claim; another process may claim them first. */
const claimStep = 10;

/** Rows removed in one step of a sweep. */
const sweepStep = 200;

/** The settings of mails, and the callbacks of the process. */
export interface MailRules {
  /** The validity of a link that resets a password, in milliseconds. */
  readonly resetLinkMs: number;
  /** Called when a mail is queued. */
  readonly onQueued?: () => void;
  /** Whether a mail server is configured. Without one, mails are written to a folder. */
  readonly isConfigured?: boolean;
  /** Called with the error of a failed background task. */
  readonly onError?: (error: unknown) => void;
}

export class Mails {
  readonly #store: MailStore;
  readonly #rules: MailRules;
  readonly #counts = { queued: 0, too_many: 0 };
  readonly #running = new Set<Promise<void>>();

  constructor(store: MailStore, rules: MailRules) {
    this.#store = store;
    this.#rules = rules;
  }

  /** Mails that this process queued, and mails over the limit of their recipient. */
  get counts(): Readonly<Record<'queued' | 'too_many', number>> {
    return this.#counts;
  }

  /** Whether a mail server is configured, so that mails do not go to a folder. */
  get isConfigured(): boolean {
    return this.#rules.isConfigured ?? false;
  }

  /** Runs a background task of mails. The request neither waits for it nor fails with it. */
  later(task: () => Promise<unknown>): void {
    const running = task()
      .then(
        () => {},
        (error) => this.#rules.onError?.(error),
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when all background tasks are done. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Queues a requested mail, unless a limit of its kind is reached. */
  ask(kind: AskedKind, to: Addressed, now: number): Promise<'queued' | 'too_many'> {
    return this.#enqueue(kind, to, now, this.#limitsOf(kind, to));
  }

  /** Notifies the owner of an account. Each kind of notice has its own limit, so that none silences another. */
  async notify(kind: NoticeKind, to: Addressed, now: number): Promise<void> {
    const window = { windowMs: limitWindowMs, kinds: [kind] };
    const limit = to.isVerified
      ? ({ ...window, max: maxNotices.verified, per: 'account' } as const)
      : { ...window, max: maxNotices.unverified };
    await this.#enqueue(kind, to, now, { windows: [limit] });
  }

  /** Claims the next due mail for two minutes; `undefined` if no mail is due. */
  async claim(now: number): Promise<QueuedMail | undefined> {
    const due = { now, latest: now + maxWaitMs };
    for (const mail of await this.#store.due(due, claimStep)) {
      if (await this.#store.claim(mail.id, due, now + claimMs)) return mail;
    }
    return undefined;
  }

  /** Records that a mail was sent. */
  sent({ id }: QueuedMail, now: number): Promise<void> {
    return this.#store.sent(id, now);
  }

  /**
   * Records a failed attempt and returns the instant of the next one; `null` if the mail is given up. `chance`, from 0 to
   * 1, spreads the attempts, so that a mail server that recovers does not get all of them at once.
   */
  async failed({ id, createdAt, failures }: QueuedMail, now: number, chance: number): Promise<number | null> {
    const pauseMs = Math.min(firstPauseMs * 2 ** failures, maxPauseMs) * (1 - spread + 2 * spread * chance);
    const next = Math.round(now + pauseMs);
    const retryAt = next < createdAt + givenUpMs && failures + 1 < maxFailures ? next : null;
    await this.#store.failed(id, retryAt);
    return retryAt;
  }

  /** Gives a mail up that is no longer wanted or cannot be delivered. */
  drop({ id }: QueuedMail): Promise<void> {
    return this.#store.failed(id, null);
  }

  /** Removes mails that left the queue and no longer count, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    const before = now - 2 * limitWindowMs;
    const after = now + clockSlackMs;
    while ((await this.#store.sweep(before, after, sweepStep)) === sweepStep) await pause();
  }

  /**
   * A stranger can request mails to an address that is not theirs. They can use up only their own limits: kinds are counted
   * separately, and so are accounts with a verified address. Unverified accounts are counted together, since they can be
   * made and deleted again and again.
   */
  #limitsOf(kind: AskedKind, { isVerified }: Addressed): MailLimits {
    const window = { windowMs: limitWindowMs, kinds: [kind] };
    switch (kind) {
      case 'verify_email':
        return { windows: [{ ...window, max: maxVerifyMails }] };
      case 'change_email':
        return {
          windows: [
            { ...window, max: maxChangeMails.account, per: 'account' },
            { ...window, max: maxChangeMails.recipient },
          ],
        };
      case 'reset_password':
        return {
          windows: [{ ...window, max: maxResetMails, per: isVerified ? 'account' : 'recipient' }],
          links: { max: maxResetLinks, lifeMs: this.#rules.resetLinkMs },
        };
    }
  }

  async #enqueue(
    kind: MailKind,
    { userId, recipient, language, details: given }: Addressed,
    createdAt: number,
    limits: MailLimits,
  ): Promise<'queued' | 'too_many'> {
    const details = { ...given, ...(language !== undefined && { language }) };
    const outcome = await this.#store.enqueue({ kind, userId, recipient, details, createdAt }, limits);
    this.#counts[outcome] += 1;
    if (outcome === 'queued') this.#rules.onQueued?.();
    return outcome;
  }
}
