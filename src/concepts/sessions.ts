/**
 * Sessions: who is logged in.
 *
 * Purpose: to recognise a person on every request after one login, until they log out.
 * Prevents: sessions that outlive their end, ids that can be guessed, read from the store or chosen by a client.
 * Principle: whoever was given an id at login is recognised by it until it is ended, left unused for the idle time,
 *   or older than the absolute lifetime, whichever comes first; after that it is never good again.
 * State: a set of sessions, each with the hash of its id, a public handle, a user id, the contract that made it, and
 *   the instants of creation, last use and death.
 */

import { digest, newHandle, newToken, newUuid } from '../crypto/ids.ts';
import { type Awaitable, after } from '../storage/awaitable.ts';
import type { Session, SessionStore } from '../storage/port.ts';

/** The id was never given out, or its session is dead. */
export type NoSession = { readonly refused: 'no_session' };

/** How an id is spelled: a version 4 UUID, or 26 characters of `[a-z0-9]` (ruling G6). */
export type IdSpelling = 'uuid' | 'token';

/** A new session with its id, which is told once and never kept. */
export interface BegunSession {
  readonly id: string;
  readonly session: Session;
}

/** The part of the settings this concept follows. */
export interface SessionRules {
  readonly idleSeconds: number;
  readonly lifetimeSeconds: number;
}

/** No id of any spelling is longer; whatever is, is not worth hashing. */
const longestId = 36;

/** A use is written back when the last one written is this old, or a tenth of the idle time if that is less. */
const writeBackMs = 60_000;

/** Rows removed in one step of a sweep: few enough that no request notices. */
const sweepStep = 200;

const noSession: NoSession = { refused: 'no_session' };

export class Sessions {
  readonly #store: SessionStore;
  readonly #idleMs: number;
  readonly #lifetimeMs: number;
  readonly #writeBackMs: number;

  constructor(store: SessionStore, { idleSeconds, lifetimeSeconds }: SessionRules) {
    this.#store = store;
    this.#idleMs = idleSeconds * 1_000;
    this.#lifetimeMs = lifetimeSeconds * 1_000;
    this.#writeBackMs = Math.min(writeBackMs, this.#idleMs / 10);
  }

  /** Begins a session beside those the user already has (ruling R5). */
  async begin(userId: string, contract: string, spelling: IdSpelling, now: number): Promise<BegunSession> {
    const id = spelling === 'uuid' ? newUuid() : newToken();
    const expiresAt = now + this.#lifetimeMs;
    const session: Session = {
      handle: newHandle(),
      userId,
      contract,
      createdAt: now,
      lastSeenAt: now,
      idleExpiresAt: Math.min(now + this.#idleMs, expiresAt),
      expiresAt,
    };
    await this.#store.insert(digest(id), session);
    return { id, session };
  }

  /** Recognises a session by its id and notes that it was used; a dead one is refused however its row looks. */
  use(id: string, now: number): Awaitable<Session | NoSession> {
    if (id.length > longestId) return noSession;
    const idHash = digest(id);
    return after(this.#store.find(idHash), (session) =>
      session && this.#isAlive(session, now) ? this.#used(idHash, session, now) : noSession,
    );
  }

  /** The session with this use in it, which is written back only if the last one written is old enough. */
  #used(idHash: string, session: Session, now: number): Session {
    if (now - session.lastSeenAt < this.#writeBackMs) return session;
    const idleExpiresAt = Math.min(now + this.#idleMs, session.expiresAt);
    this.#store.touch(idHash, now, idleExpiresAt);
    return { ...session, lastSeenAt: now, idleExpiresAt };
  }

  /** Ends a session for good; of many that race to end it exactly one is told that it did. */
  async end(id: string, now: number): Promise<Session | NoSession> {
    if (id.length > longestId) return noSession;
    const removed = await this.#store.remove(digest(id));
    return removed && this.#isAlive(removed, now) ? removed : noSession;
  }

  /** Reclaims the rows of dead sessions, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now, sweepStep)) === sweepStep) await pause();
  }

  /** The written instants only ever shorten a life; so do the current settings. */
  #isAlive({ createdAt, lastSeenAt, idleExpiresAt, expiresAt }: Session, now: number): boolean {
    return (
      now < idleExpiresAt &&
      now < expiresAt &&
      now < lastSeenAt + this.#idleMs &&
      now < createdAt + this.#lifetimeMs
    );
  }
}
