/** The page `/register`: a new account, if registration is open or the person is invited (ruling W5). */

import type { IdentifierKind } from '../../concepts/accounts.ts';
import type { Route } from '../../http/contract.ts';
import { registerAndLogin } from '../../usecases/register.ts';
import { alert, codeField, field, hidden, identifierLabel, rememberBox, submit } from '../parts/fields.ts';
import { type FormState, formPage } from '../parts/form-page.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import type { IdentifierKinds, PageServices, View } from '../parts/view.ts';
import { afterPassword, lastingOf, withTarget } from './after-sign-in.ts';

export function register(pages: PageServices): Route[] {
  const { services, registration, kinds } = pages;
  const isInvited = registration === 'invite';
  return formPage<'identifier' | 'password' | 'code'>(pages, {
    path: '/register',
    event: 'register',
    hashes: true,
    // A closed page has no form: its POST is refused whatever it holds.
    names:
      registration === 'closed'
        ? []
        : isInvited
          ? ['code', 'identifier', 'password']
          : ['identifier', 'password'],
    newPassword: 'password',
    show(view, state) {
      const { register: texts } = view.texts;
      return view.page({
        title: texts.title,
        isNarrow: true,
        status: state.status,
        script: isInvited ? pages.script : undefined,
        formOrigin: pages.targets.foreignOrigin(state.returnTo),
        main: html`<h1>${texts.title}</h1>
${registration === 'closed' ? html`<p class="card">${texts.closed}</p>\n` : form(pages, view, state)}<div class="links">
<p>${texts.haveAccount} <a href="${withTarget(pages, 'sign-in', state.returnTo)}">${view.texts.signIn.title}</a></p>
</div>`,
      });
    },
    async act(view, { identifier = '', password = '', code }, state, context) {
      const kind = kindOf(identifier, kinds);
      const lasting = lastingOf(state);
      const asked = { identifier, kind, password, invite: code, lasting };
      const outcome = await registerAndLogin(services, asked, 'token', context);
      return afterPassword(pages, outcome, view, state, context);
    },
    explain({ texts }, { refused }) {
      if (refused !== 'invalid_identifier') return undefined;
      const { invalid_email, invalid_username, invalid_identifier } = texts.problems;
      const both = kinds.email && kinds.username;
      return {
        beside: { identifier: both ? invalid_identifier : kinds.email ? invalid_email : invalid_username },
      };
    },
  });
}

function form(pages: PageServices, view: View, { typed, problems, returnTo, isRemembered }: FormState): Html {
  const { texts } = view;
  const { registration, kinds, passwordMinLength, targets } = pages;
  const code =
    registration === 'invite'
      ? codeField(texts, problems, typed.code ?? '', texts.fields.invitation, texts.register.invitationHint)
      : nothing;
  const identifier = field(
    {
      name: 'identifier',
      label: identifierLabel(texts, kinds),
      autocomplete: 'username',
      value: typed.identifier ?? '',
      hint: kinds.username ? texts.register.usernameHint : undefined,
      isFirst: registration === 'open',
      isAfterCode: true,
    },
    problems,
  );
  const password = field(
    {
      name: 'password',
      label: texts.fields.password,
      autocomplete: 'new-password',
      hint: texts.register.passwordHint(passwordMinLength),
    },
    problems,
  );
  return html`${alert(problems)}<form class="card" method="post" action="register" novalidate>
${hidden('return_to', targets.accepted(returnTo))}${code}${identifier}${password}${rememberBox(texts, isRemembered)}${submit(texts.register.submit)}</form>
`;
}

/** An `@` makes it an address (ruling G3), if addresses may register here. */
function kindOf(identifier: string, { email, username }: IdentifierKinds): IdentifierKind {
  if (!username) return 'email';
  return email && identifier.includes('@') ? 'email' : 'username';
}
