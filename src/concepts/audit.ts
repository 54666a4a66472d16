/**
 * Audit: the record of events on accounts and sessions.
 *
 * Purpose: to show an operator, and the person concerned, later who did what, when, and with which outcome.
 * Prevents: events without an entry, entries with a password, a session id or typed text, and entries that can be
 *   changed undetected.
 * Principle: every registration, login, logout and refusal leaves one entry, made only of words and ids of this program.
 *   Changes and counted failures are kept in a chain, in which a changed or missing entry is detected.
 * State: a chain of entries in the store, a log with every entry, and a count of each event and outcome since this
 *   process began.
 */

import type { AuditContext, AuditEvent, AuditStore, ChainLink } from '../storage/port/port.ts';
import { holdsLink, type LinkState } from './audit/chain-link.ts';

export type { AuditEvent };

/** The report of an event. It has no other fields, so that no secret can enter it (ruling G18). */
export interface Reported extends Omit<AuditContext, 'at'> {
  readonly userId?: string | undefined;
  /** The public handle of the session that was begun or ended. */
  readonly handle?: string | undefined;
}

/** The log that receives every entry; a pino logger fits. */
export interface AuditLog {
  info(line: { readonly audit: Reported }, message: string): void;
}

/** The number of times that an event ended in an outcome. */
export interface EventCount {
  readonly event: string;
  readonly outcome: string;
  readonly count: number;
}

/** The caller, as far as the audit needs it. */
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

  /** The audit entry of a step that writes; the store adds it in the same transaction. */
  context({ contract, network, requestId, now }: Asker, event: AuditEvent, outcome = 'ok'): AuditContext {
    return { at: now, event, outcome, contract, network, requestId };
  }

  /** Counts an event and writes it to the log. It never throws: the event stands even if the log fails. */
  report({ event, outcome, contract, network, requestId, userId, handle }: Reported): void {
    this.count(event, outcome);
    try {
      const entry = { event, outcome, contract, network, requestId, userId, handle };
      this.#log.info({ audit: entry }, event);
    } catch {
      // A failing log cannot be reported; the entry in the chain is kept.
    }
  }

  /** Counts an event that failed before it had an outcome to report. */
  count(event: string, outcome: string): void {
    const name = `${event} ${outcome}`;
    const known = this.#counts.get(name);
    if (known) known.count += 1;
    else this.#counts.set(name, { event, outcome, count: 1 });
  }

  /** The counts of all events and outcomes since this process began. */
  get counts(): readonly EventCount[] {
    return [...this.#counts.values()];
  }

  /** Keeps the entry of an event that writes nothing else. */
  keep(asker: Asker, event: AuditEvent, userId: string | undefined, outcome = 'ok'): Promise<void> {
    return this.#store.append(this.context(asker, event, outcome), { userId });
  }

  /** The end of the chain: compared later, a copy kept elsewhere shows whether the newest entries were cut off. */
  async end(): Promise<ChainLink> {
    return (await this.#store.ends()).last;
  }

  /**
   * Whether a verified chain still contains a noted end: `swept` if the entry is older than what is kept, so that it cannot
   * be checked.
   */
  holds(link: ChainLink): Promise<LinkState> {
    return holdsLink(this.#store, link);
  }

  /** Removes entries older than the time they are kept, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now - this.#keptMs, sweepStep)) === sweepStep) await pause();
  }
}
