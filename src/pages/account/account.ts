/** The pages of a signed-in person: the account, all its sessions, and all its activity. */

import type { Route } from '../../http/contract.ts';
import { cursorText, readBefore, readCursor } from '../../http/request/paging-query.ts';
import { activity, activityPage } from '../../usecases/account/own-account.ts';
import { endSession, endSessions, listSessions } from '../../usecases/account/own-sessions.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { seeOther } from '../parts/form-page.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import type { PageServices, View } from '../parts/view.ts';
import { accountForm, accountForms } from './account-forms.ts';
import { accountPage, endOthers, signOutButton } from './account-page.ts';
import { activityList } from './activity-list.ts';
import { confirmRoutes } from './confirm-page.ts';
import { forPerson } from './person.ts';
import { sessionList } from './session-list.ts';

export function account(pages: PageServices): Route[] {
  return [
    {
      method: 'GET',
      path: '/account',
      answer: forPerson(pages, '/account', (person, view, context) =>
        accountPage(pages, view, person, context),
      ),
    },
    ...confirmRoutes(pages),
    ...accountForms(pages),
    ...sessionRoutes(pages),
    {
      method: 'GET',
      path: '/account/activity',
      answer: forPerson(pages, '/account/activity', async (person, view, { query }) => {
        const before = readBefore(query);
        if (before === null) return { refused: 'malformed_query', allowed: '?before=SEQUENCE-NUMBER' };
        const entries = await activity(pages.services, person, before);
        const next = entries.length < activityPage ? undefined : `?before=${entries.at(-1)?.seq}`;
        return listPage(view, view.texts.account.activity, activityList(view, entries), query, next);
      }),
    },
  ];
}

function sessionRoutes(pages: PageServices): Route[] {
  const { services, cookies } = pages;
  const list = '/account/sessions';
  const [, endOthersRoute] = accountForm<never>(pages, {
    path: list,
    section: 'sessions',
    event: 'logout',
    names: [],
    async act(person, _typed, { root }, context) {
      const outcome = await endSessions(services, person, 'others', context);
      return isRefusal(outcome) ? outcome : seeOther(`${root}account?done=sessions_ended#sessions`);
    },
  }) as [Route, Route];
  return [
    {
      method: 'GET',
      path: list,
      answer: forPerson(pages, list, async (person, view, { query, now }) => {
        const before = readCursor(query);
        if (before === null) return { refused: 'malformed_query', allowed: '?before=NEXT' };
        const { sessions, next } = await listSessions(services, person, before, now);
        const shown = html`${sessionList(view, sessions, person.session.handle)}${endOthers(view)}`;
        return listPage(
          view,
          view.texts.account.sessions,
          shown,
          query,
          next && `?before=${cursorText(next)}`,
        );
      }),
    },
    endOthersRoute,
    ...accountForm<never>(pages, {
      path: `${list}/:handle`,
      section: 'sessions',
      event: 'logout',
      names: [],
      async act(person, _typed, { root }, context) {
        const ended = await endSession(services, person, context.handle, context);
        if (isRefusal(ended)) return ended;
        return ended.handle === person.session.handle
          ? seeOther(`${root}sign-in?done=signed_out`, cookies.clear())
          : seeOther(`${root}account?done=session_ended#sessions`);
      },
    }),
  ];
}

/** A list on a page of its own, with the way to older items. */
function listPage(view: View, title: string, list: Html, query: string, next: string | undefined) {
  const { texts, root, page } = view;
  const { account: words } = texts;
  const newest = query === '' ? nothing : html`<p><a href="?">${words.newest}</a></p>\n`;
  const older = next === undefined ? nothing : html`<p><a href="${next}">${words.older}</a></p>\n`;
  return page({
    title,
    aside: signOutButton(view),
    main: html`<h1>${title}</h1>
<div class="card">
${list}</div>
<div class="links">
${newest}${older}<p><a href="${root}account">${words.back}</a></p>
</div>`,
  });
}
