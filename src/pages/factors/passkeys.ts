/** The page forms that a passkey has answered: adding one, signing in, the second step, and a confirmation. */

import type { AnyRefusal, Route } from '../../http/contract.ts';
import { type Reply, withCookies } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { inaccessible } from '../../http/routes/passkey-input.ts';
import type { SignedIn } from '../../usecases/account/step-up.ts';
import type { Enroller } from '../../usecases/factors/enroller.ts';
import type { PasskeyAnswer } from '../../usecases/factors/passkey-challenges.ts';
import type { BegunOnDevice } from '../../usecases/login.ts';
import { isRefusal, type Refusal } from '../../usecases/refusals.ts';
import { secondStepIn, signedIn } from '../forms/after-sign-in.ts';
import { seeOther, textOf } from '../parts/form-page.ts';
import type { PageServices, View } from '../parts/view.ts';
import { type Place, refusedIn } from './place.ts';
import { recoveryPage } from './recovery-page.ts';

const signingIn = () => import('../../usecases/factors/passkey-sign-in.ts');
const own = () => import('../../usecases/factors/own-passkeys.ts');

/** What the script filled in, and the challenges that the browser holds. */
function passkeyIn({ cookies }: PageServices, { request, fields }: RequestContext): PasskeyAnswer {
  return { answer: textOf(fields, 'passkey'), challengeTokens: cookies.held(request, 'challenge') };
}

/** Adds a passkey, and shows the recovery codes that come with it. */
export function passkeyRoutes<Person extends Enroller>(pages: PageServices, place: Place<Person>): Route[] {
  const { services, cookies } = pages;
  const path = `${place.base}/passkeys`;
  return [
    {
      method: 'GET',
      path,
      answer: place.answer(path, (_person, view, context) => seeOther(place.back(view, context))),
    },
    {
      method: 'POST',
      path,
      body: 'form',
      event: 'factor_add',
      answer: place.answer(path, async (person, view, context) => {
        const { addPasskey, wasAdded } = await own();
        const asked = { ...passkeyIn(pages, context), name: textOf(context.fields, 'name') };
        const added = await addPasskey(services, person, asked, context);
        if (isRefusal(added)) {
          // Its challenge was answered, as when the page with the codes is reloaded.
          if (added.refused === 'invalid_passkey' && (await wasAdded(services, person, asked)))
            return seeOther(place.again(view, context, 'passkey_added'));
          // The browser should have found it among those that are excluded.
          const isKnown = added.refused === 'factor_exists';
          const problems = { about: view.texts.factors.passkeys.known, beside: {} };
          return refusedIn(place, person, view, context, added, isKnown ? problems : undefined);
        }
        return recoveryPage(view, {
          reason: 'passkeyAdded',
          identifier: person.user.identifier,
          codes: added.recoveryCodes,
          goOn: place.goOn(view, context),
          headers: withCookies(place.cookies(person, added), [cookies.drop('challenge')]),
        });
      }),
    },
  ];
}

/** Signs a person in: alone, or as the second step of the sign-in that waits in this browser, as the challenge was made for. */
export async function signInByPasskey(
  pages: PageServices,
  isRemembered: boolean,
  context: RequestContext,
): Promise<BegunOnDevice | Refusal> {
  const { signInWithPasskey } = await signingIn();
  const form = { idFormat: 'token', lasting: isRemembered ? 'lifetime' : 'browser' } as const;
  const second = secondStepIn(pages, context);
  const steps = pages.cookies.held(context.request, 'step');
  const asked = { ...passkeyIn(pages, context), steps, form, second };
  const outcome = await signInWithPasskey(pages.services, asked, context);
  const isSilent = isRefusal(outcome) && inaccessible.has(outcome.refused);
  return isSilent ? { refused: 'invalid_passkey' } : outcome;
}

/** The way on after a passkey: nothing waits in this browser any more. */
export function afterPasskey(
  pages: PageServices,
  begun: BegunOnDevice,
  view: View,
  returnTo: string | undefined,
): Reply {
  const { cookies } = pages;
  const reply = signedIn(pages, begun, view, { returnTo });
  const headers = withCookies(reply.headers ?? {}, [cookies.drop('challenge'), cookies.drop('step')]);
  return { ...reply, headers };
}

/** Confirms a session, in place of the password and a code. */
export async function confirmByPasskey(
  pages: PageServices,
  person: SignedIn,
  context: RequestContext,
  location: string,
): Promise<Reply | AnyRefusal> {
  const { services, cookies } = pages;
  const { confirmWithPasskey } = await own();
  const outcome = await confirmWithPasskey(services, person, passkeyIn(pages, context), context);
  if (isRefusal(outcome)) return outcome;
  const renewed = cookies.renew(outcome.id, services.sessions.lastingOf(person.session));
  return seeOther(location, withCookies(renewed, [cookies.drop('challenge')]));
}
