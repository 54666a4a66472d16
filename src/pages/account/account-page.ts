/** The page `/account`: everything about a person's account, in sections. */

import type { SessionPage } from '../../concepts/sessions/sessions.ts';
import type { Reply } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { AuditEntry } from '../../storage/port/port.ts';
import { activity } from '../../usecases/account/own-account.ts';
import { listSessions } from '../../usecases/account/own-sessions.ts';
import type { SignedIn } from '../../usecases/account/step-up.ts';
import type { FactorOverview } from '../../usecases/factors/overview.ts';
import type { Services } from '../../usecases/services.ts';
import { factorSection } from '../factors/factor-section.ts';
import { passkeyPage } from '../factors/passkey-parts.ts';
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
  const { texts } = view;
  const [listed, entries, factors] = await Promise.all([
    listSessions(services, person, undefined, context.now, shownAtFirst),
    activity(services, person, undefined, shownAtFirst),
    factorsOf(services, person, context.now),
  ]);
  const state: AccountState = {
    pages,
    view,
    person,
    isProven: services.sessions.isProven(person.session, context.now),
    factors,
    refused: refused?.section,
    problems: refused?.problems ?? noProblems,
    identifier: refused?.identifier ?? '',
    query: new URLSearchParams(context.request.method === 'POST' ? '' : context.query),
  };
  const { account } = texts;
  return passkeyPage(pages, view, {
    title: account.title,
    aside: signOutButton(view),
    status: refused?.status ?? 200,
    main: html`<h1>${account.title}</h1>
${notice(texts, state.query)}<nav aria-label="${account.sections}">
<ul>
${sections.map((name) => html`<li><a href="#${name}">${headings(view)[name]}</a></li>\n`)}</ul>
</nav>
${section(state, 'profile', html`${profile(state)}${emailForm(state)}`)}
${section(state, 'password', passwordForm(state))}
${section(state, 'factors', factorSection(state))}
${section(state, 'sessions', firstSessions(state, listed))}
${section(state, 'activity', firstEntries(view, entries))}
${section(state, 'data', exportForm(state))}
${section(state, 'delete', deleteForm(state))}`,
  });
}

/** The second factors of a person who has one: without any, nothing of them is loaded. */
async function factorsOf(
  services: Services,
  { user }: SignedIn,
  now: number,
): Promise<FactorOverview | undefined> {
  const credential = await services.store.accounts.findCredentialOf(user.id);
  if (!credential?.hasSecondFactor) return undefined;
  const { factorOverview } = await import('../../usecases/factors/overview.ts');
  return factorOverview(services, user, now);
}

function firstSessions({ view, person }: AccountState, { sessions: listed, next }: SessionPage): Html {
  const { account } = view.texts;
  const others = listed.length > 1 || next ? endOthers(view) : nothing;
  return html`<p class="quiet">${account.sessionsHint}</p>
${sessionList(view, listed, person.session.handle)}${others}${
  next ? more(`${view.root}account/sessions`, account.allSessions) : nothing
}`;
}

function firstEntries(view: View, entries: readonly AuditEntry[]): Html {
  const { account } = view.texts;
  const isFull = entries.length === shownAtFirst;
  return html`${activityList(view, entries)}${isFull ? more(`${view.root}account/activity`, account.allActivity) : nothing}`;
}

/** The headings of the sections. */
function headings({ texts: { account, factors } }: View): Readonly<Record<Section, string>> {
  return {
    profile: account.profile,
    password: account.password,
    factors: factors.section.title,
    sessions: account.sessions,
    activity: account.activity,
    data: account.exportTitle,
    delete: account.deleteTitle,
  };
}

function section({ view, refused, problems, query }: AccountState, name: Section, content: Html): Html {
  return html`<section class="card" id="${name}" aria-labelledby="${name}-heading">
<h2 id="${name}-heading">${headings(view)[name]}</h2>
${refused === name ? alert(problems, true) : notice(view.texts, query, true)}${content}</section>`;
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
