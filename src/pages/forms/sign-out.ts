/** The page `/sign-out`: a button, because no GET ends a session (ruling L3). */

import type { Route } from '../../http/contract.ts';
import { cookieIds, distinctIds } from '../../http/request/session-id.ts';
import { logout } from '../../usecases/logout.ts';
import { personOf } from '../account/person.ts';
import { alert, hidden, submit } from '../parts/fields.ts';
import { formPage, seeOther } from '../parts/form-page.ts';
import { html } from '../parts/html.ts';
import type { PageServices } from '../parts/view.ts';

export function signOut(pages: PageServices): Route[] {
  const { services, cookies, targets } = pages;
  return formPage<never>(pages, {
    path: '/sign-out',
    event: 'logout',
    names: [],
    async show(view, { problems, status, returnTo }, context) {
      const { signOut: texts } = view.texts;
      const person = await personOf(pages, context);
      const target = targets.accepted(returnTo);
      const main = person
        ? html`<form class="card" method="post" action="sign-out">
${hidden('return_to', target)}<p>${texts.question}</p>
${submit(texts.submit)}</form>`
        : html`<p class="card">${texts.nothing} <a href="sign-in">${view.texts.signIn.title}</a></p>`;
      return view.page({
        title: texts.title,
        isNarrow: true,
        status,
        formOrigin: target === undefined ? undefined : targets.foreignOrigin(target),
        main: html`<h1>${texts.title}</h1>\n${alert(problems)}${main}`,
      });
    },
    async act({ root }, _typed, { returnTo }, context) {
      // As on `rest`: every session of the browser ends, and the cookie is cleared also if the store fails (ruling R4).
      const ids = distinctIds(cookieIds(context.request));
      if (!ids) return { refused: 'malformed_request' };
      context.headers = cookies.clear();
      await logout(services, ids, context);
      const isTarget = targets.accepted(returnTo) !== undefined;
      return seeOther(isTarget ? targets.location(returnTo, root) : `${root}sign-in?done=signed_out`);
    },
  });
}
