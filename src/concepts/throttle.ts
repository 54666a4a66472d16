/**
 * Throttle: how often a password may be guessed.
 *
 * Purpose: to make guessing hopeless without asking anything of those who know their password.
 * Prevents: many guesses at one account, many accounts tried from one network, guesses made in parallel or through
 *   another contract to slip past the count.
 * Principle: an attempt is counted before it is made; when a window is full, further attempts are refused until it
 *   ends; a success takes its own attempt back out of the account's window.
 * State: a set of windows, each with the hash of what it counts, a count and the instant it ends.
 */

import { digest } from '../crypto/ids.ts';
import type { Rate } from '../settings.ts';
import { clockSlackMs, type Quota, type ThrottleStore } from '../storage/port.ts';

/** Too many attempts; come back in this many seconds. */
export type TooManyAttempts = { readonly refused: 'too_many_attempts'; readonly retryAfterSeconds: number };

/** One attempt that was counted. */
export interface Attempt {
  /** Takes it back out of the account's window, as a success or an attempt that was never made does; once. */
  giveBack(): Promise<void>;
}

/** Something that is counted. */
export type ThrottleTarget =
  | { readonly kind: 'account'; readonly identifier: string }
  | { readonly kind: 'client'; readonly network: string }
  /** A device by the hash of its id, for the account of a canonical identifier. */
  | { readonly kind: 'device'; readonly deviceHash: string; readonly identifier: string };

/** What is counted of it in the window that runs now. */
export interface CountedNow {
  readonly kind: ThrottleTarget['kind'];
  readonly count: number;
  readonly limit: number;
  readonly windowEndsAt: number;
}

/** The part of the settings this concept follows. */
export interface ThrottleRules {
  readonly on: boolean;
  readonly account: Rate;
  readonly client: Rate;
}

/** Windows removed in one step of a sweep. */
const sweepStep = 200;

const uncounted: Attempt = { giveBack: async () => {} };

export class Throttle {
  readonly #store: ThrottleStore;
  readonly #rules: ThrottleRules;

  constructor(store: ThrottleStore, rules: ThrottleRules) {
    this.#store = store;
    this.#rules = rules;
  }

  /**
   * Counts one login for an identifier, known or not, and for the network it came from. A device that is known for the
   * account has an allowance of its own instead of the account's, which strangers may have used up.
   */
  login(
    canonicalIdentifier: string,
    knownDevice: string | undefined,
    network: string,
    now: number,
  ): Promise<Attempt | TooManyAttempts> {
    const account = knownDevice
      ? this.#quota({ kind: 'device', deviceHash: digest(knownDevice), identifier: canonicalIdentifier })
      : this.#quota({ kind: 'account', identifier: canonicalIdentifier });
    return this.#take([this.#quota({ kind: 'client', network }), account], now, account);
  }

  /** Counts one registration for the network it came from. */
  registration(network: string, now: number): Promise<Attempt | TooManyAttempts> {
    return this.#take([this.#quota({ kind: 'client', network })], now);
  }

  /** What is counted now of some targets; those of which nothing is are left out. */
  async look(targets: readonly ThrottleTarget[], now: number): Promise<CountedNow[]> {
    const windows = await this.#store.look(targets.map((target) => this.#quota(target).key));
    const byKey = new Map(windows.map((window) => [window.key, window]));
    return targets.flatMap((target) => {
      const { key, limit, windowMs } = this.#quota(target);
      const window = byKey.get(key);
      if (!window || window.count === 0 || window.windowEndsAt <= now) return [];
      if (window.windowEndsAt > now + windowMs + clockSlackMs) return [];
      return [{ kind: target.kind, count: window.count, limit, windowEndsAt: window.windowEndsAt }];
    });
  }

  /** Forgets what is counted of some targets; returns of how many something was. */
  lift(targets: readonly ThrottleTarget[]): Promise<number> {
    return this.#store.clear(targets.map((target) => this.#quota(target).key));
  }

  /** Reclaims windows that have ended, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now, sweepStep)) === sweepStep) await pause();
  }

  /** What is counted is kept as a hash: of one length, however long the name, and no list of names in the store. */
  #quota(target: ThrottleTarget): Quota {
    const { account, client } = this.#rules;
    switch (target.kind) {
      case 'account':
        return { key: digest(`account ${target.identifier}`), ...account };
      case 'client':
        return { key: digest(`client ${target.network}`), ...client };
      case 'device':
        return { key: digest(`device ${target.deviceHash} ${target.identifier}`), ...account };
    }
  }

  async #take(quotas: readonly Quota[], now: number, returnable?: Quota): Promise<Attempt | TooManyAttempts> {
    if (!this.#rules.on) return uncounted;
    const counted = await this.#store.take(quotas, now);
    if (!counted.allowed) {
      return { refused: 'too_many_attempts', retryAfterSeconds: Math.ceil((counted.freeAt - now) / 1_000) };
    }
    const windowEndsAt = counted.windowEndsAt.at(-1);
    if (!returnable || windowEndsAt === undefined) return uncounted;
    let isCounted = true;
    return {
      giveBack: async () => {
        if (!isCounted) return;
        isCounted = false;
        await this.#store.giveBack(returnable.key, windowEndsAt);
      },
    };
  }
}
