/** The session check (ruling B1): who is this? */

import type { NoSession } from '../concepts/sessions.ts';
import { after } from '../storage/awaitable.ts';
import type { Session, User } from '../storage/port.ts';
import { type Checked, check } from '../usecases/check.ts';
import { type Gate, isRefusal } from '../usecases/gate.ts';
import type { Contract, Reply } from './contract.ts';
import { utc } from './created.ts';
import { refuse, sessionId } from './signedin.ts';

/** How the checks ended: with a live session, with a dead one, or with none that could be looked for. */
export type CheckCounts = Record<'live' | 'dead' | 'none', number>;

export function sessionCheck(gate: Gate, counts: CheckCounts = { live: 0, dead: 0, none: 0 }): Contract {
  const bodies = new Bodies();

  function answer(outcome: Checked | NoSession): Reply {
    if (isRefusal(outcome)) {
      counts.dead += 1;
      return refuse(outcome);
    }
    counts.live += 1;
    return { status: 200, body: bodies.of(outcome) };
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
        answer(call) {
          const id = sessionId(call);
          if (id !== undefined) return after(check(gate, id, call.now), answer);
          counts.none += 1;
          return refuse({ refused: 'no_session' });
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
