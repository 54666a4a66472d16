/** The pages that set up an authenticator app: a picture to scan, the secret to type, and a code that confirms it. */

import type { AnyRefusal, Route } from '../../http/contract.ts';
import type { Reply } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { PendingTotp } from '../../usecases/factors/authenticator.ts';
import type { Enroller } from '../../usecases/factors/enroller.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { pageWords } from '../page-words.ts';
import { emptyFields, field, submit } from '../parts/fields.ts';
import { seeOther, typedIn } from '../parts/form-page.ts';
import { html } from '../parts/html.ts';
import { noProblems, type Problems, problemsOf } from '../parts/problems.ts';
import { qrCode } from '../parts/qr.ts';
import type { PageServices, View } from '../parts/view.ts';
import { type Place, refusedIn } from './place.ts';
import { recoveryPage } from './recovery-page.ts';

const useCases = () => import('../../usecases/factors/authenticator.ts');

/** The secret is made by a POST and shown by a GET, which changes nothing (ruling L3). */
export function authenticatorRoutes<Person extends Enroller>(
  pages: PageServices,
  place: Place<Person>,
): Route[] {
  const { services } = pages;
  const path = `${place.base}/authenticator`;
  const confirmPath = `${path}/confirm`;
  return [
    {
      method: 'GET',
      path,
      answer: place.answer(path, async (person, view, context) => {
        const refusal = place.unproven(person, context.now);
        if (refusal) return refusedIn(place, person, view, context, refusal);
        const { pendingTotp } = await useCases();
        const pending = await pendingTotp(services, person, context.now);
        return pending ? setUpPage(place, person, view, context, pending) : nothingPage(place, view, context);
      }),
    },
    {
      method: 'POST',
      path,
      body: 'form',
      event: 'factor_add',
      answer: place.answer(path, async (person, view, context) => {
        const { beginTotp } = await useCases();
        const begun = await beginTotp(services, person, context);
        if (isRefusal(begun)) return refusedIn(place, person, view, context, begun);
        return seeOther(place.page(view, context, 'authenticator'));
      }),
    },
    {
      method: 'GET',
      path: confirmPath,
      answer: place.answer(confirmPath, (_person, view, context) =>
        seeOther(place.page(view, context, 'authenticator')),
      ),
    },
    {
      method: 'POST',
      path: confirmPath,
      body: 'form',
      event: 'factor_add',
      answer: place.answer(confirmPath, (person, view, context) =>
        confirm(pages, place, person, view, context),
      ),
    },
  ];
}

async function confirm<Person extends Enroller>(
  { services }: PageServices,
  place: Place<Person>,
  person: Person,
  view: View,
  context: RequestContext,
): Promise<Reply | AnyRefusal> {
  const { confirmTotp, pendingTotp, wasConfirmedWith } = await useCases();
  const { code } = typedIn(context.fields, ['code']);
  /** The picture again, so that an app which was not set up yet still can be. */
  const again = async (problems: Problems, status: number) => {
    const pending = await pendingTotp(services, person, context.now);
    return pending && setUpPage(place, person, view, context, pending, problems, status);
  };
  const empty = emptyFields(view.texts, { code }, ['code']);
  if (empty) {
    const reply = await again(empty, 400);
    const refusal = { refused: 'missing_field', field: 'code' } as const;
    return reply
      ? { ...refusal, reply }
      : { refused: 'no_enrolment', reply: nothingPage(place, view, context) };
  }
  const enrolled = await confirmTotp(services, person, code, context);
  if (isRefusal(enrolled)) {
    // As when the page with the codes is reloaded.
    if (enrolled.refused === 'factor_exists' && (await wasConfirmedWith(services, person, code)))
      return seeOther(place.again(view, context, 'authenticator_added'));
    const isWrong = enrolled.refused === 'invalid_code';
    const problems = isWrong
      ? { beside: { code: view.texts.factors.authenticator.wrongCode } }
      : problemsOf(view.texts, enrolled, ['code']);
    const isOfCode = problems.beside.code !== undefined;
    const reply = isOfCode ? await again(problems, pageWords[enrolled.refused].status) : undefined;
    return reply ? { ...enrolled, reply } : refusedIn(place, person, view, context, enrolled);
  }
  return recoveryPage(view, {
    reason: 'authenticatorAdded',
    identifier: person.user.identifier,
    codes: enrolled.recoveryCodes,
    goOn: place.goOn(view, context),
    headers: place.cookies(person, enrolled),
  });
}

async function setUpPage<Person extends Enroller>(
  place: Place<Person>,
  { user }: Person,
  view: View,
  context: RequestContext,
  { uri, secret }: PendingTotp,
  problems: Problems = noProblems,
  status = 200,
): Promise<Reply> {
  const { authenticator } = view.texts.factors;
  const picture = await qrCode(uri, authenticator.pictureLabel);
  // It does not get the focus, which would scroll to it, away from the picture.
  const code = field(
    {
      name: 'code',
      label: authenticator.code,
      autocomplete: 'one-time-code',
      hint: authenticator.codeHint,
      isDigits: true,
    },
    problems,
  );
  return view.page({
    title: authenticator.setUpTitle,
    isNarrow: true,
    status,
    main: html`<h1>${authenticator.setUpTitle}</h1>
<div class="card">
<p>${authenticator.scan}</p>
${picture}<p class="quiet">${authenticator.orType}</p>
<dl>
<dt>${authenticator.account}</dt>
<dd>${user.identifier}</dd>
<dt>${authenticator.secret}</dt>
<dd><code class="secret">${inGroups(secret)}</code></dd>
</dl>
</div>
<form class="card" method="post" action="${view.root}${place.base.slice(1)}/authenticator/confirm" novalidate>
${place.carried(context)}${code}${submit(authenticator.submit)}</form>
<div class="links">
<p><a href="${place.back(view, context)}">${view.texts.account.cancel}</a></p>
</div>`,
  });
}

/** In groups of four, which people can type; apps ignore the spaces. */
function inGroups(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, '$& ');
}

/** Nothing was begun in this session, or it took too long. */
function nothingPage<Person extends Enroller>(
  place: Place<Person>,
  view: View,
  context: RequestContext,
): Reply {
  const { authenticator } = view.texts.factors;
  return view.page({
    title: authenticator.setUpTitle,
    isNarrow: true,
    main: html`<h1>${authenticator.setUpTitle}</h1>
<form class="card" method="post" action="${view.root}${place.base.slice(1)}/authenticator">
<p>${authenticator.nothing}</p>
${place.carried(context)}${submit(authenticator.setUp)}</form>
<div class="links">
<p><a href="${place.back(view, context)}">${view.texts.account.cancel}</a></p>
</div>`,
  });
}
