/** How long a session lives: the rules of ruling G15. */

import type { Death, EndedSession, Session } from '../../storage/port/port.ts';

/** What is known about a session id. */
export type Seen =
  | { readonly session: Session; readonly death: Death | undefined }
  | { readonly ended: EndedSession };

export class Life {
  readonly #idleMs: number;
  readonly #lifetimeMs: number;

  constructor(idleMs: number, lifetimeMs: number) {
    this.#idleMs = idleMs;
    this.#lifetimeMs = lifetimeMs;
  }

  /** Whether a session is neither idle nor over age at an instant. */
  isAlive(session: Session, now: number): boolean {
    return now < this.#idlesAt(session) && now < this.#agesAt(session);
  }

  /** Of the two ways to die, the one that came first. */
  deathOf(session: Session, now: number): Death | undefined {
    if (this.isAlive(session, now)) return undefined;
    const [idlesAt, agesAt] = [this.#idlesAt(session), this.#agesAt(session)];
    return idlesAt < agesAt ? { state: 'idle', diedAt: idlesAt } : { state: 'over_age', diedAt: agesAt };
  }

  /** The written instants only ever shorten a life; so do the current settings. */
  #idlesAt({ lastSeenAt, idleExpiresAt }: Session): number {
    return Math.min(idleExpiresAt, lastSeenAt + this.#idleMs);
  }

  #agesAt({ createdAt, expiresAt }: Session): number {
    return Math.min(expiresAt, createdAt + this.#lifetimeMs);
  }
}
