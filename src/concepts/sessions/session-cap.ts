/** The cap on the sessions of one user (ruling B4), and who has more until the sweep has ended them. */

import type { AuditContext, Cap, SessionStore } from '../../storage/port/port.ts';
import { endStep, inSteps } from './steps.ts';

/** Sessions beyond the cap that end at a login, in its step (ruling B4). */
const capStep = 200;

/** The same at a further login of a user whom the sweep has to look at anyway: many logins then do not end many sessions each. */
const laterStep = 10;

/** Users who are remembered for the sweep; others wait for their next login. */
const maxRemembered = 10_000;

export class SessionCap {
  readonly #store: Pick<SessionStore, 'endBeyond'>;
  readonly #limit: number;
  readonly #over = new Map<string, Cap>();

  /** @param limit sessions of one user; 0 for as many as they like. */
  constructor(store: Pick<SessionStore, 'endBeyond'>, limit: number) {
    this.#store = store;
    this.#limit = limit;
  }

  /** The cap for a session of a user that begins for the reason of an audit context, if there is one. */
  for(userId: string, context: AuditContext): Cap | undefined {
    if (this.#limit === 0) return undefined;
    const step = this.#over.has(userId) ? laterStep : capStep;
    return { limit: this.#limit, step, context: { ...context, event: 'logout', outcome: 'cap' } };
  }

  /** Notes that a user may have more than the cap allows. */
  exceeded(userId: string, cap: Cap): void {
    if (this.#over.size < maxRemembered && !this.#over.has(userId)) this.#over.set(userId, cap);
  }

  /** Ends what users have beyond the cap, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    for (const [userId, cap] of this.#over) {
      const inSweep = { ...cap, step: endStep };
      await inSteps(endStep, () => this.#store.endBeyond(userId, now, inSweep), pause);
      this.#over.delete(userId);
    }
  }
}
