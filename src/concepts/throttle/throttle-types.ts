/** The input and output types of the throttle. */

import type { Rate } from '../../settings/settings.ts';
import type { CountedIn } from '../../storage/port/port.ts';

/** Too many attempts; retry after this many seconds. */
export type TooManyAttempts = { readonly refused: 'too_many_attempts'; readonly retryAfterSeconds: number };

/** A counted attempt. It is refunded at most once, and only to the windows that counted it. */
export interface Attempt {
  /** The windows that counted it, for a refund by a later request. */
  readonly windows: readonly CountedIn[];
  /** Refunds all windows: after a success, and after an attempt that the server could not make. */
  refund(): Promise<void>;
  /** Refunds the window of the account or device; the network stays counted. For a client that disconnects. */
  refundAccount(): Promise<void>;
}

/** A counted target. */
export type ThrottleTarget =
  | { readonly kind: 'account'; readonly identifier: string }
  | { readonly kind: 'client'; readonly network: string }
  /** The mails that registrations from a network send. */
  | { readonly kind: 'registration_mail'; readonly network: string }
  /** The challenges for sign-ins with a passkey that a network asks for. */
  | { readonly kind: 'challenge'; readonly network: string }
  /** A device by the hash of its id, for the account of a canonical identifier. */
  | { readonly kind: 'device'; readonly deviceHash: string; readonly identifier: string };

/** The count of a target in the current window. */
export interface CountedNow {
  readonly kind: ThrottleTarget['kind'];
  readonly count: number;
  readonly limit: number;
  readonly windowEndsAt: number;
}

/** The settings of the throttle. */
export interface ThrottleRules {
  readonly on: boolean;
  readonly account: Rate;
  readonly client: Rate;
}
