/** The route of the session check (rulings B1 and B3). */

import { after } from '../../storage/port/awaitable.ts';
import type { Services } from '../../usecases/services.ts';
import { type Checked, SessionCheck } from '../../usecases/session-check.ts';
import type { Contract } from '../contract.ts';
import { refusalReply } from '../refusals/refusal-reply.ts';
import { prepared, type Reply } from '../reply.ts';
import { sessionId } from '../request/session-id.ts';
import { utc } from '../timestamps.ts';
import { routeGroup } from './signed-in.ts';

/** Results of checks: a live session, a dead one, or no usable id in the request. */
export type CheckCounts = Record<'live' | 'dead' | 'none', number>;

export function sessionCheck(
  services: Services,
  counts: CheckCounts = { live: 0, dead: 0, none: 0 },
): Contract {
  const sessions = new SessionCheck(services, inWords);

  function reply(answer: string | undefined): Reply {
    if (answer === undefined) {
      counts.dead += 1;
      return noSession;
    }
    counts.live += 1;
    return { status: 200, body: answer };
  }

  const contract: Contract = {
    ...routeGroup,
    name: 'session',
    routes: [
      {
        method: 'GET',
        path: '/auth/session',
        answer(context) {
          const id = sessionId(context.request);
          if (id !== undefined) return after(sessions.answer(id, context.now), reply);
          counts.none += 1;
          return noSession;
        },
      },
    ],
  };
  // A check is not an audit event: failures are counted but not reported, and share one prepared reply.
  const noSession = prepared(refusalReply(contract, { refused: 'no_session' }, ''));
  return contract;
}

/** The answer for a live session, as JSON. */
function inWords({ user, session }: Checked): string {
  const name = user.identifier.includes('@')
    ? { email: user.identifier, email_verified: user.emailVerifiedAt !== null }
    : { username: user.identifier };
  return JSON.stringify({
    user: { id: user.id, ...name, created_at: utc(user.createdAt) },
    session: {
      handle: session.handle,
      created_at: utc(session.createdAt),
      last_seen_at: utc(session.lastSeenAt),
      idle_expires_at: utc(session.idleExpiresAt),
      expires_at: utc(session.expiresAt),
    },
  });
}
