/** The cap on the sessions of one user (ruling B4), and the users over it until the sweep. */

import type { AuditContext, Cap, SessionStore } from '../../storage/port/port.ts';
import { endStep, inSteps } from './steps.ts';

/** Sessions over the cap that a login ends in its own step (ruling B4). */
const capStep = 200;

/** The same for a user whom the sweep will visit: many logins then do not end many sessions each. */
const laterStep = 10;

/** Users over the cap that the sweep will visit; for others the next login counts again. */
const maxRemembered = 10_000;

export class SessionCap {
  readonly #store: Pick<SessionStore, 'endBeyond'>;
  readonly #limit: number;
  readonly #over = new Map<string, Cap>();

  /** @param limit sessions of one user; 0 means no limit. */
  constructor(store: Pick<SessionStore, 'endBeyond'>, limit: number) {
    this.#store = store;
    this.#limit = limit;
  }

  /** The cap that the insertion of a session applies; `undefined` without a limit. */
  for(userId: string, context: AuditContext): Cap | undefined {
    if (this.#limit === 0) return undefined;
    const step = this.#over.has(userId) ? laterStep : capStep;
    return { limit: this.#limit, step, context: { ...context, event: 'logout', outcome: 'cap' } };
  }

  /** Records that a user may be over the cap. */
  exceeded(userId: string, cap: Cap): void {
    if (this.#over.size < maxRemembered && !this.#over.has(userId)) this.#over.set(userId, cap);
  }

  /** Ends sessions over the cap, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    for (const [userId, cap] of this.#over) {
      const inSweep = { ...cap, step: endStep };
      await inSteps(endStep, () => this.#store.endBeyond(userId, now, inSweep), pause);
      this.#over.delete(userId);
    }
  }
}
