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
import type { Cap, EndedSession, Session, SessionStore, Trail } from '../storage/port.ts';

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
  /** The most sessions one user may have; 0 for as many as they like. */
  readonly mostPerUser: number;
}

/** How a session died by itself: left unused, or too old. */
export interface Death {
  readonly state: 'idle' | 'over_age';
  readonly diedAt: number;
}

/** What is known about a session id. */
export type Seen =
  | { readonly session: Session; readonly death: Death | undefined }
  | { readonly ended: EndedSession };

/** Whose session it is, and where it comes from. */
export type Owner = Pick<Session, 'userId' | 'contract' | 'network' | 'device'>;

/** No id of any spelling is longer; whatever is, is not worth hashing. */
const longestId = 36;

/** A use is written back when the last one written is this old, or a tenth of the idle time if that is less. */
const writeBackMs = 60_000;

/** How long after the password was proven a session may do what asks for it. */
export const provenMs = 10 * 60_000;

/** How long it is remembered what became of a session, in milliseconds: a week. */
const endedKeptMs = 7 * 86_400_000;

/** Rows removed in one step of a sweep: few enough that no request notices. */
const sweepStep = 200;

const noSession: NoSession = { refused: 'no_session' };

export class Sessions {
  readonly #store: SessionStore;
  readonly #idleMs: number;
  readonly #lifetimeMs: number;
  readonly #writeBackMs: number;
  readonly #mostPerUser: number;

  constructor(store: SessionStore, { idleSeconds, lifetimeSeconds, mostPerUser }: SessionRules) {
    this.#store = store;
    this.#mostPerUser = mostPerUser;
    this.#idleMs = idleSeconds * 1_000;
    this.#lifetimeMs = lifetimeSeconds * 1_000;
    this.#writeBackMs = Math.min(writeBackMs, this.#idleMs / 10);
  }

  /**
   * Begins a session beside those the user already has (ruling R5), in which the password counts as proven. Beyond
   * the cap, if there is one, the least recently used sessions end.
   */
  async begin(
    owner: Owner,
    spelling: IdSpelling,
    now: number,
    trail: Trail,
  ): Promise<BegunSession | NoSession> {
    const id = newId(spelling);
    const expiresAt = now + this.#lifetimeMs;
    const session: Session = {
      handle: newHandle(),
      ...owner,
      createdAt: now,
      lastSeenAt: now,
      idleExpiresAt: Math.min(now + this.#idleMs, expiresAt),
      expiresAt,
      provenAt: now,
    };
    const outcome = await this.#store.insert(digest(id), session, trail, this.#capFor(trail));
    return outcome === 'inserted' ? { id, session } : noSession;
  }

  /**
   * Recognises a session by its id and notes that it was used; a dead one is refused however its row looks. Asking the
   * store itself costs a look into it, for what must not happen in a session that has just ended elsewhere.
   */
  use(id: string, now: number, whom?: 'store'): Awaitable<Session | NoSession> {
    if (id.length > longestId) return noSession;
    const idHash = digest(id);
    return after(this.#store.find(idHash, whom), (session) =>
      session && this.#isAlive(session, now) ? this.#used(idHash, session, now) : noSession,
    );
  }

  /** The session with this use in it, which is written back only if the last one written is old enough. */
  #used(idHash: string, session: Session, now: number): Session {
    if (now - session.lastSeenAt < this.#writeBackMs) return session;
    const idleExpiresAt = Math.min(now + this.#idleMs, session.expiresAt);
    this.#store.touch(idHash, now, idleExpiresAt, now - this.#writeBackMs);
    return { ...session, lastSeenAt: now, idleExpiresAt };
  }

  /** All live sessions of a user, the one used last first. */
  async ofUser(userId: string, now: number): Promise<Session[]> {
    const sessions = await this.#store.ofUser(userId);
    return sessions
      .filter((session) => this.#isAlive(session, now))
      .sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  }

  /** Whether the password was proven in a session lately, so that it may do what cannot be undone. */
  isProven(session: Session, now: number): boolean {
    return now - session.provenAt < provenMs;
  }

  /** Gives a session a new id of the same spelling, in which the password counts as proven; the old one is dead. */
  async prove(id: string, now: number, trail: Trail): Promise<{ readonly id: string } | NoSession> {
    const renewed = idLike(id);
    const proven = await this.#store.prove(digest(id), digest(renewed), now, trail);
    return proven ? { id: renewed } : noSession;
  }

  /** Gives a session a new id of the same spelling; the old one is dead from then on, for the reason of the trail. */
  async rotate(id: string, trail?: Trail): Promise<{ readonly id: string } | NoSession> {
    const renewed = idLike(id);
    return (await this.#store.rotate(digest(id), digest(renewed), trail)) ? { id: renewed } : noSession;
  }

  /** Ends a session for good; of many that race to end it exactly one is told that it did. */
  async end(id: string, now: number, trail: Trail): Promise<Session | NoSession> {
    if (id.length > longestId) return noSession;
    const idHash = digest(id);
    const session = await this.#store.find(idHash);
    const isAlive = session !== undefined && this.#isAlive(session, now);
    // The row of a dead one goes as well, but nothing ended now, and the audit must not say so.
    const removed = session && (await this.#store.remove(idHash, isAlive ? trail : undefined));
    // Whoever hears that there is nothing to end relies on it like whoever ended it.
    if (!removed) await this.#store.confirmEnd?.(idHash);
    return isAlive && removed ? removed : noSession;
  }

  /** Ends one session of a user by its handle; a handle of somebody else names nothing. */
  async endByHandle(userId: string, handle: string, now: number, trail: Trail): Promise<Session | NoSession> {
    // Looked for among their own, which are in one place wherever the tables are divided.
    const own = await this.ofUser(userId, now);
    if (!own.some((session) => session.handle === handle)) return noSession;
    return (await this.#store.removeByHandle(userId, handle, trail)) ?? noSession;
  }

  /** Ends all sessions of a user, or all but one. */
  endAll(userId: string, exceptHandle: string | undefined, trail: Trail): Promise<Session[]> {
    return this.#store.removeOfUser(userId, exceptHandle, trail);
  }

  /** Ends all sessions of everybody; returns how many rows there were. */
  endEverybody(trail: Trail): Promise<number> {
    return this.#store.removeAll(trail);
  }

  /** Finds a session of anybody by its handle, dead or alive. */
  findByHandle(handle: string): Promise<Session | undefined> {
    return this.#store.findByHandle(handle);
  }

  /** What is known about an id, without using it; sessions that are gone are known for a week. */
  async look(id: string, now: number): Promise<Seen | undefined> {
    const idHash = digest(id);
    const session = await this.#store.find(idHash);
    if (session) return { session, death: this.#deathOf(session, now) };
    const ended = await this.#store.findEnded(idHash);
    return ended && { ended };
  }

  /** Reclaims the rows of dead sessions, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now, sweepStep)) === sweepStep) await pause();
    while ((await this.#store.sweepEnded(now - endedKeptMs, sweepStep)) === sweepStep) await pause();
  }

  #capFor(trail: Trail): Cap | undefined {
    const most = this.#mostPerUser;
    return most > 0 ? { most, trail: { ...trail, event: 'logout', outcome: 'cap' } } : undefined;
  }

  #isAlive(session: Session, now: number): boolean {
    return now < this.#idlesAt(session) && now < this.#agesAt(session);
  }

  /** Of the two ways to die, the one that came first. */
  #deathOf(session: Session, now: number): Death | undefined {
    if (this.#isAlive(session, now)) return undefined;
    const [idlesAt, agesAt] = [this.#idlesAt(session), this.#agesAt(session)];
    return idlesAt < agesAt ? { state: 'idle', diedAt: idlesAt } : { state: 'over_age', diedAt: agesAt };
  }

  /** The written instants only ever shorten a life; so do the current settings. */
  #idlesAt({ lastSeenAt, idleExpiresAt }: Session): number {
    return Math.min(idleExpiresAt, lastSeenAt + this.#idleMs);
  }

  #agesAt({ createdAt, expiresAt }: Session): number {
    return Math.min(expiresAt, createdAt + this.#lifetimeMs);
  }
}

function newId(spelling: IdSpelling): string {
  return spelling === 'uuid' ? newUuid() : newToken();
}

/** A new id of the spelling of another. */
function idLike(id: string): string {
  return newId(id.includes('-') ? 'uuid' : 'token');
}
