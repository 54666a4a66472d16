/** Ends sessions inside a step: deletes their rows, records their ends, and revokes them on every node. */

import type { AuditContext, Session, SessionEndListener } from '../../port/port.ts';
import { byCreation, type EndCause } from '../../shared/session-ends.ts';
import type { AuditOutbox } from '../audit/audit-outbox.ts';
import type { RevocationNotifier } from '../cluster/revocation-notifier.ts';
import type { InStep } from '../connection/transaction.ts';
import { type KeptSession, sessionOf } from '../rows.ts';
import { noteEnded } from './ended-sessions.ts';
import { type Beyond, deleteSessions, handlesBeyond, usedLast } from './session-rows.ts';

/** Except by ids, a step that ends sessions of a user locks the user's row. */
export class SessionRemoval {
  readonly #notifier: RevocationNotifier;
  readonly #outbox: AuditOutbox;
  #listener: SessionEndListener = () => {};

  constructor(notifier: RevocationNotifier, outbox: AuditOutbox) {
    this.#notifier = notifier;
    this.#outbox = outbox;
  }

  listen(listener: SessionEndListener): void {
    this.#listener = listener;
  }

  /** Records the ends of sessions, revokes them on every node, and returns them in order of creation. */
  async gone(run: InStep, rows: readonly KeptSession[], cause: EndCause | undefined): Promise<Session[]> {
    run.afterwards(() => this.#notifier.sessionsRevoked(rows.map(({ idHash }) => idHash)));
    await noteEnded(run, rows, cause);
    return rows.toSorted(byCreation).map(sessionOf);
  }

  /** As `gone`, with an audit entry for each. */
  async ended(
    run: InStep,
    rows: readonly KeptSession[],
    context: AuditContext | undefined,
  ): Promise<Session[]> {
    const sessions = await this.gone(run, rows, context);
    await this.#audit(run, context, sessions);
    return sessions;
  }

  /** Ends at most `limit` sessions of a user, or of all but one, with an audit entry for each. */
  async endOfUser(
    run: InStep,
    userId: string,
    exceptHandle: string | undefined,
    limit: number,
    context: AuditContext | undefined,
  ): Promise<Session[]> {
    return this.ended(
      run,
      await deleteSessions(run, usedLast, [userId, exceptHandle ?? null, limit]),
      context,
    );
  }

  /** Ends at most `limit` sessions of a user, without audit entries; returns how many. */
  async dropOfUser(
    run: InStep,
    userId: string,
    limit: number,
    context: AuditContext | undefined,
  ): Promise<number> {
    const rows = await deleteSessions(run, usedLast, [userId, null, limit]);
    return (await this.gone(run, rows, context)).length;
  }

  /** Ends the least recently used sessions of a user beyond a cap; returns how many. */
  async endBeyond(run: InStep, beyond: Beyond, context: AuditContext): Promise<number> {
    const handles = await handlesBeyond(run, beyond);
    if (handles.length === 0) return 0;
    const rows = await deleteSessions(run, 'user_id = $1 AND handle = ANY ($2::text[])', [
      beyond.userId,
      handles,
    ]);
    await this.gone(run, rows, context);
    // In the order of one by one: the least recently used session ends first.
    const order = new Map(handles.map((handle, n) => [handle, n]));
    const place = ({ handle }: Session) => order.get(handle) ?? 0;
    const sessions = rows.toSorted((a, b) => place(a) - place(b));
    await this.#audit(run, context, sessions);
    return sessions.length;
  }

  /** Writes an audit entry for each session, and tells the listener when the step is durable. */
  async #audit(run: InStep, context: AuditContext | undefined, ended: readonly Session[]): Promise<void> {
    await this.#outbox.addEach(run, context, ended);
    if (context && ended.length > 0) run.committed(() => this.#listener(ended, context));
  }
}
