/** The session check: its answer to a request, for the route and for the library (rulings B1 and B3). */

import { type Awaitable, after } from '../../storage/port/awaitable.ts';
import type { Services } from '../../usecases/services.ts';
import { SessionCheck } from '../../usecases/session-check.ts';
import type { Contract, Route } from '../contract.ts';
import { inWords } from '../forward/cached-answer.ts';
import { refusalReply } from '../refusals/refusal-reply.ts';
import { prepared, type Reply } from '../reply.ts';
import { type Carriers, sessionId } from '../request/session-id.ts';
import { routeGroup } from './signed-in.ts';

/** Results of checks: a live session, a dead one, or no usable id in the request. */
export type CheckCounts = Record<'live' | 'dead' | 'none', number>;

/** Finds the id that a request presents, checks it, and counts the result. */
export class RequestCheck {
  readonly counts: CheckCounts = { live: 0, dead: 0, none: 0 };
  readonly #sessions: SessionCheck;

  constructor(services: Pick<Services, 'sessions' | 'cache'>) {
    this.#sessions = new SessionCheck(services, inWords);
  }

  /** The answer for the live session of a request, a `CheckAnswer` as JSON; `undefined` if it has none. */
  answer(request: Carriers, now: number): Awaitable<string | undefined> {
    return after(this.cached(request, now), jsonOf);
  }

  /** The same as it is cached: see {@link inWords}. */
  cached(request: Carriers, now: number): Awaitable<string | undefined> {
    const id = sessionId(request);
    if (id !== undefined) return after(this.#sessions.answer(id, now), this.#counted);
    this.counts.none += 1;
    return undefined;
  }

  /** The same for the hash of an id, without counting it. */
  hashed(idHash: string, now: number): Awaitable<string | undefined> {
    return this.#sessions.answerHashed(idHash, now);
  }

  readonly #counted = (answer: string | undefined): string | undefined => {
    this.counts[answer === undefined ? 'dead' : 'live'] += 1;
    return answer;
  };
}

export function sessionCheck(check: RequestCheck): Contract {
  const reply = (json?: string): Reply => (json === undefined ? noSession : { status: 200, body: json });
  const answer: Route['answer'] = ({ request, now }) => after(check.answer(request, now), reply);
  const routes: Route[] = [{ method: 'GET', path: '/auth/session', answer }];
  const contract: Contract = { ...routeGroup, name: 'session', routes };
  // A check is not an audit event: failures are counted but not reported, and share one prepared reply.
  const noSession = prepared(refusalReply(contract, { refused: 'no_session' }, { requestId: '' }));
  return contract;
}

/** The JSON out of what is cached. */
export function jsonOf(cached: string | undefined): string | undefined {
  return cached?.startsWith('\n') ? cached.slice(cached.indexOf('\n', 1) + 1) : cached;
}
