/** A person's own sessions, under `/auth/sessions`: seeing them and ending them. */

import type { SessionQuery } from '../../storage/port/port.ts';
import { endSession, endSessions, listSessions } from '../../usecases/account/own-sessions.ts';
import { isRefusal, type Services } from '../../usecases/services.ts';
import type { Contract, Reply } from '../contract.ts';
import type { SessionCookie } from '../request/session-id.ts';
import { shownSession } from './representations.ts';
import { asSignedIn, refuse } from './signed-in.ts';

type Place = NonNullable<SessionQuery['before']>;

export function ownSessions(services: Services, cookie: SessionCookie): Contract {
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
        answer: (context) =>
          asSignedIn(services, context, async (signedIn) => {
            const before = readBefore(context.query);
            if (before === null) return { refused: 'malformed_query', allowed: '?before=NEXT' };
            const { sessions, next } = await listSessions(services, signedIn, before, context.now);
            const { handle } = signedIn.session;
            const shown = sessions.map((session) => shownSession(session, handle));
            return { status: 200, body: { sessions: shown, next: next ? placeOf(next) : null } };
          }),
      },
      {
        method: 'DELETE',
        path: '/auth/sessions',
        body: 'any',
        event: 'logout',
        answer: (context) =>
          asSignedIn(services, context, async (signedIn) => {
            const which = readAll(context.query);
            if (which === undefined) return { refused: 'malformed_query', allowed: '?all=true' };
            const outcome = await endSessions(services, signedIn, which, context);
            if (isRefusal(outcome)) return outcome;
            return { ...cleared(which === 'all'), status: 200, body: { ended: outcome.ended } };
          }),
      },
      {
        method: 'DELETE',
        path: '/auth/sessions/:handle',
        body: 'any',
        event: 'logout',
        answer: (context) =>
          asSignedIn(services, context, async (signedIn) => {
            const ended = await endSession(services, signedIn, context.handle, context);
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

/** How a place in the list is spelled: an instant and a handle. */
function placeOf({ lastSeenAt, handle }: Place): string {
  return `${lastSeenAt}-${handle}`;
}

/** The place to go on behind; `undefined` for the first page, `null` for a query that names none. */
function readBefore(query: string): Place | undefined | null {
  if (query === '') return undefined;
  const [, lastSeenAt, handle] = /^before=(\d{1,15})-([a-z0-9]{1,64})$/.exec(query) ?? [];
  return lastSeenAt === undefined || handle === undefined ? null : { lastSeenAt: Number(lastSeenAt), handle };
}

/** No query spares the session that asks; `all=true` does not; anything else is a slip that must not end the wrong ones. */
function readAll(query: string): 'all' | 'others' | undefined {
  if (query === '') return 'others';
  return query === 'all=true' ? 'all' : undefined;
}
