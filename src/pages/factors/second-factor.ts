/** The page `/second-factor`: a code or a passkey after the password (ruling F2), and whether to trust the browser (F4). */

import type { Route } from '../../http/contract.ts';
import { type Reply, withCookies } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { secondStepIn, signedIn, withTarget } from '../forms/after-sign-in.ts';
import { alert, box, hidden, submit } from '../parts/fields.ts';
import { type FormState, formPage, textOf } from '../parts/form-page.ts';
import { html, nothing } from '../parts/html.ts';
import type { PageServices, View } from '../parts/view.ts';
import { codeKindOf, otherKind, stepCodeField } from './code-field.ts';
import { passkeyButton, passkeyPage } from './passkey-parts.ts';
import { afterPasskey, signInByPasskey } from './passkeys.ts';

const useCases = () => import('../../usecases/factors/finish-sign-in.ts');

/** What the account of the waiting sign-in has. */
interface Available {
  readonly hasApp: boolean;
  readonly hasPasskeys: boolean;
}

export function secondFactor(pages: PageServices): Route[] {
  const { services, cookies } = pages;
  const show = async (view: View, state: FormState, context: RequestContext) => {
    const available = await availableIn(pages, context);
    return available ? stepPage(pages, view, state, context, available) : nothingPage(pages, view, state);
  };
  return [
    ...formPage<'code'>(pages, {
      path: '/second-factor',
      event: 'login',
      names: ['code'],
      show,
      async act(view, { code }, state, context) {
        const { finishWithCode } = await useCases();
        const held = cookies.held(context.request, 'step');
        const asked = { code, ...secondStepIn(pages, context) };
        const outcome = await finishWithCode(services, held, asked, context);
        if (isRefusal(outcome)) return outcome;
        const reply = signedIn(pages, outcome, view, state);
        return { ...reply, headers: withCookies(reply.headers ?? {}, [cookies.drop('step')]) };
      },
    }),
    ...formPage<never>(pages, {
      path: '/second-factor/passkey',
      event: 'login',
      names: [],
      show,
      async act(view, _typed, { isRemembered, returnTo }, context) {
        const outcome = await signInByPasskey(pages, isRemembered, context);
        return isRefusal(outcome) ? outcome : afterPasskey(pages, outcome, view, returnTo);
      },
    }),
  ];
}

/** What the person may use whose right password waits in this browser; `undefined` if none does. */
async function availableIn(
  { services, cookies }: PageServices,
  context: RequestContext,
): Promise<Available | undefined> {
  const held = cookies.held(context.request, 'step');
  if (held.length === 0) return undefined;
  const { pendingIn } = await useCases();
  const pending = await pendingIn(services, held, context.now);
  if (!pending) return undefined;
  const { secondFactors } = await services.factors.load();
  const state = await secondFactors.find(pending.credential.userId);
  return { hasApp: state?.totp !== undefined, hasPasskeys: (state?.passkeys ?? 0) > 0 };
}

function stepPage(
  pages: PageServices,
  view: View,
  { problems, status, returnTo, query }: FormState,
  { fields }: RequestContext,
  { hasApp, hasPasskeys }: Available,
): Promise<Reply> {
  const { texts, root } = view;
  const { secondStep, passkeys } = texts.factors;
  const target = hidden('return_to', pages.targets.accepted(returnTo));
  const kind = codeKindOf(textOf(fields, 'with') || query.get('with'), hasApp);
  const trust = box('trust', secondStep.trust, secondStep.trustHint, textOf(fields, 'trust') !== '');
  const rest = { return_to: pages.targets.accepted(returnTo) };
  return passkeyPage(pages, view, {
    title: secondStep.title,
    isNarrow: true,
    status,
    formOrigin: pages.targets.foreignOrigin(returnTo),
    main: html`<h1>${secondStep.title}</h1>
${alert(problems)}<form class="card" method="post" action="${root}second-factor" novalidate>
<p>${secondStep.explanation}</p>
${target}${stepCodeField(texts, problems, kind, true)}${trust}${submit(secondStep.submit)}${hasPasskeys ? passkeyButton(view, 'second-step', 'second-factor/passkey', passkeys.use) : nothing}</form>
<div class="links">
${hasApp ? otherKind(texts, kind, `${root}second-factor`, rest) : nothing}<p>${secondStep.lost}</p>
<p><a href="${withTarget(pages, `${root}sign-in`, returnTo)}">${texts.forgot.back}</a></p>
</div>`,
  });
}

/** No sign-in waits here: it was finished, it took too long, or the password was changed meanwhile. */
function nothingPage(
  pages: PageServices,
  { texts, page, root }: View,
  { returnTo, status }: FormState,
): Reply {
  const { secondStep } = texts.factors;
  return page({
    title: secondStep.title,
    isNarrow: true,
    status,
    main: html`<h1>${secondStep.title}</h1>
<p class="card">${secondStep.nothing} <a href="${withTarget(pages, `${root}sign-in`, returnTo)}">${texts.signIn.title}</a></p>`,
  });
}
