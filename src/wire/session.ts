/** The session check (ruling B1): who is this? */

import { type Checked, check } from '../usecases/check.ts';
import { type Gate, isRefusal } from '../usecases/gate.ts';
import { bearerIds, cookieIds, headerIds, presentedId } from './carrier.ts';
import type { Contract, Refused, Reply } from './contract.ts';
import { problemFor } from './problem.ts';
import { siteWords } from './words.ts';

export function sessionCheck(gate: Gate): Contract {
  const refuse = problemFor(siteWords);

  /** A refusal names the scheme that would be accepted (RFC 9110, section 11.6.1). */
  function notAuthenticated(refused: Refused): Reply {
    const reply = refuse(refused);
    return { ...reply, headers: { ...reply.headers, 'www-authenticate': 'Bearer' } };
  }

  return {
    name: 'session',
    owns: () => false,
    refuse,
    routes: [
      {
        method: 'GET',
        path: '/auth/session',
        body: 'none',
        async answer({ request, caller }) {
          const id = presentedId([...headerIds(request), ...bearerIds(request)], cookieIds(request));
          if (id === undefined) return notAuthenticated({ refused: 'no_session' });
          const outcome = await check(gate, id, caller.now);
          return isRefusal(outcome) ? notAuthenticated(outcome) : { status: 200, body: shown(outcome) };
        },
      },
    ],
  };
}

function shown({ user, session }: Checked): object {
  const name = user.identifier.includes('@') ? 'email' : 'username';
  return {
    user: { id: user.id, [name]: user.identifier, created_at: utc(user.createdAt) },
    session: {
      handle: session.handle,
      created_at: utc(session.createdAt),
      last_seen_at: utc(session.lastSeenAt),
      idle_expires_at: utc(session.idleExpiresAt),
      expires_at: utc(session.expiresAt),
    },
  };
}

/** RFC 3339 in UTC, with milliseconds. */
function utc(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
