/** What every engine does with sessions that end: their order, and what is noted of one that died by itself. */

import type { AuditContext, Death, Session } from '../port/port.ts';

/** Why and when a session ended, and through which contract. */
export type EndCause = Pick<AuditContext, 'at' | 'event' | 'outcome' | 'contract'>;

/** The cause that the sweep notes: the expiry, at the instant the session died, in the contract that made it. */
export function expiryOf({ contract }: Session, { state, diedAt }: Death): EndCause {
  return { at: diedAt, event: 'expiry', outcome: state, contract };
}

/** Sorts sessions in order of creation; those of one instant by their handles. */
export function byCreation(a: Session, b: Session): number {
  return a.createdAt - b.createdAt || (a.handle < b.handle ? -1 : 1);
}
