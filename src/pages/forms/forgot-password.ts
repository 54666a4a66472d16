/** The page `/forgot-password`: asks for a mail, and does not say which accounts exist. */

import type { Route } from '../../http/contract.ts';
import { forgot } from '../../usecases/account/forgot-password.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { alert, field, identifierLabel, notice, submit } from '../parts/fields.ts';
import { formPage, seeOther } from '../parts/form-page.ts';
import { html } from '../parts/html.ts';
import type { PageServices } from '../parts/view.ts';

export function forgotPassword(pages: PageServices): Route[] {
  return formPage<'identifier'>(pages, {
    path: '/forgot-password',
    event: 'password_forgot',
    names: ['identifier'],
    show(view, { typed, problems, status, query }) {
      const { texts } = view;
      const name = field(
        {
          name: 'identifier',
          label: identifierLabel(texts, pages.kinds),
          autocomplete: 'username',
          value: typed.identifier ?? '',
          isFirst: true,
        },
        problems,
      );
      return view.page({
        title: texts.forgot.title,
        isNarrow: true,
        status,
        main: html`<h1>${texts.forgot.title}</h1>
${notice(texts, query)}${alert(problems)}<form class="card" method="post" action="forgot-password" novalidate>
<p>${texts.forgot.explanation}</p>
${name}${submit(texts.forgot.submit)}</form>
<div class="links">
<p><a href="reset-password">${texts.forgot.haveCode}</a></p>
<p><a href="sign-in">${texts.forgot.back}</a></p>
</div>`,
      });
    },
    async act({ root }, { identifier }, _state, context) {
      const outcome = await forgot(pages.services, identifier, context);
      return isRefusal(outcome) ? outcome : seeOther(`${root}forgot-password?done=mail_sent`);
    },
  });
}
