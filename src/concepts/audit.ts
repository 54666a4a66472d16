/**
 * Audit: what happened to accounts and sessions.
 *
 * Purpose: to let an operator see later who did what, when, and how it ended.
 * Prevents: events that leave no trace, and traces that give away a password, a session id or what somebody typed.
 * Principle: every registration, login, logout and refusal leaves one entry, made only of words this program chose
 *   and ids this program minted.
 * State: a sequence of entries, handed to a sink as they come.
 */

/** The events there are. */
export type AuditEvent = 'register' | 'login' | 'logout' | 'refusal';

/** One entry; the only fields that exist, so that nothing else can slip in (ruling G18). */
export interface AuditEntry {
  readonly event: AuditEvent;
  /** `ok`, or the name of the refusal. */
  readonly outcome: string;
  readonly contract: string;
  /** The client's network as the throttle counts it. */
  readonly network: string;
  readonly requestId: string;
  readonly userId?: string | undefined;
  /** The public handle of the session that was begun or ended. */
  readonly handle?: string | undefined;
}

export class Audit {
  readonly #sink: (entry: AuditEntry) => void;

  constructor(sink: (entry: AuditEntry) => void) {
    this.#sink = sink;
  }

  record({ event, outcome, contract, network, requestId, userId, handle }: AuditEntry): void {
    this.#sink({ event, outcome, contract, network, requestId, userId, handle });
  }
}
