/** Calls the hooks of an application: after the commit, in the process that made it, and best effort. */

import type { AuditContext, Session, User as StoredUser } from '../storage/port/port.ts';
import { type User, userOf } from './people.ts';

/** The end of a session. */
export interface SessionEnded {
  readonly userId: string;
  readonly handle: string;
  /**
   * What ended it, as in its audit entry: `logout` by its owner or an operator, `cap` beyond the maximum of sessions,
   * `password_change`, `password_reset`, or `account_disable`.
   */
  readonly reason: string;
}

/**
 * Functions of the application. The answer to the client does not wait for them, and their errors are only logged. They are
 * called in the process that did it, and not after a crash: what must not be missed is in the audit (`gatehouse audit tail`).
 */
export interface Hooks {
  /** An account was made: by a registration, or by `users.create`. */
  onRegistered?(user: User): void | Promise<void>;
  /** A session was ended; not one that expired, or that ended together with its account. */
  onSessionEnded?(ended: SessionEnded): void | Promise<void>;
}

/** What the services tell of; nothing where there is no hook. */
export interface HookListeners {
  readonly onCreated?: (user: StoredUser) => void;
  readonly onEnded?: (sessions: readonly Session[], context: AuditContext) => void;
}

export function hookListeners(
  { onRegistered, onSessionEnded }: Hooks,
  onError: (error: unknown, hook: keyof Hooks) => void,
): HookListeners {
  const call = (hook: keyof Hooks, run: () => void | Promise<void>) =>
    void Promise.resolve()
      .then(run)
      .catch((error: unknown) => onError(error, hook));
  return {
    ...(onRegistered && { onCreated: (user) => call('onRegistered', () => onRegistered(userOf(user))) }),
    ...(onSessionEnded && {
      onEnded(sessions, { event, outcome }) {
        const reason = outcome === 'ok' ? event : outcome;
        for (const { userId, handle } of sessions)
          call('onSessionEnded', () => onSessionEnded({ userId, handle, reason }));
      },
    }),
  };
}
