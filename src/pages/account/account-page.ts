/** The page `/account`: everything about a person's account, in sections. */

import type { Reply } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { activity } from '../../usecases/account/own-account.ts';
import { listSessions } from '../../usecases/account/own-sessions.ts';
import type { SignedIn } from '../../usecases/account/step-up.ts';
import { alert, notice } from '../parts/fields.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import { noProblems } from '../parts/problems.ts';
import type { PageServices, View } from '../parts/view.ts';
import { deleteForm, emailForm, exportForm, passwordForm, profile } from './account-sections.ts';
import { type AccountState, type RefusedForm, type Section, sections } from './account-state.ts';
import { activityList } from './activity-list.ts';
import { sessionList } from './session-list.ts';

/** Sessions and entries of the audit that the page shows; the others are on pages of their own. */
export const shownAtFirst = 10;

/** Shows the account; after a refused form, with what was wrong in its section. */
export async function accountPage(
  pages: PageServices,
  view: View,
  person: SignedIn,
  context: RequestContext,
  refused?: RefusedForm,
): Promise<Reply> {
  const { services } = pages;
  const { texts, root } = view;
  const [listed, entries] = await Promise.all([
    listSessions(services, person, undefined, context.now, shownAtFirst),
    activity(services, person, undefined, shownAtFirst),
  ]);
  const state: AccountState = {
    pages,
    view,
    person,
    isProven: services.sessions.isProven(person.session, context.now),
    refused: refused?.section,
    problems: refused?.problems ?? noProblems,
    identifier: refused?.identifier ?? '',
  };
  const query = new URLSearchParams(context.request.method === 'POST' ? '' : context.query);
  const { account } = texts;
  return view.page({
    title: account.title,
    aside: signOutButton(view),
    status: refused?.status ?? 200,
    main: html`<h1>${account.title}</h1>
${notice(texts, query)}<nav aria-label="${account.sections}">
<ul>
${sections.map((name) => html`<li><a href="#${name}">${headings(view)[name]}</a></li>\n`)}</ul>
</nav>
${section(state, 'profile', html`${profile(state)}${emailForm(state)}`)}
${section(state, 'password', passwordForm(state))}
${section(
  state,
  'sessions',
  html`<p class="quiet">${account.sessionsHint}</p>
${sessionList(view, listed.sessions, person.session.handle)}${
  listed.sessions.length > 1 || listed.next ? endOthers(view) : nothing
}${listed.next ? more(`${root}account/sessions`, account.allSessions) : nothing}`,
)}
${section(
  state,
  'activity',
  html`${activityList(view, entries)}${entries.length === shownAtFirst ? more(`${root}account/activity`, account.allActivity) : nothing}`,
)}
${section(state, 'data', exportForm(state))}
${section(state, 'delete', deleteForm(state))}`,
  });
}

/** The headings of the sections. */
function headings({ texts: { account } }: View): Readonly<Record<Section, string>> {
  return {
    profile: account.profile,
    password: account.password,
    sessions: account.sessions,
    activity: account.activity,
    data: account.exportTitle,
    delete: account.deleteTitle,
  };
}

function section({ view, refused, problems }: AccountState, name: Section, content: Html): Html {
  return html`<section class="card" id="${name}" aria-labelledby="${name}-heading">
<h2 id="${name}-heading">${headings(view)[name]}</h2>
${refused === name ? alert(problems) : nothing}${content}</section>`;
}

export function endOthers({ texts: { account }, root }: View): Html {
  return html`<form method="post" action="${root}account/sessions">
<button class="danger small" type="submit">${account.endOthers}</button>
</form>
`;
}

export function signOutButton({ texts: { signOut }, root }: View): Html {
  return html`<form method="post" action="${root}sign-out">
<button class="small" type="submit">${signOut.submit}</button>
</form>
`;
}

function more(path: string, label: string): Html {
  return html`<p class="actions"><a href="${path}">${label}</a></p>\n`;
}
