/** The page `/sign-in`: a name, a password, and whether to stay signed in. */

import type { Route } from '../../http/contract.ts';
import { type Reply, withCookies } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { login } from '../../usecases/login.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { personOf } from '../account/person.ts';
import { passkeyButton, passkeyPage } from '../factors/passkey-parts.ts';
import { afterPasskey, signInByPasskey } from '../factors/passkeys.ts';
import { alert, field, hidden, identifierLabel, notice, rememberBox, submit } from '../parts/fields.ts';
import { type FormState, formPage } from '../parts/form-page.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import type { PageServices, View } from '../parts/view.ts';
import { afterPassword, lastingOf, secondStepIn, withTarget } from './after-sign-in.ts';

/** One status and one sentence for all of them, as on `rest` (ruling R1): they do not say which names exist. */
const wrong: ReadonlySet<string> = new Set(['unknown_account', 'wrong_password', 'account_disabled']);

export function signIn(pages: PageServices): Route[] {
  const { services } = pages;
  const show = (view: View, state: FormState, context: RequestContext) =>
    signInPage(pages, view, state, context);
  return [
    ...formPage<'identifier' | 'password'>(pages, {
      path: '/sign-in',
      event: 'login',
      hashes: true,
      names: ['identifier', 'password'],
      show,
      async act(view, { identifier, password }, state, context) {
        const form = { idFormat: 'token', lasting: lastingOf(state) } as const;
        const asked = { identifier, password, ...form, ...secondStepIn(pages, context) };
        const outcome = await login(services, asked, context);
        const isWrong = isRefusal(outcome) && wrong.has(outcome.refused);
        return isWrong ? { refused: 'unknown_account' } : afterPassword(pages, outcome, view, state, context);
      },
    }),
    // It costs no hash, so it is answered while the queue for hashing is full.
    ...formPage<never>(pages, {
      path: '/sign-in/passkey',
      event: 'login',
      names: [],
      show,
      async act(view, _typed, { isRemembered, returnTo }, context) {
        const outcome = await signInByPasskey(pages, isRemembered, context);
        return isRefusal(outcome) ? outcome : afterPasskey(pages, outcome, view, returnTo);
      },
    }),
  ];
}

async function signInPage(
  pages: PageServices,
  view: View,
  state: FormState,
  context: RequestContext,
): Promise<Reply> {
  const { texts, root } = view;
  const { problems, status, query, returnTo } = state;
  const { targets } = pages;
  const person = status === 200 ? await personOf(pages, context) : undefined;
  const location = targets.location(returnTo, root);
  const page = await passkeyPage(pages, view, {
    title: texts.signIn.title,
    isNarrow: true,
    status,
    formOrigin: targets.foreignOrigin(returnTo),
    main: html`<h1>${texts.signIn.title}</h1>
${notice(texts, query)}${person ? already(view, person.user.identifier, location) : nothing}${alert(problems)}
${form(pages, view, state)}
<div class="links">
<p><a href="${root}forgot-password">${texts.signIn.forgot}</a></p>
${pages.registration === 'closed' ? nothing : toRegister(pages, view, returnTo)}
</div>`,
  });
  const { forwardCookie } = pages;
  if (!person || !forwardCookie) return page;
  // The session may be older than the domain of the settings (ruling W8).
  const cookie = forwardCookie.set(person.id, pages.services.sessions.lastingOf(person.session));
  return { ...page, headers: withCookies(page.headers ?? {}, [cookie]) };
}

function form(pages: PageServices, view: View, { typed, problems, returnTo, isRemembered }: FormState): Html {
  const { texts, passkeys } = view;
  const { identifier = '' } = typed;
  const name = field(
    {
      name: 'identifier',
      label: identifierLabel(texts, pages.kinds),
      autocomplete: passkeys === 'here' ? 'username webauthn' : 'username',
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
  return html`<form class="card" method="post" action="${view.root}sign-in" novalidate>
${hidden('return_to', pages.targets.accepted(returnTo))}${name}${password}${rememberBox(texts, isRemembered)}
${submit(texts.signIn.title)}${passkeyButton(view, 'sign-in', 'sign-in/passkey', texts.factors.passkeys.signIn)}</form>`;
}

function toRegister(pages: PageServices, { texts, root }: View, returnTo: string | undefined): Html {
  const path = withTarget(pages, `${root}register`, returnTo);
  return html`<p>${texts.signIn.noAccount} <a href="${path}">${texts.register.title}</a></p>`;
}

/** A person who is signed in may go on, or sign in as another one. */
function already({ texts }: View, identifier: string, location: string): Html {
  const goOn = html`<a href="${location}">${texts.signIn.goOn}</a>`;
  return html`<p class="notice" role="status">${texts.signIn.signedInAs(identifier)} ${goOn}</p>
`;
}
