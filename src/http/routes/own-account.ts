/** A person's own account, under `/auth`: proving and changing the password, seeing what is kept, ending it all. */

import { changePassword } from '../../usecases/account/change-password.ts';
import { type Export, Exports, exportAccount } from '../../usecases/account/export-account.ts';
import { activity, deleteAccount } from '../../usecases/account/own-account.ts';
import { confirm, type SignedIn } from '../../usecases/account/step-up.ts';
import { isRefusal, type Services } from '../../usecases/services.ts';
import { BodyStream, jsonItems } from '../body-stream.ts';
import type { Contract, Reply } from '../contract.ts';
import { textFields } from '../request/body-fields.ts';
import { cookieIds, type SessionCookie } from '../request/session-id.ts';
import type { RequestContext } from '../request-context.ts';
import { utc } from '../timestamps.ts';
import { shownEntry, shownSession } from './representations.ts';
import { asSignedIn, refuse } from './signed-in.ts';

export function ownAccount(services: Services, cookie: SessionCookie): Contract {
  const exports = new Exports();

  /** The new id of a session goes where the old one came from. */
  function renewed({ request }: RequestContext, signedIn: SignedIn, { id }: { readonly id: string }): Reply {
    const headers = cookieIds(request).includes(signedIn.id) ? cookie.set(id) : {};
    return { status: 200, body: { session_id: id }, headers };
  }

  return {
    name: 'account',
    hasCookies: true,
    owns: () => false,
    refuse,
    routes: [
      {
        method: 'POST',
        path: '/auth/confirm',
        body: 'json',
        hashes: true,
        event: 'confirm',
        answer: (context) =>
          asSignedIn(services, context, async (signedIn) => {
            const asked = textFields(context.fields, 'password');
            if (isRefusal(asked)) return asked;
            const outcome = await confirm(services, signedIn, asked.password, context);
            return isRefusal(outcome) ? outcome : renewed(context, signedIn, outcome);
          }),
      },
      {
        method: 'POST',
        path: '/auth/password',
        body: 'json',
        hashes: true,
        event: 'password_change',
        answer: (context) =>
          asSignedIn(services, context, async (signedIn) => {
            const asked = textFields(context.fields, 'current_password', 'new_password');
            if (isRefusal(asked)) return asked;
            const change = { current: asked.current_password, replacement: asked.new_password };
            const outcome = await changePassword(services, signedIn, change, context);
            return isRefusal(outcome) ? outcome : renewed(context, signedIn, outcome);
          }),
      },
      {
        method: 'DELETE',
        path: '/auth/account',
        body: 'json',
        hashes: true,
        event: 'account_delete',
        answer: (context) =>
          asSignedIn(services, context, async (signedIn) => {
            const asked = textFields(context.fields, 'password');
            if (isRefusal(asked)) return asked;
            const outcome = await deleteAccount(services, signedIn, asked.password, context);
            return isRefusal(outcome) ? outcome : { status: 204, headers: cookie.clear() };
          }),
      },
      {
        method: 'GET',
        path: '/auth/account/export',
        body: 'none',
        answer: (context) =>
          asSignedIn(services, context, async (signedIn) => {
            const exported = await exportAccount(services, exports, signedIn, context);
            if (isRefusal(exported)) return exported;
            const stream = new BodyStream(exportText(exported, signedIn.session.handle), exported.close);
            return { status: 200, stream, headers: { 'content-type': 'application/json' } };
          }),
      },
      {
        method: 'GET',
        path: '/auth/account/activity',
        body: 'none',
        answer: (context) =>
          asSignedIn(services, context, async (signedIn) => {
            const before = readBefore(context.query);
            if (before === null) return { refused: 'malformed_query', allowed: '?before=SEQUENCE-NUMBER' };
            const entries = await activity(services, signedIn, before);
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

/** The sequence number to go on before; `undefined` for the first page, `null` for a query that is not one. */
function readBefore(query: string): number | undefined | null {
  if (query === '') return undefined;
  const [, before] = /^before=(\d{1,15})$/.exec(query) ?? [];
  return before === undefined ? null : Number(before);
}
