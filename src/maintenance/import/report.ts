/** Collects what became of every line of an import: counts, the first lines of each kind, and a stream of all of them. */

import type { Place } from './records.ts';

/** What an entry is about. A `part` is missing in an account that is imported; a `note` asks for attention. */
export type EntryKind = 'account' | 'session' | 'part' | 'note' | 'file';

/** What became of a line. It holds no secret, no hash and no session id. */
export interface ReportEntry {
  readonly kind: EntryKind;
  /** A stable word, such as `imported`, `parked` or `broken_utf8`. */
  readonly outcome: string;
  readonly place: Place;
  readonly userId?: string | undefined;
  /** A sentence for people, where the outcome needs one. */
  readonly message?: string | undefined;
  /** The other line that a conflict is with. */
  readonly other?: Place | undefined;
}

/** The entries of one kind and outcome. */
export interface ReportGroup {
  readonly kind: EntryKind;
  readonly outcome: string;
  readonly count: number;
  /** The first of them. */
  readonly first: readonly ReportEntry[];
}

/** Entries of one kind and outcome that are kept for people. */
const kept = 10;

/** Kinds and outcomes that are told apart; a file may make up more. */
const maxGroups = 500;

/** Accounts that are not imported, or that wait, make a run incomplete; sessions that are dead at their origin do not. */
const complete: Readonly<Record<'account' | 'session', readonly string[]>> = {
  account: [
    'imported',
    'unchanged',
    'hash_replaced',
    'kept_newer_hash',
    'updated',
    'suffixed',
    'unparked',
    'removed',
  ],
  session: ['imported', 'unchanged', 'ended', 'past_life', 'no_account'],
};

export class Report {
  readonly #groups = new Map<string, { count: number; readonly first: ReportEntry[] }>();
  readonly #write: (entry: ReportEntry) => void;

  /** @param write gets every entry, in the order of its decision. */
  constructor(write: (entry: ReportEntry) => void = () => {}) {
    this.#write = write;
  }

  add(entry: ReportEntry): void {
    this.#write(entry);
    const key = `${entry.kind} ${entry.outcome}`;
    const group = this.#groups.get(key);
    if (group) {
      group.count += 1;
      if (group.first.length < kept) group.first.push(entry);
    } else if (this.#groups.size < maxGroups) this.#groups.set(key, { count: 1, first: [entry] });
  }

  count(kind: EntryKind, outcome: string): number {
    return this.#groups.get(`${kind} ${outcome}`)?.count ?? 0;
  }

  get groups(): readonly ReportGroup[] {
    return [...this.#groups.values()].map(({ count, first }) => {
      const [{ kind, outcome } = { kind: 'file', outcome: '' } as const] = first;
      return { kind, outcome, count, first };
    });
  }

  /** Whether everything that lives at its origin lives here, under its own name or one that the operator asked for. */
  get isComplete(): boolean {
    return this.groups.every(
      ({ kind, outcome }) =>
        kind === 'part' || kind === 'note' || (kind !== 'file' && complete[kind].includes(outcome)),
    );
  }
}
