/** The session check (ruling B1): who is this? */

import { after } from '../storage/awaitable.ts';
import type { Session, User } from '../storage/port.ts';
import { type Checked, check } from '../usecases/check.ts';
import { type Gate, isRefusal } from '../usecases/gate.ts';
import { bearerIds, cookieIds, headerIds, presentedId } from './carrier.ts';
import type { Contract, Refused, Reply } from './contract.ts';
import { problemFor } from './problem.ts';
import { siteWords } from './words.ts';

export function sessionCheck(gate: Gate): Contract {
  const refuse = problemFor(siteWords);
  const bodies = new Bodies();

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
        answer({ request, now }) {
          const id = presentedId([headerIds(request), bearerIds(request)], cookieIds(request));
          if (id === undefined) return notAuthenticated({ refused: 'no_session' });
          return after(check(gate, id, now), (outcome) =>
            isRefusal(outcome) ? notAuthenticated(outcome) : { status: 200, body: bodies.of(outcome) },
          );
        },
      },
    ],
  };
}

/** A body is written once for a session as it stands; writing five dates costs more than finding it again. */
class Bodies {
  readonly #known = new WeakMap<Session, { readonly user: User; readonly text: string }>();

  of(checked: Checked): string {
    const known = this.#known.get(checked.session);
    if (known?.user === checked.user) return known.text;
    const text = JSON.stringify(body(checked));
    this.#known.set(checked.session, { user: checked.user, text });
    return text;
  }
}

function body({ user, session }: Checked): object {
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
