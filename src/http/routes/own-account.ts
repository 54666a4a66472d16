/** A person's own account, under `/auth`: confirming and changing the password, activity, export and deletion. */

import { changePassword } from '../../usecases/account/change-password.ts';
import { type Exports, exportAccount } from '../../usecases/account/export-account.ts';
import { activity, deleteAccount } from '../../usecases/account/own-account.ts';
import { confirm, type SignedIn } from '../../usecases/account/step-up.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import type { Services } from '../../usecases/services.ts';
import { BodyStream } from '../body-stream.ts';
import type { Contract } from '../contract.ts';
import type { Reply } from '../reply.ts';
import { readCode } from '../request/account-input.ts';
import type { Cookies } from '../request/cookies.ts';
import { readBefore } from '../request/paging-query.ts';
import type { RequestContext } from '../request-context.ts';
import { exportText, shownEntry } from './representations.ts';
import { forSignedIn, renewedCookie, routeGroup } from './signed-in.ts';

export function ownAccount(services: Services, cookies: Cookies, exports: Exports): Contract {
  const signedIn = forSignedIn(services);

  /** Returns the new id of the session in the body, and in the cookie if the old id came in the cookie. */
  function renewed(context: RequestContext, person: SignedIn, { id }: { readonly id: string }): Reply {
    const headers = renewedCookie(services, cookies, context, person, id);
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
          const second = readCode(context.fields);
          if (isRefusal(second)) return second;
          const outcome = await confirm(services, person, { ...asked, ...second }, context);
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
