/** Removes ended sessions and changed users from the caches of this node at once, and notifies the other nodes. */

import type { Database } from '../connection/transaction.ts';
import { channel, type Revocation } from './revocation.ts';
import type { SessionLookup } from './session-lookup.ts';

/** A payload of PostgreSQL has at most 8,000 bytes; this many hashes or ids of users fit. */
const maxTogether = 90;

/** Beyond this many, clearing the whole cache costs less. */
const maxNamed = 5_000;

/**
 * A notification is sent after the commit, in a transaction of its own: inside, it would serialize all commits of the
 * database (PostgreSQL, NOTIFY). If it is lost, the cached rows expire.
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

  /** Applies the notification of another node. */
  take({ ended = [], users = [], everything }: Revocation): void {
    if (everything) this.#lookup.forgetAll();
    for (const idHash of ended) this.#lookup.forgetSession(idHash);
    for (const userId of users) this.#lookup.forgetUser(userId);
  }

  /** Resolves when all notifications are sent, or have failed. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  #wake(): void {
    this.#at ||= this.#now();
    // Revocations of one turn share a notification.
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
