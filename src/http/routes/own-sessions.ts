/** A person's own sessions, under `/auth/sessions`: listing and ending them. */

import { endSession, endSessions, listSessions } from '../../usecases/account/own-sessions.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import type { Services } from '../../usecases/services.ts';
import type { Contract } from '../contract.ts';
import type { Reply } from '../reply.ts';
import type { Cookies } from '../request/cookies.ts';
import { cursorText, readCursor } from '../request/paging-query.ts';
import { shownSession } from './representations.ts';
import { forSignedIn, routeGroup } from './signed-in.ts';

export function ownSessions(services: Services, cookies: Cookies): Contract {
  const signedIn = forSignedIn(services);

  return {
    ...routeGroup,
    name: 'sessions',
    hasCookies: true,
    routes: [
      {
        method: 'GET',
        path: '/auth/sessions',
        answer: signedIn([], async (person, context) => {
          const before = readCursor(context.query);
          if (before === null) return { refused: 'malformed_query', allowed: '?before=NEXT' };
          const { sessions, next } = await listSessions(services, person, before, context.now);
          const { handle } = person.session;
          const shown = sessions.map((session) => shownSession(session, handle));
          return { status: 200, body: { sessions: shown, next: next ? cursorText(next) : null } };
        }),
      },
      {
        method: 'DELETE',
        path: '/auth/sessions',
        event: 'logout',
        answer: signedIn([], async (person, context) => {
          const which = readAll(context.query);
          if (which === undefined) return { refused: 'malformed_query', allowed: '?all=true' };
          const outcome = await endSessions(services, person, which, context);
          if (isRefusal(outcome)) return outcome;
          return { ...cleared(which === 'all'), status: 200, body: { ended: outcome.ended } };
        }),
      },
      {
        method: 'DELETE',
        path: '/auth/sessions/:handle',
        event: 'logout',
        answer: signedIn([], async (person, context) => {
          const ended = await endSession(services, person, context.handle, context);
          if (isRefusal(ended)) return ended;
          return { ...cleared(ended.handle === person.session.handle), status: 204 };
        }),
      },
    ],
  };

  /** Clears the cookie if the asking session has ended. */
  function cleared(own: boolean): Pick<Reply, 'headers'> {
    return own ? { headers: cookies.clear() } : {};
  }
}

/** Without a query the asking session stays; with `all=true` it ends too. A typo is refused and ends none. */
function readAll(query: string): 'all' | 'others' | undefined {
  if (query === '') return 'others';
  return query === 'all=true' ? 'all' : undefined;
}
