/** The page `/verify-email`: confirms an address, with the link or the code of a mail. */

import type { Route } from '../../http/contract.ts';
import { verifyEmail } from '../../usecases/account/change-email.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { personOf } from '../account/person.ts';
import { alert, codeField, submit } from '../parts/fields.ts';
import { formPage, seeOther } from '../parts/form-page.ts';
import { html } from '../parts/html.ts';
import type { PageServices } from '../parts/view.ts';

/** The link works in any browser, signed in or not, and only when the button is pressed (ruling L3). */
export function verifyAddress(pages: PageServices): Route[] {
  const { services, script } = pages;
  return formPage<'code'>(pages, {
    path: '/verify-email',
    event: 'email_verify',
    names: ['code'],
    show(view, { typed, problems, status }) {
      const { texts } = view;
      return view.page({
        title: texts.token.verifyTitle,
        isNarrow: true,
        status,
        script,
        main: html`<h1>${texts.token.verifyTitle}</h1>
${alert(problems)}<form class="card" method="post" action="verify-email" novalidate>
<p>${texts.token.verifyExplanation}</p>
${codeField(texts, problems, typed.code ?? '', texts.fields.code, texts.token.codeHint)}${submit(texts.token.verifySubmit)}</form>`,
      });
    },
    async act({ root }, { code }, _state, context) {
      const outcome = await verifyEmail(services, code, context);
      if (isRefusal(outcome)) return outcome;
      const person = await personOf(pages, context);
      return seeOther(`${root}${person ? 'account' : 'sign-in'}?done=email_verified`);
    },
  });
}
