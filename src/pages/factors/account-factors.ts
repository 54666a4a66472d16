/** The routes of a signed-in person's second factors, whose section is on the account page. */

import type { Route } from '../../http/contract.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { accountForm } from '../account/account-forms.ts';
import { seeOther, textOf } from '../parts/form-page.ts';
import type { PageServices } from '../parts/view.ts';
import { accountPlace } from './account-place.ts';
import { authenticatorRoutes } from './authenticator.ts';
import { passkeyRoutes } from './passkeys.ts';
import { recoveryFile, recoveryPage } from './recovery-page.ts';

const section = 'factors';

export function accountFactors(pages: PageServices): Route[] {
  const place = accountPlace(pages);
  return [
    ...authenticatorRoutes(pages, place),
    ...passkeyRoutes(pages, place),
    ...removals(pages),
    ...recoveryRoutes(pages),
    ...browserRoutes(pages),
  ];
}

/** Removing the app, and removing and renaming passkeys. */
function removals(pages: PageServices): Route[] {
  const { services } = pages;
  return [
    ...accountForm<never>(pages, {
      path: '/account/authenticator/remove',
      section,
      event: 'factor_remove',
      names: [],
      async act(person, _typed, { root }, context) {
        const { removeTotp } = await import('../../usecases/factors/authenticator.ts');
        const outcome = await removeTotp(services, person, context);
        return isRefusal(outcome) ? outcome : seeOther(`${root}account?done=authenticator_removed#factors`);
      },
    }),
    ...accountForm<never>(pages, {
      path: '/account/remove-passkey/:handle',
      section,
      event: 'factor_remove',
      names: [],
      async act(person, _typed, { root }, context) {
        const { removePasskey } = await import('../../usecases/factors/own-passkeys.ts');
        const outcome = await removePasskey(services, person, context.handle, context);
        return isRefusal(outcome) ? outcome : seeOther(`${root}account?done=passkey_removed#factors`);
      },
    }),
    ...accountForm<never>(pages, {
      path: '/account/rename-passkey/:handle',
      section,
      event: 'passkey_rename',
      names: [],
      async act(person, _typed, { root }, context) {
        const { renamePasskey } = await import('../../usecases/factors/own-passkeys.ts');
        const name = textOf(context.fields, 'name');
        const outcome = await renamePasskey(services, person, { handle: context.handle, name }, context);
        return isRefusal(outcome) ? outcome : seeOther(`${root}account?done=passkey_renamed#factors`);
      },
    }),
  ];
}

/** A new set of codes, and a file of those that the page shows. */
function recoveryRoutes(pages: PageServices): Route[] {
  const { services, brand } = pages;
  return [
    ...accountForm<never>(pages, {
      path: '/account/recovery-codes',
      section,
      event: 'recovery_codes',
      names: [],
      async act(person, _typed, view, context) {
        const { renewRecoveryCodes } = await import('../../usecases/factors/authenticator.ts');
        const outcome = await renewRecoveryCodes(services, person, context);
        if (isRefusal(outcome)) return outcome;
        const { identifier } = person.user;
        const goOn = `${view.root}account#factors`;
        return recoveryPage(view, { reason: 'codesMade', identifier, codes: outcome.recoveryCodes, goOn });
      },
    }),
    ...accountForm<never>(pages, {
      path: '/account/recovery-codes/file',
      section,
      event: 'recovery_codes',
      names: [],
      async act({ user }, _typed, { texts }, { fields }) {
        const codes = textOf(fields, 'codes');
        return recoveryFile(texts, brand.name, user.identifier, codes) ?? { refused: 'malformed_body' };
      },
    }),
  ];
}

/** Ending the trust in browsers, which needs no confirmation: it only locks. */
function browserRoutes(pages: PageServices): Route[] {
  const forget = (path: string, done: string) =>
    accountForm<never>(pages, {
      path,
      section,
      event: 'browser_distrust',
      names: [],
      async act(person, _typed, { root }, context) {
        const { distrustBrowsers } = await import('../../usecases/factors/overview.ts');
        const handle = path.endsWith(':handle') ? context.handle : undefined;
        const outcome = await distrustBrowsers(pages.services, person, handle, context);
        return isRefusal(outcome) ? outcome : seeOther(`${root}account?done=${done}#factors`);
      },
    });
  return [
    ...forget('/account/browsers', 'browsers_forgotten'),
    ...forget('/account/browsers/:handle', 'browser_forgotten'),
  ];
}
