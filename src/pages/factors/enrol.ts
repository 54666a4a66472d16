/** The pages at `/enrol`: for people who need a second factor before their first session (ruling F6). */

import type { AnyRefusal, Route } from '../../http/contract.ts';
import type { Reply } from '../../http/reply.ts';
import { cookieIds, presentedId } from '../../http/request/session-id.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { Enrolling } from '../../usecases/factors/enrolment.ts';
import { personOf } from '../account/person.ts';
import { withTarget } from '../forms/after-sign-in.ts';
import { pageWords } from '../page-words.ts';
import { alert, hidden, submit } from '../parts/fields.ts';
import { seeOther, textOf } from '../parts/form-page.ts';
import { html } from '../parts/html.ts';
import { noProblems, type Problems } from '../parts/problems.ts';
import { type PageServices, type View, viewOf } from '../parts/view.ts';
import { authenticatorRoutes } from './authenticator.ts';
import { passkeyPage, registerForm } from './passkey-parts.ts';
import { passkeyRoutes } from './passkeys.ts';
import type { Place } from './place.ts';

export function enrol(pages: PageServices): Route[] {
  const place = enrolPlace(pages);
  return [
    {
      method: 'GET',
      path: '/enrol',
      answer: place.answer('/enrol', (_person, view, context) => enrolPage(pages, place, view, context)),
    },
    ...authenticatorRoutes(pages, place),
    ...passkeyRoutes(pages, place),
  ];
}

function enrolPlace(pages: PageServices): Place<Enrolling> {
  const { cookies, targets } = pages;
  return {
    base: '/enrol',
    answer: (path, answer) => async (context) => {
      const view = viewOf(pages, context.request, path);
      const person = await enrollingOf(pages, context);
      return person ? answer(person, view, context) : withoutEnrolment(pages, view, context);
    },
    // The password was given for this alone, half an hour ago at most.
    unproven: () => undefined,
    async refused(_person, view, context, { refused }, problems) {
      const { status } = pageWords[refused];
      return refused === 'no_session'
        ? ledAway(pages, view, context, status)
        : enrolPage(pages, this, view, context, problems, status);
    },
    carried: (context) => hidden('return_to', targets.accepted(returnTo(context))),
    back: ({ root }, context) => withTarget(pages, `${root}enrol`, returnTo(context)),
    page: ({ root }, context, name) => withTarget(pages, `${root}enrol/${name}`, returnTo(context)),
    // The enrolment session ended with the first factor: `withoutEnrolment` answers before this is asked.
    again: ({ root }, context) => withTarget(pages, `${root}enrol`, returnTo(context)),
    goOn: ({ root }, context) => targets.location(returnTo(context), root),
    cookies: (_person, { begun }) => (begun ? cookies.begin(begun) : {}),
  };
}

/** The person of the enrolment session in the cookie, where a session would be. */
async function enrollingOf(
  { services }: PageServices,
  { request, now }: RequestContext,
): Promise<Enrolling | undefined> {
  const id = presentedId([], cookieIds(request));
  if (id === undefined) return undefined;
  const { enrollingBy } = await import('../../usecases/factors/enrolment.ts');
  return enrollingBy(services, id, now);
}

/** As the client gave it, in the query or in the form. */
function returnTo({ request, query, fields }: RequestContext): string | undefined {
  const given =
    request.method === 'POST' ? textOf(fields, 'return_to') : new URLSearchParams(query).get('return_to');
  return given || undefined;
}

/** Offers every factor that is possible here. */
function enrolPage(
  pages: PageServices,
  place: Place<Enrolling>,
  view: View,
  context: RequestContext,
  problems: Problems = noProblems,
  status = 200,
): Promise<Reply> {
  const { enrol: texts, authenticator } = view.texts.factors;
  const app = pages.hasApps
    ? html`<p class="quiet">${authenticator.hint}</p>
<form method="post" action="${view.root}enrol/authenticator">
${place.carried(context)}${submit(authenticator.setUp)}</form>
`
    : html`<p class="quiet">${authenticator.unavailable}</p>\n`;
  return passkeyPage(pages, view, {
    title: texts.title,
    isNarrow: true,
    status,
    main: html`<h1>${texts.title}</h1>
${alert(problems)}<p>${texts.explanation}</p>
<section class="card" aria-labelledby="app-heading">
<h2 id="app-heading">${authenticator.title}</h2>
${app}</section>
<section class="card" aria-labelledby="passkey-heading">
<h2 id="passkey-heading">${view.texts.factors.passkeys.title}</h2>
${registerForm(pages, view, 'enrol', place.carried(context))}</section>`,
  });
}

/**
 * People who have nothing to enrol here. Those who have just finished it, and reload the page with their codes, are signed in
 * by now: their form leads to a page that says so.
 */
async function withoutEnrolment(
  pages: PageServices,
  view: View,
  context: RequestContext,
): Promise<Reply | AnyRefusal> {
  const isForm = context.request.method === 'POST';
  const person = await personOf(pages, context);
  const credential = person && (await pages.services.store.accounts.findCredentialOf(person.user.id));
  const isFinished = credential?.hasSecondFactor === true;
  if (isForm && isFinished) return seeOther(withTarget(pages, `${view.root}enrol`, returnTo(context)));
  if (person && !isForm) return signedInPage(pages, view, context, person.user.identifier, isFinished);
  const { status } = pageWords.no_session;
  return isForm
    ? { refused: 'no_session', reply: ledAway(pages, view, context, status) }
    : ledAway(pages, view, context);
}

function signedInPage(
  { targets }: PageServices,
  { texts, root, page }: View,
  context: RequestContext,
  identifier: string,
  isFinished: boolean,
): Reply {
  const { enrol: words, section } = texts.factors;
  const toAccount = html`<p><a href="${root}account#factors">${words.toAccount}</a></p>\n`;
  return page({
    title: section.title,
    isNarrow: true,
    main: html`<h1>${section.title}</h1>
<p class="card">${isFinished ? words.finished : texts.signIn.signedInAs(identifier)}</p>
<div class="links">
<p><a href="${targets.location(returnTo(context), root)}">${texts.signIn.goOn}</a></p>
${toAccount}</div>`,
  });
}

/** A person without an enrolment session signs in, again or for the first time. */
function ledAway(pages: PageServices, view: View, context: RequestContext, status = 200): Reply {
  const { texts, root } = view;
  return view.page({
    title: texts.factors.enrol.title,
    isNarrow: true,
    status,
    main: html`<h1>${texts.factors.enrol.title}</h1>
<p class="card">${texts.factors.enrol.nothing} <a href="${withTarget(pages, `${root}sign-in`, returnTo(context))}">${texts.signIn.title}</a></p>`,
  });
}
