/** The page `/sign-in`: a name, a password, and whether to stay signed in. */

import type { Route } from '../../http/contract.ts';
import { login } from '../../usecases/login.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { personOf } from '../account/person.ts';
import { alert, field, hidden, identifierLabel, notice, rememberBox, submit } from '../parts/fields.ts';
import { formPage } from '../parts/form-page.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import type { FieldName } from '../parts/problems.ts';
import type { PageServices, View } from '../parts/view.ts';
import { lastingOf, signedIn, withTarget } from './after-sign-in.ts';

/** One status and one sentence for all of them, as on `rest` (ruling R1): they do not say which names exist. */
const wrong: ReadonlySet<string> = new Set(['unknown_account', 'wrong_password', 'account_disabled']);

export function signIn(pages: PageServices): Route[] {
  const { services, targets } = pages;
  return formPage<FieldName & ('identifier' | 'password')>(pages, {
    path: '/sign-in',
    event: 'login',
    hashes: true,
    names: ['identifier', 'password'],
    async show(view, { typed, problems, status, query, returnTo, isRemembered }, context) {
      const { texts } = view;
      const person = status === 200 ? await personOf(pages, context) : undefined;
      const { identifier = '' } = typed;
      return view.page({
        title: texts.signIn.title,
        isNarrow: true,
        status,
        formOrigin: targets.foreignOrigin(returnTo),
        main: html`<h1>${texts.signIn.title}</h1>
${notice(texts, query)}${person ? already(view, person.user.identifier, targets.location(returnTo, view.root)) : nothing}${alert(problems)}<form class="card" method="post" action="sign-in" novalidate>
${hidden('return_to', targets.accepted(returnTo))}${field(
  {
    name: 'identifier',
    label: identifierLabel(texts, pages.kinds),
    autocomplete: 'username',
    value: identifier,
    isFirst: identifier === '',
  },
  problems,
)}${field({ name: 'password', label: texts.fields.password, autocomplete: 'current-password', isFirst: identifier !== '' }, problems)}${rememberBox(texts, isRemembered)}${submit(texts.signIn.title)}</form>
<div class="links">
<p><a href="forgot-password">${texts.signIn.forgot}</a></p>
${pages.registration === 'closed' ? nothing : html`<p>${texts.signIn.noAccount} <a href="${withTarget(pages, 'register', returnTo)}">${texts.register.title}</a></p>\n`}</div>`,
      });
    },
    async act(view, { identifier, password }, state, context) {
      const asked = { identifier, password, idFormat: 'token', lasting: lastingOf(state) } as const;
      const outcome = await login(services, asked, context);
      if (!isRefusal(outcome)) return signedIn(pages, outcome, view, state);
      return wrong.has(outcome.refused) ? { refused: 'unknown_account' } : outcome;
    },
  });
}

/** A person who is signed in may go on, or sign in as another one. */
function already({ texts }: View, identifier: string, location: string): Html {
  return html`<p class="notice" role="status">${texts.signIn.signedInAs(identifier)} <a href="${location}">${texts.signIn.goOn}</a></p>
`;
}
