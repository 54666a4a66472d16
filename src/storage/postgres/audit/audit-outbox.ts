/** The outbox of the audit: an entry is written in the commit of its event, and linked into the chain shortly afterwards. */

import type { AuditContext } from '../../port/port.ts';
import type { AuditSubject } from '../../shared/audit-chain.ts';
import { storable } from '../connection/text.ts';
import type { Database, InStep } from '../connection/transaction.ts';

export interface OutboxEntry {
  readonly context: AuditContext;
  readonly subject: AuditSubject;
}

/** Their ids are in the order of insertion. */
const insert = `INSERT INTO audit_waiting (at, event, outcome, user_id, handle, contract, network, request_id)
  SELECT at, event, outcome, user_id, handle, contract, network, request_id
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    WITH ORDINALITY AS entry (at, event, outcome, user_id, handle, contract, network, request_id, place)
  ORDER BY place RETURNING id`;

export class AuditOutbox {
  #onAdded: () => void = () => {};
  #newest = 0;

  /** The greatest id of an entry of this process; later entries get greater ones. */
  get newest(): number {
    return this.#newest;
  }

  /** Calls `listener` after each step that added entries. */
  onAdded(listener: () => void): void {
    this.#onAdded = listener;
  }

  /** Adds an entry to a step, if it has an audit context. */
  async add(run: InStep, context: AuditContext | undefined, subject: AuditSubject): Promise<void> {
    await this.addEach(run, context, [subject]);
  }

  /** The same for several subjects of one context, in their order. */
  async addEach(
    run: InStep,
    context: AuditContext | undefined,
    subjects: readonly AuditSubject[],
  ): Promise<void> {
    if (!context) return;
    await this.addAll(
      run,
      subjects.map((subject) => ({ context, subject })),
    );
  }

  async addAll(run: InStep, entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const texts = (read: (entry: OutboxEntry) => string | undefined) =>
      entries.map((entry) => {
        const text = read(entry);
        return text === undefined ? null : storable(text);
      });
    const { rows } = await run<{ id: number }>(insert, [
      entries.map(({ context }) => context.at),
      texts(({ context }) => context.event),
      texts(({ context }) => context.outcome),
      texts(({ subject }) => subject.userId),
      texts(({ subject }) => subject.handle),
      texts(({ context }) => context.contract),
      texts(({ context }) => context.network),
      texts(({ context }) => context.requestId),
    ]);
    run.afterwards(() => {
      for (const { id } of rows) this.#newest = Math.max(this.#newest, id);
      this.#onAdded();
    });
  }
}

/** Adds entries in steps of their own, in the order of the calls; entries that wait share a step. */
export class AppendQueue {
  readonly #db: Database;
  readonly #outbox: AuditOutbox;
  #gathered: OutboxEntry[] = [];
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(db: Database, outbox: AuditOutbox) {
    this.#db = db;
    this.#outbox = outbox;
  }

  append(entry: OutboxEntry): Promise<void> {
    this.#gathered.push(entry);
    this.#next ??= this.#last.then(() => this.#write());
    return this.#next;
  }

  /** Resolves when all earlier entries are written or have failed. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#last).catch(() => {});
  }

  #write(): Promise<void> {
    const entries = this.#gathered;
    this.#gathered = [];
    this.#next = undefined;
    const written = this.#db.step((run) => this.#outbox.addAll(run, entries));
    this.#last = written.catch(() => {});
    return written;
  }
}
