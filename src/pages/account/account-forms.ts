/** The forms of the account page: changing the address and the password, downloading and deleting everything. */

import type { AuditEvent } from '../../concepts/audit.ts';
import { BodyStream } from '../../http/body-stream.ts';
import type { AnyRefusal, Route } from '../../http/contract.ts';
import type { Reply } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { exportText } from '../../http/routes/representations.ts';
import { requestEmailChange, requestVerification } from '../../usecases/account/change-email.ts';
import { changePassword } from '../../usecases/account/change-password.ts';
import { exportAccount } from '../../usecases/account/export-account.ts';
import { deleteAccount } from '../../usecases/account/own-account.ts';
import type { SignedIn } from '../../usecases/account/step-up.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { pageWords } from '../page-words.ts';
import { emptyFields } from '../parts/fields.ts';
import { seeOther, type Typed, typedIn } from '../parts/form-page.ts';
import { type FieldName, type Problems, problemsOf } from '../parts/problems.ts';
import type { PageServices, View } from '../parts/view.ts';
import { accountPage } from './account-page.ts';
import type { Section } from './account-state.ts';
import { confirmPage } from './confirm-page.ts';
import { forPerson } from './person.ts';

interface AccountForm<Name extends FieldName> {
  readonly path: string;
  readonly section: Section;
  readonly event: AuditEvent;
  readonly hashes?: true;
  readonly names: readonly Name[];
  act(person: SignedIn, typed: Typed<Name>, view: View, context: RequestContext): Promise<Reply | AnyRefusal>;
  /** The words for a refusal, where they differ from the usual ones. */
  explain?(view: View, refusal: AnyRefusal): Problems | undefined;
}

/**
 * The routes of one form. Where the password was not confirmed recently, the answer is the page that confirms it, and the
 * action is not done. A GET, as from the address bar after a refused form, leads back to the account.
 */
export function accountForm<Name extends FieldName>(pages: PageServices, form: AccountForm<Name>): Route[] {
  const { path, section, event, hashes, names, act, explain } = form;
  return [
    {
      method: 'GET',
      path,
      answer: forPerson(pages, path, (_person, { root }) => seeOther(`${root}account#${section}`)),
    },
    {
      method: 'POST',
      path,
      body: 'form',
      event,
      ...(hashes && { hashes }),
      answer: forPerson(pages, path, async (person, view, context) => {
        const typed = typedIn(context.fields, names);
        const { identifier = '' } = typed as Partial<Typed>;
        const again = (problems: Problems, status: number) =>
          accountPage(pages, view, person, context, { section, problems, status, identifier });
        const empty = emptyFields(view.texts, typed, names);
        if (empty) return { refused: 'missing_field', field: names.join(), reply: await again(empty, 400) };
        const outcome = await act(person, typed, view, context);
        if (!isRefusal(outcome)) return outcome;
        const { status } = pageWords[outcome.refused];
        const problems = explain?.(view, outcome) ?? problemsOf(view.texts, outcome, names);
        const reply =
          outcome.refused === 'not_proven'
            ? await confirmPage(pages, view, person, { section, problems, status })
            : await again(problems, status);
        return { ...outcome, reply };
      }),
    },
  ];
}

/** The forms that change the account. */
export function accountForms(pages: PageServices): Route[] {
  const { services, cookies, exports } = pages;
  return [
    ...accountForm<never>(pages, {
      path: '/account/verify',
      section: 'profile',
      event: 'email_verify_request',
      names: [],
      async act(person, _typed, { root }, context) {
        const outcome = await requestVerification(services, person, context);
        return isRefusal(outcome) ? outcome : seeOther(`${root}account?done=verification_sent#profile`);
      },
    }),
    ...accountForm<'identifier' | 'password'>(pages, {
      path: '/account/email',
      section: 'profile',
      event: 'email_change_request',
      hashes: true,
      names: ['identifier', 'password'],
      async act(person, { identifier, password }, { root }, context) {
        const outcome = await requestEmailChange(services, person, { email: identifier, password }, context);
        return isRefusal(outcome) ? outcome : seeOther(`${root}account?done=change_sent#profile`);
      },
      explain: ({ texts }, { refused }) =>
        refused === 'invalid_identifier'
          ? { beside: { identifier: texts.problems.invalid_email } }
          : undefined,
    }),
    ...accountForm<'password' | 'new_password'>(pages, {
      path: '/account/password',
      section: 'password',
      event: 'password_change',
      hashes: true,
      names: ['password', 'new_password'],
      async act(person, typed, { root }, context) {
        const change = { current: typed.password, replacement: typed.new_password };
        const outcome = await changePassword(services, person, change, context);
        if (isRefusal(outcome)) return outcome;
        const headers = cookies.renew(outcome.id, services.sessions.lastingOf(person.session));
        return seeOther(`${root}account?done=password_changed#password`, headers);
      },
    }),
    ...accountForm<never>(pages, {
      path: '/account/export',
      section: 'data',
      event: 'account_export',
      names: [],
      async act(person, _typed, _view, context) {
        const exported = await exportAccount(services, exports, person, context);
        if (isRefusal(exported)) return exported;
        return {
          status: 200,
          stream: new BodyStream(exportText(exported, person.session.handle), exported.close),
          headers: {
            'content-type': 'application/json',
            'content-disposition': 'attachment; filename="account.json"',
          },
        };
      },
    }),
    ...accountForm<'password'>(pages, {
      path: '/account/delete',
      section: 'delete',
      event: 'account_delete',
      hashes: true,
      names: ['password'],
      async act(person, { password }, { root }, context) {
        const outcome = await deleteAccount(services, person, password, context);
        if (isRefusal(outcome)) return outcome;
        return seeOther(`${root}sign-in?done=account_deleted`, cookies.clear());
      },
    }),
  ];
}
