/** A person's own account, under `/auth`: confirming and changing the password, activity, export and deletion. */

import { changePassword } from '../../usecases/account/change-password.ts';
import { type Export, Exports, exportAccount } from '../../usecases/account/export-account.ts';
import { activity, deleteAccount } from '../../usecases/account/own-account.ts';
import { confirm, type SignedIn } from '../../usecases/account/step-up.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import type { Services } from '../../usecases/services.ts';
import { BodyStream, jsonItems } from '../body-stream.ts';
import type { Contract } from '../contract.ts';
import type { Reply } from '../reply.ts';
import type { Cookies } from '../request/cookies.ts';
import { cookieIds } from '../request/session-id.ts';
import type { RequestContext } from '../request-context.ts';
import { utc } from '../timestamps.ts';
import { shownEntry, shownSession } from './representations.ts';
import { forSignedIn, routeGroup } from './signed-in.ts';

export function ownAccount(services: Services, cookies: Cookies): Contract {
  const signedIn = forSignedIn(services);
  const exports = new Exports();

  /** Returns the new id of the session in the body, and in the cookie if the old id came in the cookie. */
  function renewed({ request }: RequestContext, signedIn: SignedIn, { id }: { readonly id: string }): Reply {
    const lasting = services.sessions.lastingOf(signedIn.session);
    const headers = cookieIds(request).includes(signedIn.id) ? cookies.renew(id, lasting) : {};
    return { status: 200, body: { session_id: id }, headers };
  }

  return {
    ...routeGroup,
    name: 'account',
    hasCookies: true,
    routes: [
      {
        method: 'POST',
        path: '/auth/confirm',
        body: 'json',
        hashes: true,
        event: 'confirm',
        answer: signedIn(['password'], async (person, context, asked) => {
          const outcome = await confirm(services, person, asked.password, context);
          return isRefusal(outcome) ? outcome : renewed(context, person, outcome);
        }),
      },
      {
        method: 'POST',
        path: '/auth/password',
        body: 'json',
        hashes: true,
        event: 'password_change',
        answer: signedIn(['current_password', 'new_password'], async (person, context, asked) => {
          const change = { current: asked.current_password, replacement: asked.new_password };
          const outcome = await changePassword(services, person, change, context);
          return isRefusal(outcome) ? outcome : renewed(context, person, outcome);
        }),
      },
      {
        method: 'DELETE',
        path: '/auth/account',
        body: 'json',
        hashes: true,
        event: 'account_delete',
        answer: signedIn(['password'], async (person, context, asked) => {
          const outcome = await deleteAccount(services, person, asked.password, context);
          return isRefusal(outcome) ? outcome : { status: 204, headers: cookies.clear() };
        }),
      },
      {
        method: 'GET',
        path: '/auth/account/export',
        answer: signedIn([], async (person, context) => {
          const exported = await exportAccount(services, exports, person, context);
          if (isRefusal(exported)) return exported;
          const stream = new BodyStream(exportText(exported, person.session.handle), exported.close);
          return { status: 200, stream, headers: { 'content-type': 'application/json' } };
        }),
      },
      {
        method: 'GET',
        path: '/auth/account/activity',
        answer: signedIn([], async (person, context) => {
          const before = readBefore(context.query);
          if (before === null) return { refused: 'malformed_query', allowed: '?before=SEQUENCE-NUMBER' };
          const entries = await activity(services, person, before);
          return {
            status: 200,
            body: { activity: entries.map(shownEntry), next: entries.at(-1)?.seq ?? null },
          };
        }),
      },
    ],
  };
}

/** An export as JSON, part by part. */
async function* exportText(
  { user, sessions, activity }: Export,
  currentHandle: string,
): AsyncGenerator<string> {
  const shown = {
    id: user.id,
    identifier: user.identifier,
    created_at: utc(user.createdAt),
    email: user.email,
    email_verified_at: user.emailVerifiedAt === null ? null : utc(user.emailVerifiedAt),
  };
  yield `{"user":${JSON.stringify(shown)},"sessions":[`;
  yield* jsonItems(sessions, (session) => shownSession(session, currentHandle));
  yield '],"activity":[';
  yield* jsonItems(activity, shownEntry);
  yield ']}';
}

/** The sequence number that the page ends before; `undefined` for the first page, `null` for a malformed query. */
function readBefore(query: string): number | undefined | null {
  if (query === '') return undefined;
  const [, before] = /^before=(\d{1,15})$/.exec(query) ?? [];
  return before === undefined ? null : Number(before);
}
