/** The page `/account/confirm`: what proves once more that it is the person, before something important changes (P5, F5). */

import type { AnyRefusal, Route } from '../../http/contract.ts';
import type { Reply } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { confirm, type SignedIn } from '../../usecases/account/step-up.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { type CodeKind, codeKindOf, otherKind, stepCodeField } from '../factors/code-field.ts';
import { passkeyButton, passkeyPage } from '../factors/passkey-parts.ts';
import { confirmByPasskey } from '../factors/passkeys.ts';
import { pageWords } from '../page-words.ts';
import { accountName, alert, emptyFields, field, hidden, submit } from '../parts/fields.ts';
import { seeOther, textOf, typedIn } from '../parts/form-page.ts';
import { html, nothing } from '../parts/html.ts';
import { type FieldName, noProblems, type Problems, problemsOf } from '../parts/problems.ts';
import type { PageServices, View } from '../parts/view.ts';
import { type Section, sectionOf } from './account-state.ts';
import { forPerson } from './person.ts';

const path = '/account/confirm';
const passkeyPath = `${path}/passkey`;

/** What the form asks for, and what was wrong with it. */
interface ConfirmState {
  readonly section: Section;
  /** The kind of code that a person asked for. */
  readonly wanted?: string | null;
  readonly problems?: Problems;
  readonly status?: number;
}

export function confirmRoutes(pages: PageServices): Route[] {
  return [
    {
      method: 'GET',
      path,
      answer: forPerson(pages, path, (person, view, { query }) => {
        const asked = new URLSearchParams(query);
        const section = sectionOf(asked.get('section'));
        return confirmPage(pages, view, person, { section, wanted: asked.get('with') });
      }),
    },
    {
      method: 'POST',
      path,
      body: 'form',
      hashes: true,
      event: 'confirm',
      answer: forPerson(pages, path, (person, view, context) => confirmed(pages, person, view, context)),
    },
    {
      method: 'GET',
      path: passkeyPath,
      answer: forPerson(pages, passkeyPath, (_person, { root }) => seeOther(`${root}account/confirm`)),
    },
    {
      method: 'POST',
      path: passkeyPath,
      body: 'form',
      event: 'confirm',
      answer: forPerson(pages, passkeyPath, async (person, view, context) => {
        const section = sectionOf(textOf(context.fields, 'section'));
        const way = `${view.root}account?done=passkey_confirmed#${section}`;
        const outcome = await confirmByPasskey(pages, person, context, way);
        if (!isRefusal(outcome)) return outcome;
        const problems = problemsOf(view.texts, outcome, []);
        const { status } = pageWords[outcome.refused];
        return { ...outcome, reply: await confirmPage(pages, view, person, { section, problems, status }) };
      }),
    },
  ];
}

async function confirmed(
  pages: PageServices,
  person: SignedIn,
  view: View,
  context: RequestContext,
): Promise<Reply | AnyRefusal> {
  const { services, cookies } = pages;
  const { fields } = context;
  const section = sectionOf(textOf(fields, 'section'));
  // Without a second factor the page has no field for a code, and needs none.
  const names: FieldName[] = Object.hasOwn(fields, 'code') ? ['password', 'code'] : ['password'];
  const { password = '', code } = typedIn(fields, names);
  const again = (problems: Problems, status: number) =>
    confirmPage(pages, view, person, { section, wanted: textOf(fields, 'with'), problems, status });
  const empty = emptyFields(view.texts, { password, ...(code !== undefined && { code }) }, names);
  if (empty) {
    const field = Object.keys(empty.beside).join();
    return { refused: 'missing_field', field, reply: await again(empty, 400) };
  }
  const outcome = await confirm(services, person, { password, code }, context);
  if (isRefusal(outcome)) {
    // Typed into a page from before the first factor, which had no field for a code.
    const isNew = outcome.refused === 'second_factor_required';
    const problems: Problems = isNew
      ? { beside: { code: view.texts.missing.code } }
      : problemsOf(view.texts, outcome, ['password', 'code']);
    return { ...outcome, reply: await again(problems, pageWords[outcome.refused].status) };
  }
  const headers = cookies.renew(outcome.id, services.sessions.lastingOf(person.session));
  return seeOther(`${view.root}account?done=confirmed#${section}`, headers);
}

/** What the person can confirm with besides the password. */
interface Factors {
  readonly hasApp: boolean;
  readonly hasPasskeys: boolean;
}

async function factorsOf({ services }: PageServices, { user }: SignedIn): Promise<Factors | undefined> {
  const credential = await services.store.accounts.findCredentialOf(user.id);
  if (!credential?.hasSecondFactor) return undefined;
  const { secondFactors } = await services.factors.load();
  const state = await secondFactors.find(user.id);
  return state && { hasApp: state.totp !== undefined, hasPasskeys: state.passkeys > 0 };
}

/** The form that confirms the password, with a code if there is a second factor; or a passkey, which is enough alone. */
export async function confirmPage(
  pages: PageServices,
  view: View,
  person: SignedIn,
  { section, wanted = null, problems = noProblems, status = 200 }: ConfirmState,
): Promise<Reply> {
  const { texts, root } = view;
  const { account, fields } = texts;
  const factors = await factorsOf(pages, person);
  const kind: CodeKind | undefined = factors && codeKindOf(wanted, factors.hasApp);
  const password = field(
    { name: 'password', label: fields.password, autocomplete: 'current-password', isFirst: true },
    problems,
  );
  const code = kind ? stepCodeField(texts, problems, kind, false) : nothing;
  const passkey = factors?.hasPasskeys
    ? passkeyButton(view, 'confirm', 'account/confirm/passkey', texts.factors.passkeys.use)
    : nothing;
  return passkeyPage(pages, view, {
    title: account.confirmTitle,
    isNarrow: true,
    status,
    main: html`<h1>${account.confirmTitle}</h1>
${alert(problems)}<form class="card" method="post" action="${root}account/confirm" novalidate>
<p>${account.confirmExplanation}</p>
${hidden('section', section)}${accountName(person.user.identifier)}${password}${code}${submit(account.confirmSubmit)}${passkey}</form>
<div class="links">
${kind && factors?.hasApp ? otherKind(texts, kind, `${root}account/confirm`, { section }) : nothing}<p><a href="${root}account#${section}">${account.cancel}</a></p>
</div>`,
  });
}
