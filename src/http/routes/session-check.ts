/** The session check: its answer to a request, for the route and for the library (rulings B1 and B3). */

import { isNamedByAddress } from '../../concepts/accounts/identifiers.ts';
import { type Awaitable, after } from '../../storage/port/awaitable.ts';
import type { Services } from '../../usecases/services.ts';
import { type Checked, SessionCheck } from '../../usecases/session-check.ts';
import type { Contract } from '../contract.ts';
import { refusalReply } from '../refusals/refusal-reply.ts';
import { prepared, type Reply } from '../reply.ts';
import { type Carriers, sessionId } from '../request/session-id.ts';
import { utc } from '../timestamps.ts';
import { routeGroup } from './signed-in.ts';

/** Results of checks: a live session, a dead one, or no usable id in the request. */
export type CheckCounts = Record<'live' | 'dead' | 'none', number>;

/** The answer for a live session. */
export type CheckAnswer = ReturnType<typeof answerOf>;

/** Finds the id that a request presents, checks it, and counts the result. */
export class RequestCheck {
  readonly counts: CheckCounts = { live: 0, dead: 0, none: 0 };
  readonly #sessions: SessionCheck;

  constructor(services: Pick<Services, 'sessions' | 'cache'>) {
    this.#sessions = new SessionCheck(services, (checked) => JSON.stringify(answerOf(checked)));
  }

  /** The answer for the live session of a request, a {@link CheckAnswer} as JSON; `undefined` if it has none. */
  answer(request: Carriers, now: number): Awaitable<string | undefined> {
    const id = sessionId(request);
    if (id !== undefined) return after(this.#sessions.answer(id, now), this.#counted);
    this.counts.none += 1;
    return undefined;
  }

  readonly #counted = (answer: string | undefined): string | undefined => {
    this.counts[answer === undefined ? 'dead' : 'live'] += 1;
    return answer;
  };
}

export function sessionCheck(check: RequestCheck): Contract {
  const reply = (answer: string | undefined): Reply =>
    answer === undefined ? noSession : { status: 200, body: answer };

  const contract: Contract = {
    ...routeGroup,
    name: 'session',
    routes: [
      {
        method: 'GET',
        path: '/auth/session',
        answer: ({ request, now }) => after(check.answer(request, now), reply),
      },
    ],
  };
  // A check is not an audit event: failures are counted but not reported, and share one prepared reply.
  const noSession = prepared(refusalReply(contract, { refused: 'no_session' }, { requestId: '' }));
  return contract;
}

function answerOf({ user, session }: Checked) {
  const name = user.identifier.includes('@')
    ? { email: user.identifier, email_verified: user.emailVerifiedAt !== null && isNamedByAddress(user) }
    : { username: user.identifier };
  return {
    user: { id: user.id, ...name, created_at: utc(user.createdAt) },
    session: {
      handle: session.handle,
      created_at: utc(session.createdAt),
      last_seen_at: utc(session.lastSeenAt),
      idle_expires_at: utc(session.idleExpiresAt),
      expires_at: utc(session.expiresAt),
    },
  };
}
