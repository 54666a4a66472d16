/** The input and output types of sessions. */

import type { Session, SessionQuery } from '../../storage/port/port.ts';

/** The id is unknown, or its session is dead. */
export type NoSession = { readonly refused: 'no_session' };

/** There is no session with the id. A dead one is refused with another object: a use not written yet may revive it. */
export const unknownSession: NoSession = { refused: 'no_session' };

/** How long a session lasts: for the configured lifetime, or until the browser closes and a day (setting) at most. */
export type Lasting = 'lifetime' | 'browser';

/** A new session with its id, which is returned once and never stored. */
export interface BegunSession {
  readonly id: string;
  readonly session: Session;
  readonly lasting: Lasting;
}

/** The settings of sessions. */
export interface SessionRules {
  readonly idleSeconds: number;
  readonly lifetimeSeconds: number;
  /** The lifetime of a session that ends with the browser; never longer than `lifetimeSeconds`. */
  readonly browserSeconds: number;
  /** Sessions of one user; 0 means no limit. */
  readonly maxPerUser: number;
}

/** Live sessions of a user, and the start of the next page if there may be one. */
export interface SessionPage {
  readonly sessions: readonly Session[];
  readonly next: SessionQuery['before'];
}

/** The user of a session, and its origin. */
export type Owner = Pick<Session, 'userId' | 'contract' | 'network' | 'device'>;
