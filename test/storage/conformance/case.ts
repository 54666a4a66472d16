/** What a case of the suite is made of: a ground to stand on, and rows to write. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AuditContext,
  AuditEntry,
  NewAccount,
  Quota,
  Session,
  SessionStore,
  Store,
} from '../../../src/storage/port/port.ts';

/** A place for a store that was never opened before. */
export interface StoreFixture {
  /** Opens the store; what one opening wrote, the next one finds. */
  open(): Promise<Store>;
  /**
   * Takes one of the two rows of an account away, behind the store's back and without touching anything else;
   * resolves when an open store can see it.
   */
  loseRow(table: 'auth' | 'users', userId: string): Promise<void>;
  /** Whether an open store reads the feed of revocations; otherwise no check is answered from a cache. */
  readonly readsFeed: boolean;
  /** Spoils the audit behind the store's back, and touches nothing else; resolves when an open store can see it. */
  tamper(deed: Tampering): Promise<void>;
}

/** Changes to the audit by an attacker who can write to the database. */
export type Tampering =
  /** Gives an entry another outcome. */
  | { readonly deed: 'change'; readonly seq: number }
  /** Takes the entries from one number to another away. */
  | { readonly deed: 'remove'; readonly seq: number; readonly to: number }
  /** Lets two entries change places, with everything in them but their numbers. */
  | { readonly deed: 'swap'; readonly seq: number; readonly with: number }
  /** Puts a copy of an entry at a number; entries from there on move up by one. */
  | { readonly deed: 'insert'; readonly seq: number; readonly copyOf: number };

export interface ConformanceCase {
  readonly title: string;
  /** Rejects if the store does not conform. */
  run(ground: StoreFixture): Promise<void>;
}

/** A case over one open store, which is closed at its end whatever happened. */
export function over(
  title: string,
  body: (store: Store, ground: StoreFixture) => Promise<void>,
): ConformanceCase {
  return {
    title,
    async run(ground) {
      const store = await ground.open();
      try {
        await body(store, ground);
      } finally {
        await store.close();
      }
    },
  };
}

/** An account whose identifier and user id follow from one name. */
export function account(name: string, changes: Partial<NewAccount> = {}): NewAccount {
  return {
    userId: `id-of-${name}`,
    identifier: name,
    canonical: name.toLowerCase(),
    passwordHash: `hash of ${name}`,
    createdAt: 1_000,
    email: null,
    ...changes,
  };
}

/** A session whose public handle follows from a number. */
export function session(n: number, userId: string, changes: Partial<Session> = {}): Session {
  return {
    handle: `handle-${n}`,
    userId,
    contract: 'rest',
    createdAt: 1_000,
    lastSeenAt: 1_000,
    idleExpiresAt: 5_000,
    expiresAt: 9_000,
    provenAt: 1_000,
    network: '192.0.2.1',
    device: 'Firefox on Linux',
    ...changes,
  };
}

/** A digest of the form the port asks for; a different one for every number. */
export function hex(n: number): string {
  return n.toString(16).padStart(64, '0');
}

/** A quota over a second. */
export function quota(n: number, limit: number, windowMs = 1_000): Quota {
  return { key: hex(n), limit, windowMs };
}

/** Numbers from zero on. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

/** Compares what a store answered by its fields alone: engines differ in the prototypes of their rows. */
export function assertRow<Row extends object>(actual: Row | undefined, expected: Row): void {
  assert.deepEqual(actual && { ...actual }, expected);
}

/** A trail for one event. */
export function context(event: string, changes: Partial<AuditContext> = {}): AuditContext {
  return {
    at: 1_000,
    event,
    outcome: 'ok',
    contract: 'rest',
    network: '192.0.2.1',
    requestId: `request of ${event}`,
    ...changes,
  };
}

/** The whole audit as short lines, oldest first. */
export async function audited(store: Store): Promise<string[]> {
  const entries = await store.audit.read({ limit: 10_000 });
  return entries.reverse().map(line);
}

function line({ event, outcome, userId, handle }: AuditEntry): string {
  return [event, outcome, userId ?? '-', handle ?? '-'].join(' ');
}

/** Expects the whole chain to be intact and to hold so many entries. */
export async function assertIntact(store: Store, entries: number): Promise<void> {
  assert.deepEqual(await store.audit.verify(() => {}), { intact: true, entries });
}

/** Twice the time the port gives a store to write down that a session was used, and some more. */
export const untilNoted = () => sleep(250);

/** Finds a session without its user. */
export async function findSession(
  sessions: Pick<SessionStore, 'findWithUser'>,
  idHash: string,
): Promise<Session | undefined> {
  return (await sessions.findWithUser(idHash))?.session;
}
