/**
 * Sessions: the logged-in state of people.
 *
 * Purpose: to recognise a person on every request after one login, until they log out.
 * Prevents: sessions that outlive their end, ids that can be guessed, read from the store or chosen by a client.
 * Principle: a person is recognised by the id of a login until the session is ended, unused for the idle time, or older
 *   than the absolute lifetime, whichever comes first; after that the id is never valid again.
 * State: a set of sessions, each with the hash of its id, a public handle, a user id, the contract that made it, and
 *   the instants of creation, last use and death.
 */

import { digest, type IdFormat, newHandle, newSessionId, newSessionIdLike } from '../../crypto/ids.ts';
import { type Awaitable, after } from '../../storage/port/awaitable.ts';
import {
  type AuditContext,
  clockSlackMs,
  type Session,
  type SessionQuery,
  type SessionStore,
  type SessionWithUser,
} from '../../storage/port/port.ts';
import { type Lengths, lastingIn, lengthsOf } from './lasting.ts';
import { Life, type Seen } from './lifetime.ts';
import { SessionCap } from './session-cap.ts';
import { pageOfUser, pagesOfUser } from './session-pages.ts';
import {
  type BegunSession,
  type Lasting,
  type NoSession,
  type Owner,
  type SessionPage,
  type SessionRules,
  unknownSession,
} from './session-types.ts';
import { endStep, inSteps, type Pacing, sweepStep, unpaced } from './steps.ts';

export * from './session-types.ts';

/** No session id is longer; a longer text is not hashed. */
export const maxIdLength = 36;

/** The longest time before a use is written, in milliseconds; a tenth of the idle time if that is less. */
const writeBackMs = 60_000;

/** A session is confirmed for this long after its password was verified, in milliseconds. */
export const provenMs = 10 * 60_000;

/** The end of a session is kept for a week, in milliseconds. */
const endedKeptMs = 7 * 86_400_000;

const noSession: NoSession = { refused: 'no_session' };

export class Sessions {
  /** What a session was begun as. */
  readonly lastingOf = (session: Session): Lasting => lastingIn(this.#lengthsMs, session);
  readonly #store: SessionStore;
  readonly #life: Life;
  readonly #idleMs: number;
  readonly #lengthsMs: Lengths;
  readonly #writeBackMs: number;
  readonly #pacing: Pacing;
  readonly #cap: SessionCap;

  /** @param pacing the pauses in which very many sessions end; none by default. */
  constructor(store: SessionStore, rules: SessionRules, pacing: Pacing = unpaced) {
    this.#store = store;
    this.#pacing = pacing;
    this.#cap = new SessionCap(store, rules.maxPerUser);
    this.#idleMs = rules.idleSeconds * 1_000;
    this.#lengthsMs = lengthsOf(rules);
    this.#life = new Life(this.#idleMs, this.#lengthsMs.lifetime);
    this.#writeBackMs = Math.min(writeBackMs, this.#idleMs / 10);
  }

  /**
   * Begins a session beside those of the user (ruling R5); it counts as confirmed unless `provenAt` says otherwise. Beyond the
   * cap, if there is one, the least recently used sessions end: at most 200 at once, the others in the sweep.
   */
  async begin(
    owner: Owner,
    idFormat: IdFormat,
    now: number,
    context: AuditContext,
    lasting: Lasting = 'lifetime',
    provenAt = now,
  ): Promise<BegunSession | NoSession> {
    const id = newSessionId(idFormat);
    const expiresAt = now + this.#lengthsMs[lasting];
    const session: Session = {
      handle: newHandle(),
      ...owner,
      createdAt: now,
      lastSeenAt: now,
      idleExpiresAt: Math.min(now + this.#idleMs, expiresAt),
      expiresAt,
      provenAt,
    };
    const cap = this.#cap.for(owner.userId, context);
    const outcome = await this.#store.insert(digest(id), session, context, cap);
    if (outcome === 'unknown_account') return noSession;
    if (cap && outcome === 'over_cap') this.#cap.exceeded(owner.userId, cap);
    return { id, session, lasting };
  }

  /** Finds the live session of an id, with its user, and records its use; a dead one is refused even if its row is there. */
  use(id: string, now: number): Awaitable<SessionWithUser | NoSession> {
    return id.length > maxIdLength ? noSession : this.useHashed(digest(id), now);
  }

  /** The same by the SHA-256 of the id, as 64 hexadecimal digits. */
  useHashed(idHash: string, now: number): Awaitable<SessionWithUser | NoSession> {
    return after(this.#store.findWithUser(idHash), (found) => {
      if (!found) return unknownSession;
      return this.#life.isAlive(found.session, now) ? this.#used(idHash, found, now) : noSession;
    });
  }

  /** The instant until which a session stays as it is, unless it is ended or changed: its death, or its next recorded use. */
  unchangedUntil(session: Session): number {
    return Math.min(this.#life.diesAt(session), session.lastSeenAt + this.#writeBackMs);
  }

  /** The session with this use, which is written only if the stored use is old enough. */
  #used(idHash: string, found: SessionWithUser, now: number): SessionWithUser {
    const { session, user } = found;
    if (now - session.lastSeenAt < this.#writeBackMs) return found;
    const idleExpiresAt = Math.min(now + this.#idleMs, session.expiresAt);
    this.#store.touch(idHash, now, idleExpiresAt, now - this.#writeBackMs);
    return { session: { ...session, lastSeenAt: now, idleExpiresAt }, user };
  }

  /**
   * A page of the live sessions of a user, the most recently used first. Dead ones that are not swept yet count towards
   * `limit`, so that a page may hold fewer although there is a `next` page.
   */
  ofUser(userId: string, now: number, query: SessionQuery): Promise<SessionPage> {
    return pageOfUser(this.#store, { userId, life: this.#life, idleMs: this.#idleMs }, now, query);
  }

  /** All live sessions of a user, page by page. */
  pagesOfUser(userId: string, now: number, limit: number): AsyncGenerator<readonly Session[]> {
    return pagesOfUser((query) => this.ofUser(userId, now, query), limit);
  }

  /** Whether the password was confirmed recently. An instant in the future comes from a wrong clock and does not count. */
  isProven(session: Session, now: number): boolean {
    const agoMs = now - session.provenAt;
    return agoMs < provenMs && agoMs >= -clockSlackMs;
  }

  /** Gives a session a new id of the same format and marks it as confirmed; the old id is dead. */
  async prove(id: string, now: number, context: AuditContext): Promise<{ readonly id: string } | NoSession> {
    const renewed = newSessionIdLike(id);
    const isProven = await this.#store.prove(digest(id), digest(renewed), now, context);
    return isProven ? { id: renewed } : noSession;
  }

  /** Gives a session a new id of the same format; the old one is dead, for the reason in the audit context. */
  async rotate(id: string, context?: AuditContext): Promise<{ readonly id: string } | NoSession> {
    const renewed = newSessionIdLike(id);
    return (await this.#store.rotate(digest(id), digest(renewed), context)) ? { id: renewed } : noSession;
  }

  /** As `endEach`, for one session; of concurrent calls exactly one gets the session. */
  async end(id: string, now: number, context: AuditContext): Promise<Session | NoSession> {
    return (await this.endEach([id], now, context)).get(id) ?? noSession;
  }

  /**
   * Ends the sessions of a short list of ids, in one step; returns those that were alive, by id. The end of every id is
   * durable, also of those that another call ended. Dead sessions are removed without an entry.
   */
  async endEach(ids: readonly string[], now: number, context: AuditContext): Promise<Map<string, Session>> {
    const byHash = new Map(ids.filter((id) => id.length <= maxIdLength).map((id) => [digest(id), id]));
    if (byHash.size === 0) return new Map();
    const ended = await this.#store.remove([...byHash.keys()], context, (one) =>
      this.#life.deathOf(one, now),
    );
    return new Map([...ended].map(([idHash, session]) => [byHash.get(idHash) ?? '', session]));
  }

  /** Ends one session by its handle: of one user, to whom the handle must belong, or of any user. */
  async endByHandle(
    userId: string | undefined,
    handle: string,
    now: number,
    context: AuditContext,
  ): Promise<Session | NoSession> {
    const found = await this.#store.findByHandle(handle, userId);
    if (!found || !this.#life.isAlive(found, now)) return noSession;
    return (await this.#store.removeByHandle(found.userId, handle, context)) ?? noSession;
  }

  /**
   * Ends all sessions of a user, or all but one, in short steps with a pause after each; returns their number. `tell` is
   * called after each step with the sessions that ended. The most recently used end first; after an interruption, call it
   * again.
   */
  endAll(
    userId: string,
    exceptHandle: string | undefined,
    context: AuditContext,
    tell: (ended: readonly Session[]) => void = () => {},
  ): Promise<number> {
    const step = async (limit: number) => {
      const ended = await this.#store.removeOfUser(userId, exceptHandle, limit, context);
      tell(ended);
      return ended.length;
    };
    return inSteps(endStep, step, this.#pacing());
  }

  /**
   * Ends all sessions of all users, in steps with a pause after each; returns the number of rows. It may also end sessions
   * that begin meanwhile. After an interruption, the remaining sessions are alive; call it again.
   */
  endOfAllUsers(context: AuditContext, pause: () => Promise<void>): Promise<number> {
    return inSteps(endStep, (limit) => this.#store.removeAny(limit, context), pause);
  }

  /** The state of an id, without recording a use; the end of a session is known for a week. */
  async look(id: string, now: number): Promise<Seen | undefined> {
    const idHash = digest(id);
    const found = await this.#store.findWithUser(idHash);
    if (found) return { session: found.session, death: this.#life.deathOf(found.session, now) };
    const ended = await this.#store.findEnded(idHash);
    return ended && { ended };
  }

  /** Ends sessions over the cap and removes the rows of dead sessions, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    await this.#cap.sweep(now, pause);
    await inSteps(sweepStep, (limit) => this.#store.sweep(now, limit), pause);
    await inSteps(sweepStep, (limit) => this.#store.sweepEnded(now - endedKeptMs, limit), pause);
  }
}
