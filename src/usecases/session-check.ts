/** The session check: finds the user of a session id, from the cache where ruling N2 allows it. */

import { maxIdLength, type NoSession, unknownSession } from '../concepts/sessions/sessions.ts';
import { digest } from '../crypto/ids.ts';
import { type Awaitable, after } from '../storage/port/awaitable.ts';
import type { SessionWithUser, User } from '../storage/port/port.ts';
import type { Asking } from '../storage/shared/session-cache.ts';
import { isRefusal } from './refusals.ts';
import type { Services } from './services.ts';

/** A live session of a user who exists and is not disabled. */
export interface Checked extends SessionWithUser {
  readonly user: User;
}

const noSession: NoSession = { refused: 'no_session' };
const disabledUser: NoSession = { refused: 'no_session' };

/**
 * Finds the user of a session id in the store. A session whose user is removed or disabled is dead. The cache forgets a
 * session that is refused here: no later check of this process accepts it, whatever the feed has told so far.
 */
export function check(
  services: Pick<Services, 'sessions' | 'cache'>,
  id: string,
  now: number,
): Awaitable<Checked | NoSession> {
  return after(verdict(services.sessions.use(id, now)), (checked) => {
    if (isRefusal(checked) && id.length <= maxIdLength) services.cache.sessionRevoked(digest(id));
    return checked;
  });
}

function verdict(found: Awaitable<SessionWithUser | NoSession>): Awaitable<Checked | NoSession> {
  return after(found, (used) => {
    if (isRefusal(used) || isOfActiveUser(used)) return used;
    return used.user === undefined ? noSession : disabledUser;
  });
}

function isOfActiveUser(used: SessionWithUser): used is Checked {
  return used.user !== undefined && used.user.disabledAt === null;
}

/** The check with the cache of answers; `inWords` makes the answer for a live session. */
export class SessionCheck {
  readonly #services: Pick<Services, 'sessions' | 'cache'>;
  readonly #inWords: (checked: Checked) => string;

  constructor(services: Pick<Services, 'sessions' | 'cache'>, inWords: (checked: Checked) => string) {
    this.#services = services;
    this.#inWords = inWords;
  }

  /** The answer for a session id; `undefined` if its session is dead. */
  answer(id: string, now: number): Awaitable<string | undefined> {
    return id.length > maxIdLength ? undefined : this.answerHashed(digest(id), now);
  }

  /** The same by the SHA-256 of the id, as 64 hexadecimal digits. */
  answerHashed(idHash: string, now: number): Awaitable<string | undefined> {
    const { cache, sessions } = this.#services;
    const known = cache.find(idHash, now);
    if (known !== undefined) return known ?? undefined;
    const asking = cache.asking();
    return after(verdict(sessions.useHashed(idHash, now)), (checked) => this.#keep(idHash, checked, asking));
  }

  #keep(idHash: string, checked: Checked | NoSession, asking: Asking): string | undefined {
    const { cache, sessions } = this.#services;
    if (isRefusal(checked)) {
      // An idle session is not kept as dead: a use that another process has not written yet may revive it.
      if (checked === unknownSession || checked === disabledUser) cache.keepDead(idHash, asking);
      return undefined;
    }
    const answer = this.#inWords(checked);
    const basis = { userId: checked.user.id, until: sessions.unchangedUntil(checked.session) };
    cache.keep(idHash, answer, basis, asking);
    return answer;
  }
}
