/** An export of everything that is kept about a person: read page by page as it is taken, and few at once. */

import { Abandoned } from '../../crypto/hashing-queue.ts';
import type { AuditEntry, Session, User } from '../../storage/port/port.ts';
import { reported } from '../outcomes.ts';
import type { Refusal, TooManyExports } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import { notProven, type SignedIn } from './step-up.ts';

/** Everything that is kept about a person, except credentials. */
export interface Export {
  readonly user: User;
  /** Pages that are read when they are asked for. */
  readonly sessions: AsyncGenerator<readonly Session[]>;
  readonly activity: AsyncGenerator<readonly AuditEntry[]>;
  /** To be called when the export is over, however it ended; what is asked for afterwards rejects with `Abandoned`. */
  close(): void;
}

/** Exports under way at once; one of them for each person. */
export const maxExports = 4;

/** An export that takes longer ends when its place is needed, in milliseconds: a slow reader keeps no place for good. */
const placeMs = 60_000;

/** Seconds after which it makes sense to ask again. */
const retryAfterSeconds = 10;

/** Sessions, and then entries of the audit, read in one go. */
const page = 200;

interface ExportPlace {
  readonly since: number;
  isTaken: boolean;
}

/** The exports of this process that are under way, by user. */
export class Exports {
  readonly #places = new Map<string, ExportPlace>();

  /** Takes a place, if need be from an export that has had it for long. */
  enter(userId: string, now: number): ExportPlace | TooManyExports {
    const own = this.#places.get(userId);
    // The first is the oldest.
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
 * Everything that is kept about the person, if the password was proven lately (ruling P5); an entry of the audit says that
 * it was taken along. Nothing but one page is held in memory, and others have a turn after each: one person may have
 * guessed at this account for a year. It ends when the client has gone.
 */
export async function exportAccount(
  services: Pick<Services, 'sessions' | 'audit' | 'pacer' | 'store'>,
  exports: Exports,
  signedIn: SignedIn,
  caller: Caller,
): Promise<Export | Refusal> {
  const { user } = signedIn;
  const refusal = notProven(services, signedIn, caller.now);
  const place = refusal ?? exports.enter(user.id, caller.now);
  if ('refused' in place) return reported(services, 'account_export', caller, { ...place, user });
  const close = () => exports.leave(user.id, place);
  try {
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
    sessions: whileTaken(services, place, sessions),
    activity: whileTaken(services, place, activityPages(services, signedIn)),
    close,
  });
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
