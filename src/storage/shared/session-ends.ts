/** Shared rules for the end of sessions: their order, and the record of an expired one. */

import type { AuditContext, Death, Session } from '../port/port.ts';

/** The reason, instant and contract of a session's end. */
export type EndCause = Pick<AuditContext, 'at' | 'event' | 'outcome' | 'contract'>;

/** The cause of an expired session: the event `expiry`, at the instant of death, in the contract that began it. */
export function expiryOf({ contract }: Session, { state, diedAt }: Death): EndCause {
  return { at: diedAt, event: 'expiry', outcome: state, contract };
}

/** Orders sessions by creation, then by handle. */
export function byCreation(a: Session, b: Session): number {
  return a.createdAt - b.createdAt || (a.handle < b.handle ? -1 : 1);
}
