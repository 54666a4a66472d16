/** What sessions are asked with, and what they answer. */

import type { Session, SessionQuery } from '../../storage/port/port.ts';

/** The id was never given out, or its session is dead. */
export type NoSession = { readonly refused: 'no_session' };

/** A new session with its id, which is told once and never kept. */
export interface BegunSession {
  readonly id: string;
  readonly session: Session;
}

/** The part of the settings this concept follows. */
export interface SessionRules {
  readonly idleSeconds: number;
  readonly lifetimeSeconds: number;
  /** The most sessions one user may have; 0 for as many as they like. */
  readonly maxPerUser: number;
}

/** Live sessions of a user, and where the next page begins, if there may be one. */
export interface SessionPage {
  readonly sessions: readonly Session[];
  readonly next: SessionQuery['before'];
}

/** Whose session it is, and where it comes from. */
export type Owner = Pick<Session, 'userId' | 'contract' | 'network' | 'device'>;
