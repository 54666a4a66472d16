/**
 * Mails: messages that wait to be sent to a person's mailbox.
 *
 * Purpose: to inform a person without making a request wait for the mail server.
 * Prevents: mailboxes flooded because a stranger asked, mails that a stranger can use up or silence, mails lost in a
 *   restart, kept for ever by a wrong clock or sent by two processes at once, and a queue that is worth stealing.
 * Principle: what was queued is sent as soon as the mail server takes it, however often this program restarts, and
 *   given up a day after it was queued. Each kind of mail has limits of its own in any hour; a link that resets a
 *   password goes out whenever the account has none that is valid.
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

/** What a person, or a stranger who types the name of one, can ask for. */
export type AskedKind = 'verify_email' | 'change_email' | 'reset_password';

/** What the owner of an account is told without asking. */
export type NoticeKind = Exclude<MailKind, AskedKind>;

/** Whose account a mail is about, where it goes, and what its words need besides. */
export interface Addressed {
  readonly userId: string;
  readonly recipient: string;
  /** Whether the owner of the account proved that the address is theirs. */
  readonly isVerified: boolean;
  readonly details?: Readonly<Record<string, string>>;
}

/** The window of all limits, in milliseconds. */
export const limitWindowMs = 3_600_000;

/** The most links of one account that reset a password and are valid at once. */
export const maxResetLinks = 3;

/** The most mails that reset a password in an hour; only a password that changes again and again gets there. */
export const maxResetMails = 12;

/** The most mails in an hour that verify an address. */
const maxVerifyMails = 3;

/** The most mails in an hour that confirm a new address: of one account to one recipient, and of all accounts. */
const maxChangeMails = { account: 2, recipient: 4 } as const;

/** The most notices of one kind in an hour, to an address that was verified and to one that was not. */
export const maxNotices = { verified: 20, unverified: 3 } as const;

/** How long after it was queued a mail is given up, in milliseconds. */
export const givenUpMs = 24 * 3_600_000;

/** The first pause after a failure, which doubles with each further one, and the longest, in milliseconds. */
export const firstPauseMs = 5_000;
export const maxPauseMs = 30 * 60_000;

/** How often sending a mail may fail: more often than a day has room for, and a bound where a clock was wrong. */
export const maxFailures = 80;

/** How long a mail belongs to the process that claimed it: longer than any attempt to send one. */
export const claimMs = 120_000;

/** By how much chance lengthens or shortens a pause. */
const spread = 0.25;

/** A next try is never set to a later instant than this from now: not by a pause, a claim, or a request. */
export const maxWaitMs = Math.max(maxPauseMs * (1 + spread), claimMs) + clockSlackMs;

/** Mails looked at in one step; a claim may lose them to another process. */
const claimStep = 10;

/** Rows removed in one step of a sweep. */
const sweepStep = 200;

/** The part of the settings, and of what else there is, that this concept follows. */
export interface MailRules {
  /** How long a link that resets a password is valid, in milliseconds. */
  readonly resetLinkMs: number;
  /** Is told that there is something to send. */
  readonly onQueued?: () => void;
  /** Whether mails reach people: there is a mail server. Without one they are written to a folder. */
  readonly isConfigured?: boolean;
  /** Is told why something that no request waited for did not happen. */
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

  /** How many mails this process queued, and how many were one too many for their recipient. */
  get counts(): Readonly<Record<'queued' | 'too_many', number>> {
    return this.#counts;
  }

  /** Whether mails reach people, and do not end in a folder. */
  get isConfigured(): boolean {
    return this.#rules.isConfigured ?? false;
  }

  /** Runs a task about mails beside a request, which neither waits for it nor fails with it. */
  later(task: () => Promise<unknown>): void {
    const running = task()
      .then(
        () => {},
        (error) => this.#rules.onError?.(error),
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves once everything that was begun with `later` is done. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Queues a mail that was asked for, unless one of the limits of its kind is reached. */
  ask(kind: AskedKind, to: Addressed, now: number): Promise<'queued' | 'too_many'> {
    return this.#enqueue(kind, to, now, this.#limitsOf(kind, to));
  }

  /** Tells the owner of an account something. Each kind of notice is counted by itself: none silences another. */
  async notify(kind: NoticeKind, to: Addressed, now: number): Promise<void> {
    const window = { windowMs: limitWindowMs, kinds: [kind] };
    const limit = to.isVerified
      ? ({ ...window, max: maxNotices.verified, per: 'account' } as const)
      : { ...window, max: maxNotices.unverified };
    await this.#enqueue(kind, to, now, { windows: [limit] });
  }

  /** The next mail to be sent, which no other process gets for two minutes; `undefined` if there is none. */
  async claim(now: number): Promise<QueuedMail | undefined> {
    const due = { now, latest: now + maxWaitMs };
    for (const mail of await this.#store.due(due, claimStep)) {
      if (await this.#store.claim(mail.id, due, now + claimMs)) return mail;
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
    const pauseMs = Math.min(firstPauseMs * 2 ** failures, maxPauseMs) * (1 - spread + 2 * spread * chance);
    const next = Math.round(now + pauseMs);
    const retryAt = next < createdAt + givenUpMs && failures + 1 < maxFailures ? next : null;
    await this.#store.failed(id, retryAt);
    return retryAt;
  }

  /** Gives a mail up: it is not wanted any more, or no server will ever take it. */
  drop({ id }: QueuedMail): Promise<void> {
    return this.#store.failed(id, null);
  }

  /** Reclaims mails that left the queue and count no more, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    const before = now - 2 * limitWindowMs;
    const after = now + clockSlackMs;
    while ((await this.#store.sweep(before, after, sweepStep)) === sweepStep) await pause();
  }

  /**
   * A stranger can have mails sent to an address that is not theirs. What they use up is theirs alone: kinds are counted
   * apart, and so are accounts whose owner proved the address. An account that did not prove it is counted with all
   * others, since it can be made and deleted again and again.
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
    { userId, recipient, details = {} }: Addressed,
    createdAt: number,
    limits: MailLimits,
  ): Promise<'queued' | 'too_many'> {
    const outcome = await this.#store.enqueue({ kind, userId, recipient, details, createdAt }, limits);
    this.#counts[outcome] += 1;
    if (outcome === 'queued') this.#rules.onQueued?.();
    return outcome;
  }
}
