/** An export of all data about a person: read page by page on demand, few exports at once. */

import { Abandoned } from '../../crypto/hashing-queue.ts';
import type { AuditEntry, Session, User } from '../../storage/port/port.ts';
import type { FactorOverview } from '../factors/overview.ts';
import { reported } from '../outcomes.ts';
import type { Refusal, TooManyExports } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import { notProven, type SignedIn } from './step-up.ts';

/** All data about a person, except credentials. */
export interface Export {
  readonly user: User;
  /** `undefined` for a person who has no second factor. */
  readonly factors: FactorOverview | undefined;
  /** Pages that are read on demand. */
  readonly sessions: AsyncGenerator<readonly Session[]>;
  readonly activity: AsyncGenerator<readonly AuditEntry[]>;
  /** Ends the export; call it in every case. Later reads reject with `Abandoned`. */
  close(): void;
}

/** Exports of one process at a time; each person has at most one of them. */
export const maxExports = 4;

/** An export that takes longer ends if its place is needed, in milliseconds: a slow reader cannot keep it forever. */
const placeMs = 60_000;

/** The `Retry-After` of `too_many_exports`. */
const retryAfterSeconds = 10;

/** Sessions, or audit entries, in one read. */
const page = 200;

interface ExportPlace {
  readonly since: number;
  isTaken: boolean;
}

/** The running exports of this process, by user. */
export class Exports {
  readonly #places = new Map<string, ExportPlace>();

  /** Takes a place, if necessary from an export that has run for longer than `placeMs`. */
  enter(userId: string, now: number): ExportPlace | TooManyExports {
    const own = this.#places.get(userId);
    // A map keeps the order of insertion.
    const [oldest] = this.#places;
    const inTheWay = own ? ([userId, own] as const) : this.#places.size < maxExports ? undefined : oldest;
    if (inTheWay) {
      const [other, place] = inTheWay;
      if (now - place.since < placeMs) return { refused: 'too_many_exports', retryAfterSeconds };
      this.leave(other, place);
    }
    const place = { since: now, isTaken: true };
    this.#places.set(userId, place);
    return place;
  }

  leave(userId: string, place: ExportPlace): void {
    place.isTaken = false;
    if (this.#places.get(userId) === place) this.#places.delete(userId);
  }
}

/**
 * Exports all data about the person, if the password was confirmed recently (ruling P5), and keeps an audit entry about it.
 * Only one page is in memory, with a pause after each: an account may have a year of failed attempts in its audit. The
 * export ends when the client disconnects.
 */
export async function exportAccount(
  services: Pick<Services, 'sessions' | 'audit' | 'pacer' | 'store' | 'factors' | 'browserTokens'>,
  exports: Exports,
  signedIn: SignedIn,
  caller: Caller,
): Promise<Export | Refusal> {
  const { user } = signedIn;
  const refusal = notProven(services, signedIn, caller.now);
  const place = refusal ?? exports.enter(user.id, caller.now);
  if ('refused' in place) return reported(services, 'account_export', caller, { ...place, user });
  const close = () => exports.leave(user.id, place);
  let factors: FactorOverview | undefined;
  try {
    factors = await factorsOf(services, user, caller.now);
    await services.audit.keep(caller, 'account_export', user.id);
  } catch (error) {
    close();
    throw error;
  }
  if (caller.signal?.aborted) close();
  else caller.signal?.addEventListener('abort', close, { once: true });
  const sessions = services.sessions.pagesOfUser(user.id, caller.now, page);
  return reported(services, 'account_export', caller, {
    user,
    factors,
    sessions: whileTaken(services, place, sessions),
    activity: whileTaken(services, place, activityPages(services, signedIn)),
    close,
  });
}

/** Loads nothing of second factors for people who have none. */
async function factorsOf(
  services: Pick<Services, 'store' | 'factors' | 'browserTokens'>,
  user: User,
  now: number,
): Promise<FactorOverview | undefined> {
  const credential = await services.store.accounts.findCredentialOf(user.id);
  if (!credential?.hasSecondFactor) return undefined;
  const { factorOverview } = await import('../factors/overview.ts');
  return factorOverview(services, user, now);
}

async function* activityPages(
  { store }: Pick<Services, 'store'>,
  { user }: SignedIn,
): AsyncGenerator<readonly AuditEntry[]> {
  for (let before: number | undefined; ; ) {
    const entries = await store.audit.read({ userId: user.id, before, limit: page });
    if (entries.length > 0) yield entries;
    if (entries.length < page) return;
    before = entries.at(-1)?.seq;
  }
}

async function* whileTaken<Page>(
  { pacer }: Pick<Services, 'pacer'>,
  place: ExportPlace,
  pages: AsyncGenerator<Page>,
): AsyncGenerator<Page> {
  const pause = pacer.begin();
  for await (const rows of pages) {
    if (!place.isTaken) throw new Abandoned('The export ended early.');
    yield rows;
    await pause();
  }
}
