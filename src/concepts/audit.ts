/**
 * Audit: what happened to accounts and sessions.
 *
 * Purpose: to let an operator, and the person concerned, see later who did what, when, and how it ended.
 * Prevents: events that leave no trace, traces that give away a password, a session id or what a person typed, and
 *   traces that were changed afterwards and do not show it.
 * Principle: every registration, login, logout and refusal leaves one entry, made only of words this program chose
 *   and ids this program minted; what changed something, or was counted as a failure, is kept in a chain in which a
 *   changed or missing entry shows.
 * State: a chain of entries in the store, a log that has every entry as it comes, and how many there were of each
 *   event and outcome since this process began.
 */

import type { AuditContext, AuditStore, ChainLink } from '../storage/port/port.ts';

/** The events there are. */
export type AuditEvent =
  | 'register'
  | 'login'
  | 'logout'
  | 'confirm'
  | 'password_change'
  | 'password_forgot'
  | 'password_reset'
  | 'email_verify_request'
  | 'email_verify'
  | 'email_change_request'
  | 'email_change'
  | 'account_export'
  | 'account_delete'
  | 'account_disable'
  | 'account_enable'
  | 'password_link'
  | 'invite'
  | 'invite_revoke'
  | 'throttle_clear'
  | 'backup'
  | 'restore'
  | 'refusal';

/** What is reported of an event; the only fields that exist, so that nothing else can slip in (ruling G18). */
export interface Reported extends Omit<AuditContext, 'at'> {
  readonly userId?: string | undefined;
  /** The public handle of the session that was begun or ended. */
  readonly handle?: string | undefined;
}

/** Where every entry is shown as it comes; a pino logger is one. */
export interface AuditLog {
  info(line: { readonly audit: Reported }, message: string): void;
}

/** How often an event ended in an outcome. */
export interface EventCount {
  readonly event: string;
  readonly outcome: string;
  readonly count: number;
}

/** Who asks, as far as the audit is concerned. */
export interface Asker {
  readonly contract: string;
  readonly network: string;
  readonly requestId: string;
  readonly now: number;
}

/** Entries removed in one step of a sweep. */
const sweepStep = 200;

const dayMs = 86_400_000;

export class Audit {
  readonly #store: AuditStore;
  readonly #log: AuditLog;
  readonly #keptMs: number;
  readonly #counts = new Map<string, { readonly event: string; readonly outcome: string; count: number }>();

  constructor(store: AuditStore, log: AuditLog, keptDays: number) {
    this.#store = store;
    this.#log = log;
    this.#keptMs = keptDays * dayMs;
  }

  /** What a step that writes takes along, to leave its entry in the same transaction. */
  context({ contract, network, requestId, now }: Asker, event: AuditEvent, outcome = 'ok'): AuditContext {
    return { at: now, event, outcome, contract, network, requestId };
  }

  /** Counts an event and writes it to the log. What was done stays done if the log fails, so this never throws. */
  report({ event, outcome, contract, network, requestId, userId, handle }: Reported): void {
    this.count(event, outcome);
    try {
      const entry = { event, outcome, contract, network, requestId, userId, handle };
      this.#log.info({ audit: entry }, event);
    } catch {
      // Where a log fails there is nowhere to say so; the entry in the chain is kept.
    }
  }

  /** Counts an event that is not reported, because something broke before it had an outcome of its own. */
  count(event: string, outcome: string): void {
    const name = `${event} ${outcome}`;
    const known = this.#counts.get(name);
    if (known) known.count += 1;
    else this.#counts.set(name, { event, outcome, count: 1 });
  }

  /** How often there was what, since this process began. */
  get counts(): readonly EventCount[] {
    return [...this.#counts.values()];
  }

  /** Keeps the entry of an event that wrote nothing else. */
  keep(asker: Asker, event: AuditEvent, userId: string | undefined, outcome = 'ok'): Promise<void> {
    return this.#store.append(this.context(asker, event, outcome), { userId });
  }

  /** The end of the chain: noted elsewhere, it shows later whether the newest entries were cut off. */
  async end(): Promise<ChainLink> {
    return (await this.#store.ends()).last;
  }

  /**
   * Whether a chain that was verified still holds an end that was noted: `swept` if the entry is older than what is
   * kept, so that nothing can be said of it.
   */
  async holds({ seq, hash }: ChainLink): Promise<'held' | 'missing' | 'swept'> {
    const { start } = await this.#store.ends();
    if (seq < start.seq) return 'swept';
    if (seq === start.seq) return hash === start.hash ? 'held' : 'missing';
    const [entry] = await this.#store.read({ after: seq - 1, limit: 1 });
    if (entry?.seq === seq) return entry.hash === hash ? 'held' : 'missing';
    // It may have been swept between the two looks.
    return (await this.#store.ends()).start.seq > start.seq ? this.holds({ seq, hash }) : 'missing';
  }

  /** Reclaims entries older than they are to be kept, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now - this.#keptMs, sweepStep)) === sweepStep) await pause();
  }
}
