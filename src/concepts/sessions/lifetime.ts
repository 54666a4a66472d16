/** The lifetime of a session (ruling G15). */

import type { Death, EndedSession, Session } from '../../storage/port/port.ts';

/** The state of a session id. */
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

  /** Whether a session is neither idle nor too old at an instant. */
  isAlive(session: Session, now: number): boolean {
    return now < this.diesAt(session);
  }

  /** The instant at which a session dies unless it is used before. */
  diesAt(session: Session): number {
    return Math.min(this.#idlesAt(session), this.#agesAt(session));
  }

  /** The cause of death, idle time or age, whichever came first. */
  deathOf(session: Session, now: number): Death | undefined {
    if (this.isAlive(session, now)) return undefined;
    const [idlesAt, agesAt] = [this.#idlesAt(session), this.#agesAt(session)];
    return idlesAt < agesAt ? { state: 'idle', diedAt: idlesAt } : { state: 'over_age', diedAt: agesAt };
  }

  /** Stored instants only ever shorten the lifetime; so do the current settings. */
  #idlesAt({ lastSeenAt, idleExpiresAt }: Session): number {
    return Math.min(idleExpiresAt, lastSeenAt + this.#idleMs);
  }

  #agesAt({ createdAt, expiresAt }: Session): number {
    return Math.min(expiresAt, createdAt + this.#lifetimeMs);
  }
}
