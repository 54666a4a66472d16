/** A person's own sessions, under `/auth/sessions`: seeing them and ending them. */

import { type Gate, isRefusal } from '../usecases/gate.ts';
import { endSession, endSessions, listSessions } from '../usecases/sessions.ts';
import type { SessionCookie } from './carrier.ts';
import type { Contract, Reply } from './contract.ts';
import { shownSession } from './shown.ts';
import { asSignedIn, refuse } from './signedin.ts';

export function ownSessions(gate: Gate, cookie: SessionCookie): Contract {
  return {
    name: 'sessions',
    hasCookies: true,
    owns: () => false,
    refuse,
    routes: [
      {
        method: 'GET',
        path: '/auth/sessions',
        body: 'none',
        answer: (call) =>
          asSignedIn(gate, call, async (signedIn) => {
            const sessions = await listSessions(gate, signedIn, call.now);
            const { handle } = signedIn.session;
            return {
              status: 200,
              body: { sessions: sessions.map((session) => shownSession(session, handle)) },
            };
          }),
      },
      {
        method: 'DELETE',
        path: '/auth/sessions',
        body: 'any',
        event: 'logout',
        answer: (call) =>
          asSignedIn(gate, call, async (signedIn) => {
            const which = readAll(call.query);
            if (which === undefined) return { refused: 'malformed_query', allowed: '?all=true' };
            const outcome = await endSessions(gate, signedIn, which, call);
            if (isRefusal(outcome)) return outcome;
            return { ...cleared(which === 'all'), status: 200, body: { ended: outcome.ended.length } };
          }),
      },
      {
        method: 'DELETE',
        path: '/auth/sessions/:handle',
        body: 'any',
        event: 'logout',
        answer: (call) =>
          asSignedIn(gate, call, async (signedIn) => {
            const ended = await endSession(gate, signedIn, call.handle, call);
            if (isRefusal(ended)) return ended;
            return { ...cleared(ended.handle === signedIn.session.handle), status: 204 };
          }),
      },
    ],
  };

  /** Clears the cookie where the session that asked has ended itself. */
  function cleared(own: boolean): Pick<Reply, 'headers'> {
    return own ? { headers: cookie.clear() } : {};
  }
}

/** No query spares the session that asks; `all=true` does not; anything else is a slip that must not end the wrong ones. */
function readAll(query: string): 'all' | 'others' | undefined {
  if (query === '') return 'others';
  return query === 'all=true' ? 'all' : undefined;
}
