/** The cap on the sessions of one user (ruling B4), and who has more until the sweep has ended them. */

import type { Cap, SessionStore, Trail } from '../../storage/port.ts';
import { inSteps } from './steps.ts';

/** Sessions that end in one step beyond the cap, at a login. */
const capStep = 200;

/** Users who are remembered for the sweep; others wait for their next login. */
const mostRemembered = 10_000;

export class SessionCap {
  readonly #store: Pick<SessionStore, 'endBeyond'>;
  readonly #most: number;
  readonly #over = new Map<string, Cap>();

  /** @param most sessions of one user; 0 for as many as they like. */
  constructor(store: Pick<SessionStore, 'endBeyond'>, most: number) {
    this.#store = store;
    this.#most = most;
  }

  /** The cap for a session that begins for the reason of a trail, if there is one. */
  for(trail: Trail): Cap | undefined {
    if (this.#most === 0) return undefined;
    return { most: this.#most, step: capStep, trail: { ...trail, event: 'logout', outcome: 'cap' } };
  }

  /** Notes that a user may have more than the cap allows. */
  exceeded(userId: string, cap: Cap): void {
    if (this.#over.size < mostRemembered) this.#over.set(userId, cap);
  }

  /** Ends what users have beyond the cap, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    for (const [userId, cap] of this.#over) {
      await inSteps(cap.step, () => this.#store.endBeyond(userId, now, cap), pause);
      this.#over.delete(userId);
    }
  }
}
