/**
 * Throttle: the limit on wrong passwords.
 *
 * Purpose: to make guessing passwords useless, at no cost for people who know theirs.
 * Prevents: many guesses at one account, many accounts tried from one network, guesses made in parallel or through
 *   another contract to slip past the count.
 * Principle: an attempt is counted before it is made; when a window is full, further attempts are refused until it
 *   ends; a success refunds its own attempt in every window that counted it, and no other attempt.
 * State: a set of windows, each with the hash of what it counts, a count and the instant it ends.
 */

import { digest } from '../crypto/ids.ts';
import type { Rate } from '../settings/settings.ts';
import type { CountedIn, Quota, ThrottleStore } from '../storage/port/port.ts';
import { currentWindow } from '../storage/shared/throttle-window.ts';
import type {
  Attempt,
  CountedNow,
  ThrottleRules,
  ThrottleTarget,
  TooManyAttempts,
} from './throttle/throttle-types.ts';

export type * from './throttle/throttle-types.ts';

/** Mails to addresses that were just registered, for one client network. */
const registrationMails: Rate = { limit: 20, windowMs: 3_600_000 };

/** Challenges of one client network: every visit to a sign-in page may ask for one, and none proves anything. */
const challenges: Rate = { limit: 600, windowMs: 900_000 };

/** Windows removed in one step of a sweep. */
const sweepStep = 200;

const uncounted: Attempt = { windows: [], refund: async () => {}, refundAccount: async () => {} };

export class Throttle {
  readonly #store: ThrottleStore;
  readonly #rules: ThrottleRules;

  constructor(store: ThrottleStore, rules: ThrottleRules) {
    this.#store = store;
    this.#rules = rules;
  }

  /**
   * Counts one login for its network and its identifier, known or not. A device that is known for the account is counted
   * alone, since strangers may have filled the other two windows.
   */
  login(
    canonicalIdentifier: string,
    knownDevice: string | undefined,
    network: string,
    now: number,
  ): Promise<Attempt | TooManyAttempts> {
    if (knownDevice) {
      const deviceHash = digest(knownDevice);
      return this.#take([this.#quota({ kind: 'device', deviceHash, identifier: canonicalIdentifier })], now);
    }
    const account = this.#quota({ kind: 'account', identifier: canonicalIdentifier });
    return this.#take([this.#quota({ kind: 'client', network }), account], now);
  }

  /** Refunds an attempt that an earlier request made, in the windows that counted it. Call it once. */
  async refund(windows: readonly CountedIn[]): Promise<void> {
    if (windows.length > 0) await this.#store.refund(windows);
  }

  /** Counts one registration for its network; it is never refunded. */
  async registration(network: string, now: number): Promise<Attempt | TooManyAttempts> {
    const counted = await this.#take([this.#quota({ kind: 'client', network })], now);
    return 'refused' in counted ? counted : uncounted;
  }

  /** Counts one sign-in or confirmation with a passkey, which names no account before it is verified, for its network. */
  signIn(network: string, now: number): Promise<Attempt | TooManyAttempts> {
    return this.#take([this.#quota({ kind: 'client', network })], now);
  }

  /** Counts one challenge for a sign-in with a passkey, for its network. */
  challenge(network: string, now: number): Promise<Attempt | TooManyAttempts> {
    return this.#take([this.#quota({ kind: 'challenge', network })], now);
  }

  /** The current counts of targets; those without a count are left out. */
  async look(targets: readonly ThrottleTarget[], now: number): Promise<CountedNow[]> {
    const windows = await this.#store.find(targets.map((target) => this.#quota(target).key));
    const byKey = new Map(windows.map((window) => [window.key, window]));
    return targets.flatMap((target) => {
      const quota = this.#quota(target);
      const { count, windowEndsAt } = currentWindow(quota, byKey.get(quota.key), now);
      return count === 0 ? [] : [{ kind: target.kind, count, limit: quota.limit, windowEndsAt }];
    });
  }

  /** Deletes the counts of targets; returns how many targets had one. */
  lift(targets: readonly ThrottleTarget[]): Promise<number> {
    return this.#store.clear(targets.map((target) => this.#quota(target).key));
  }

  /** Counts one mail of a registration to an unverified address, for the network of the registration. */
  registrationMail(network: string, now: number): Promise<Attempt | TooManyAttempts> {
    return this.#take([this.#quota({ kind: 'registration_mail', network })], now);
  }

  /** Removes windows that have ended, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now, sweepStep)) === sweepStep) await pause();
  }

  /** The quota of a target. Keys are hashes, one kind never equals another, and the store holds no list of names. */
  #quota(target: ThrottleTarget): Quota {
    const { account, client } = this.#rules;
    switch (target.kind) {
      case 'account':
        return { key: digest(`account ${target.identifier}`), ...account };
      case 'client':
        return { key: digest(`client ${target.network}`), ...client };
      case 'registration_mail':
        return { key: digest(`registration mail ${target.network}`), ...registrationMails };
      case 'challenge':
        return { key: digest(`challenge ${target.network}`), ...challenges };
      case 'device':
        return { key: digest(`device ${target.deviceHash} ${target.identifier}`), ...account };
    }
  }

  /** The last of `quotas` is that of the account or device. */
  async #take(quotas: readonly Quota[], now: number): Promise<Attempt | TooManyAttempts> {
    if (!this.#rules.on) return uncounted;
    const counted = await this.#store.take(quotas, now);
    if (!counted.allowed) {
      return { refused: 'too_many_attempts', retryAfterSeconds: Math.ceil((counted.freeAt - now) / 1_000) };
    }
    const { windows } = counted;
    let isCounted = true;
    const refund = async (to: readonly CountedIn[]) => {
      if (!isCounted) return;
      isCounted = false;
      await this.#store.refund(to);
    };
    return { windows, refund: () => refund(windows), refundAccount: () => refund(windows.slice(-1)) };
  }
}
