/** The page `/reset-password`: a new password, with the link or the code of a mail. */

import type { Route } from '../../http/contract.ts';
import { reset } from '../../usecases/account/reset-password.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { alert, codeField, field, submit } from '../parts/fields.ts';
import { formPage, seeOther } from '../parts/form-page.ts';
import { html } from '../parts/html.ts';
import type { PageServices } from '../parts/view.ts';

/** Opening the page uses nothing up: the token stays in the browser until the form is sent (ruling L3). */
export function resetPassword(pages: PageServices): Route[] {
  const { services, script, passwordMinLength } = pages;
  return formPage<'code' | 'new_password'>(pages, {
    path: '/reset-password',
    event: 'password_reset',
    hashes: true,
    names: ['code', 'new_password'],
    show(view, { typed, problems, status }) {
      const { texts } = view;
      const password = field(
        {
          name: 'new_password',
          label: texts.fields.newPassword,
          autocomplete: 'new-password',
          hint: texts.register.passwordHint(passwordMinLength),
          isAfterCode: true,
        },
        problems,
      );
      return view.page({
        title: texts.token.resetTitle,
        isNarrow: true,
        status,
        script,
        main: html`<h1>${texts.token.resetTitle}</h1>
${alert(problems)}<form class="card" method="post" action="reset-password" novalidate>
<p>${texts.token.resetExplanation}</p>
${codeField(texts, problems, typed.code ?? '', texts.fields.code, texts.token.codeHint)}${password}${submit(texts.token.resetSubmit)}</form>
<div class="links">
<p><a href="forgot-password">${texts.token.resetAgain}</a></p>
</div>`,
      });
    },
    async act({ root }, { code, new_password }, _state, context) {
      const outcome = await reset(services, { token: code, password: new_password }, context);
      return isRefusal(outcome) ? outcome : seeOther(`${root}sign-in?done=password_reset`);
    },
  });
}
