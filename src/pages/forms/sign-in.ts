/** The page `/sign-in`: a name, a password, and whether to stay signed in. */

import type { Route } from '../../http/contract.ts';
import { login } from '../../usecases/login.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { personOf } from '../account/person.ts';
import { alert, field, hidden, identifierLabel, notice, rememberBox, submit } from '../parts/fields.ts';
import { type FormState, formPage } from '../parts/form-page.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import type { PageServices, View } from '../parts/view.ts';
import { lastingOf, signedIn, withTarget } from './after-sign-in.ts';

/** One status and one sentence for all of them, as on `rest` (ruling R1): they do not say which names exist. */
const wrong: ReadonlySet<string> = new Set(['unknown_account', 'wrong_password', 'account_disabled']);

export function signIn(pages: PageServices): Route[] {
  const { services, targets } = pages;
  return formPage<'identifier' | 'password'>(pages, {
    path: '/sign-in',
    event: 'login',
    hashes: true,
    names: ['identifier', 'password'],
    async show(view, state, context) {
      const { texts, root } = view;
      const { problems, status, query, returnTo } = state;
      const person = status === 200 ? await personOf(pages, context) : undefined;
      const location = targets.location(returnTo, root);
      return view.page({
        title: texts.signIn.title,
        isNarrow: true,
        status,
        formOrigin: targets.foreignOrigin(returnTo),
        main: html`<h1>${texts.signIn.title}</h1>
${notice(texts, query)}${person ? already(view, person.user.identifier, location) : nothing}${alert(problems)}
${form(pages, view, state)}
<div class="links">
<p><a href="forgot-password">${texts.signIn.forgot}</a></p>
${pages.registration === 'closed' ? nothing : toRegister(pages, view, returnTo)}
</div>`,
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

function form(pages: PageServices, { texts }: View, { typed, problems, returnTo, isRemembered }: FormState) {
  const { identifier = '' } = typed;
  const name = field(
    {
      name: 'identifier',
      label: identifierLabel(texts, pages.kinds),
      autocomplete: 'username',
      value: identifier,
      isFirst: identifier === '',
    },
    problems,
  );
  const password = field(
    {
      name: 'password',
      label: texts.fields.password,
      autocomplete: 'current-password',
      isFirst: identifier !== '',
    },
    problems,
  );
  return html`<form class="card" method="post" action="sign-in" novalidate>
${hidden('return_to', pages.targets.accepted(returnTo))}${name}${password}${rememberBox(texts, isRemembered)}
${submit(texts.signIn.title)}</form>`;
}

function toRegister(pages: PageServices, { texts }: View, returnTo: string | undefined): Html {
  const path = withTarget(pages, 'register', returnTo);
  return html`<p>${texts.signIn.noAccount} <a href="${path}">${texts.register.title}</a></p>`;
}

/** A person who is signed in may go on, or sign in as another one. */
function already({ texts }: View, identifier: string, location: string): Html {
  const goOn = html`<a href="${location}">${texts.signIn.goOn}</a>`;
  return html`<p class="notice" role="status">${texts.signIn.signedInAs(identifier)} ${goOn}</p>
`;
}
