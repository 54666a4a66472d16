/** The page `/account/confirm`: the password once more, before something important changes (step-up, ruling P5). */

import type { Route } from '../../http/contract.ts';
import type { Reply } from '../../http/reply.ts';
import { confirm, type SignedIn } from '../../usecases/account/step-up.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { accountName, alert, emptyFields, field, hidden, submit } from '../parts/fields.ts';
import { seeOther, textOf, typedIn } from '../parts/form-page.ts';
import { html } from '../parts/html.ts';
import { noProblems, type Problems, pageWords, problemsOf } from '../parts/problems.ts';
import type { PageServices, View } from '../parts/view.ts';
import { type Section, sectionOf } from './account-state.ts';
import { forPerson } from './person.ts';

const path = '/account/confirm';

export function confirmRoutes(pages: PageServices): Route[] {
  const { services, cookies } = pages;
  return [
    {
      method: 'GET',
      path,
      answer: forPerson(pages, path, (person, view, { query }) =>
        confirmPage(view, person, sectionOf(new URLSearchParams(query).get('section'))),
      ),
    },
    {
      method: 'POST',
      path,
      body: 'form',
      hashes: true,
      event: 'confirm',
      answer: forPerson(pages, path, async (person, view, context) => {
        const section = sectionOf(textOf(context.fields, 'section'));
        const typed = typedIn(context.fields, ['password']);
        const empty = emptyFields(view.texts, typed, ['password']);
        if (empty) {
          const reply = confirmPage(view, person, section, empty, 400);
          return { refused: 'missing_field', field: 'password', reply };
        }
        const outcome = await confirm(services, person, typed, context);
        if (isRefusal(outcome)) {
          const problems = problemsOf(view.texts, outcome, ['password']);
          const { status } = pageWords[outcome.refused];
          return { ...outcome, reply: confirmPage(view, person, section, problems, status) };
        }
        const headers = cookies.renew(outcome.id, services.sessions.lastingOf(person.session));
        return seeOther(`${view.root}account?done=confirmed#${section}`, headers);
      }),
    },
  ];
}

/** The form that confirms the password, and leads back to a section of the account. */
export function confirmPage(
  { texts, root, page }: View,
  { user }: SignedIn,
  section: Section,
  problems: Problems = noProblems,
  status = 200,
): Reply {
  const { account, fields } = texts;
  const password = field(
    { name: 'password', label: fields.password, autocomplete: 'current-password', isFirst: true },
    problems,
  );
  return page({
    title: account.confirmTitle,
    isNarrow: true,
    status,
    main: html`<h1>${account.confirmTitle}</h1>
${alert(problems)}<form class="card" method="post" action="${root}account/confirm" novalidate>
<p>${account.confirmExplanation}</p>
${hidden('section', section)}${accountName(user.identifier)}${password}${submit(account.confirmSubmit)}</form>
<div class="links">
<p><a href="${root}account#${section}">${account.cancel}</a></p>
</div>`,
  });
}
