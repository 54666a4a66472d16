/** Tells this node at once, and the others in a moment, what must not be recognised from memory any more. */

import type { Database } from '../connection/transaction.ts';
import { channel, type Revocation } from './revocation.ts';
import type { SessionLookup } from './session-lookup.ts';

/** A payload of PostgreSQL has at most 8,000 bytes; this many hashes or ids of users fit. */
const maxTogether = 90;

/** With more than this at once, it costs less to forget everything. */
const maxNamed = 5_000;

/**
 * News travels after the commit it tells of, in a transaction of its own: a notification inside would make all commits
 * of the database wait for one another (PostgreSQL, NOTIFY). What is lost on the way, the time of trust makes good.
 */
export class RevocationNotifier {
  readonly #lookup: SessionLookup;
  readonly #db: Database;
  readonly #node: string;
  readonly #now: () => number;
  #ended: string[] = [];
  #users: string[] = [];
  #everything = false;
  #at = 0;
  #sending: Promise<void> | undefined;

  constructor(lookup: SessionLookup, db: Database, node: string, now: () => number) {
    this.#lookup = lookup;
    this.#db = db;
    this.#node = node;
    this.#now = now;
  }

  /** Sessions ended. */
  ended(idHashes: readonly string[]): void {
    if (idHashes.length === 0) return;
    for (const idHash of idHashes) {
      this.#lookup.forgetSession(idHash);
      this.#ended.push(idHash);
    }
    this.#wake();
  }

  /** A user was changed, disabled or removed. */
  changed(userId: string): void {
    this.#lookup.forgetUser(userId);
    this.#users.push(userId);
    this.#wake();
  }

  /** All sessions ended. */
  everything(): void {
    this.#lookup.forgetAll();
    this.#everything = true;
    this.#wake();
  }

  /** Takes what another node told. */
  take({ ended = [], users = [], everything }: Revocation): void {
    if (everything) this.#lookup.forgetAll();
    for (const idHash of ended) this.#lookup.forgetSession(idHash);
    for (const userId of users) this.#lookup.forgetUser(userId);
  }

  /** Resolves when everything there was to tell is told, or given up. */
  async told(): Promise<void> {
    await this.#sending;
  }

  #wake(): void {
    this.#at ||= this.#now();
    // What ends in the same turn travels together.
    this.#sending ??= new Promise((resolve) => setImmediate(() => this.#send().then(resolve)));
  }

  async #send(): Promise<void> {
    while (this.#everything || this.#ended.length + this.#users.length > 0) {
      const notices = this.#gathered();
      await this.#db
        .step((run) =>
          run('SELECT pg_notify($1, notice) FROM unnest($2::text[]) AS notice', [
            channel,
            notices.map((notice) => JSON.stringify(notice)),
          ]),
        )
        .catch(() => {});
    }
    this.#sending = undefined;
  }

  #gathered(): Revocation[] {
    const ended = this.#ended.splice(0);
    const users = this.#users.splice(0);
    const about = { node: this.#node, at: this.#at };
    this.#at = 0;
    if (this.#everything || ended.length + users.length > maxNamed) {
      this.#everything = false;
      return [{ ...about, everything: true }];
    }
    return [
      ...inParts(ended).map((part) => ({ ...about, ended: part })),
      ...inParts(users).map((part) => ({ ...about, users: part })),
    ];
  }
}

function inParts(names: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let i = 0; i < names.length; i += maxTogether) parts.push(names.slice(i, i + maxTogether));
  return parts;
}
