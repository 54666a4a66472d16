/** Tells this process of its own revocations at once, and asks the other nodes to read the feed. */

import type { RevocationListener } from '../../port/port.ts';
import type { Database } from '../connection/transaction.ts';

/** The channel that all nodes on one database listen to. */
export const channel = 'gatehouse';

/** A notification that a node sends to the others; one without an instant tests that notifications arrive. */
export interface Notification {
  readonly node: string;
  /** The instant of the first revocation that it stands for, by the clock of the database. */
  readonly at?: number | undefined;
}

/** The longest name of a node. */
const maxNameLength = 200;

/**
 * Reads a notification, which comes from any role that may log in to the database; `undefined` if it is foreign. A forged
 * one makes a node read the feed, at most eight times a second.
 */
export function readNotification(payload: string | undefined): Notification | undefined {
  const { node, at } = parse(payload);
  if (typeof node !== 'string' || node.length > maxNameLength) return undefined;
  return at === undefined || Number.isSafeInteger(at) ? ({ node, at } as Notification) : undefined;
}

function parse(payload: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(payload ?? '') ?? {};
  } catch {
    return {};
  }
}

/** Delivered without waiting for the disk: what a notification tells of is there already. */
const notify = `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`;

/**
 * A notification is sent after the commit, in a transaction of its own: inside, it would serialize all commits of the
 * database (PostgreSQL, NOTIFY). It may be lost: the nodes read the feed several times a second.
 */
export class RevocationNotifier {
  readonly #db: Database;
  readonly #node: string;
  readonly #now: () => number;
  #listener: RevocationListener | undefined;
  #at: number | undefined;
  #sending: Promise<void> | undefined;

  constructor(db: Database, node: string, now: () => number) {
    this.#db = db;
    this.#node = node;
    this.#now = now;
  }

  listen(listener: RevocationListener): void {
    this.#listener = listener;
  }

  /** Sessions ended, or were given another id. */
  sessionsRevoked(idHashes: Iterable<string>): void {
    for (const idHash of idHashes) {
      this.#listener?.sessionRevoked(idHash);
      this.#wake();
    }
  }

  /**
   * Sessions are not there. This process may have an answer for one that a failover lost, and is about to say that it has
   * ended. No other node is asked to read: anyone can name ids that never were.
   */
  sessionsMissing(idHashes: Iterable<string>): void {
    for (const idHash of idHashes) this.#listener?.sessionRevoked(idHash);
  }

  /** A user was changed, disabled, enabled or removed. */
  userRevoked(userId: string): void {
    this.#listener?.userRevoked(userId);
    this.#wake();
  }

  /** Resolves when all notifications are sent, or have failed. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  /** Revocations of one turn share a notification. */
  #wake(): void {
    this.#at ??= this.#now();
    this.#sending ??= new Promise((resolve) => setImmediate(() => this.#send().then(resolve)));
  }

  async #send(): Promise<void> {
    while (this.#at !== undefined) {
      const notification: Notification = { node: this.#node, at: this.#at };
      this.#at = undefined;
      await this.#db.read(notify, [channel, JSON.stringify(notification)]).catch(() => {});
    }
    this.#sending = undefined;
  }
}
