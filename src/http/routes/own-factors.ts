/** A person's own second factors, under `/auth/factors`: the authenticator app, recovery codes and trusted browsers (F7). */

import { isRefusal } from '../../usecases/refusals.ts';
import type { Services } from '../../usecases/services.ts';
import type { Contract } from '../contract.ts';
import type { Cookies } from '../request/cookies.ts';
import { utc } from '../timestamps.ts';
import { shownFactors } from './representations.ts';
import { cookiesAfterEnrolment, forEnroller, forSignedIn, routeGroup } from './signed-in.ts';

/** The use cases, which are loaded when the first person has to do with a factor. */
const authenticator = () => import('../../usecases/factors/authenticator.ts');
const overview = () => import('../../usecases/factors/overview.ts');

export function ownFactors(services: Services, cookies: Cookies): Contract {
  const signedIn = forSignedIn(services);
  const enroller = forEnroller(services);
  const afterwards = cookiesAfterEnrolment(services, cookies);

  return {
    ...routeGroup,
    name: 'factors',
    hasCookies: true,
    routes: [
      {
        method: 'GET',
        path: '/auth/factors',
        answer: signedIn([], async ({ user }, { now }) => {
          const { factorOverview } = await overview();
          return { status: 200, body: shownFactors(await factorOverview(services, user, now)) };
        }),
      },
      {
        method: 'POST',
        path: '/auth/factors/totp',
        event: 'factor_add',
        answer: enroller([], async (person, context) => {
          const { beginTotp } = await authenticator();
          const pending = await beginTotp(services, person, context);
          if (isRefusal(pending)) return pending;
          const { secret, uri, expiresAt } = pending;
          const { qrSvg } = await import('../qr-code.ts');
          return {
            status: 200,
            body: { secret, uri, qr_code: await qrSvg(uri), expires_at: utc(expiresAt) },
          };
        }),
      },
      {
        method: 'POST',
        path: '/auth/factors/totp/confirm',
        body: 'json',
        event: 'factor_add',
        answer: enroller(['code'], async (person, context, { code }) => {
          const { confirmTotp } = await authenticator();
          const enrolled = await confirmTotp(services, person, code, context);
          if (isRefusal(enrolled)) return enrolled;
          const { id, recoveryCodes } = enrolled;
          return {
            status: 201,
            body: { session_id: id, recovery_codes: recoveryCodes },
            headers: afterwards(context, person, enrolled),
          };
        }),
      },
      {
        method: 'DELETE',
        path: '/auth/factors/totp',
        event: 'factor_remove',
        answer: signedIn([], async (person, context) => {
          const { removeTotp } = await authenticator();
          const removed = await removeTotp(services, person, context);
          return isRefusal(removed) ? removed : { status: 204 };
        }),
      },
      {
        method: 'POST',
        path: '/auth/factors/recovery-codes',
        event: 'recovery_codes',
        answer: signedIn([], async (person, context) => {
          const { renewRecoveryCodes } = await authenticator();
          const renewedCodes = await renewRecoveryCodes(services, person, context);
          if (isRefusal(renewedCodes)) return renewedCodes;
          return { status: 200, body: { recovery_codes: renewedCodes.recoveryCodes } };
        }),
      },
      ...['/auth/factors/trusted-browsers', '/auth/factors/trusted-browsers/:handle'].map((path) => ({
        method: 'DELETE' as const,
        path,
        event: 'browser_distrust' as const,
        answer: signedIn([], async (person, context) => {
          const { distrustBrowsers } = await overview();
          const handle = path.endsWith(':handle') ? context.handle : undefined;
          const outcome = await distrustBrowsers(services, person, handle, context);
          return isRefusal(outcome) ? outcome : { status: 204 };
        }),
      })),
    ],
  };
}
