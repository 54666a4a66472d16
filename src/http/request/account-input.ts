/** What registrations and logins take beside the name and the password, the same on every contract (rulings W5 and F1). */

import type { IdentifierKind } from '../../concepts/accounts.ts';
import type { SecondStepAsked } from '../../usecases/factors/second-step.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import type { Registration } from '../../usecases/register.ts';
import type { Services } from '../../usecases/services.ts';
import type { RequestFault } from '../contract.ts';
import type { RequestContext } from '../request-context.ts';
import { type Fields, textFields } from './body.ts';
import type { Cookies } from './cookies.ts';

/**
 * Reads a registration; the field of the identifier has the name of its kind. `invite` is ignored unless registration needs
 * an invitation; then it must be a string if present.
 */
export function readRegistration(
  services: Services,
  fields: Fields,
  kind: IdentifierKind,
): Registration | RequestFault {
  const asked = textFields(fields, [kind, 'password']);
  if (isRefusal(asked)) return asked;
  const registration = { identifier: asked[kind], kind, password: asked.password };
  if (!services.invitations.areNeeded || !Object.hasOwn(fields, 'invite')) return registration;
  const invited = textFields(fields, ['invite']);
  return isRefusal(invited) ? invited : { ...registration, ...invited };
}

/** What the answer of a login adds where its session may do nothing but enrol (ruling F6). */
export const enrolmentRequired = { enrolment_required: true } as const;

/**
 * Reads what clients that know of second factors add to a login: `code`, and `trust_browser` for a browser that is not to be
 * asked again (ruling F4). Both may be missing; of another type they are refused (ruling G10).
 */
export function readSecondStep(
  { fields, request }: Pick<RequestContext, 'fields' | 'request'>,
  cookies?: Cookies,
): SecondStepAsked | RequestFault {
  const trust = Object.hasOwn(fields, 'trust_browser') && fields['trust_browser'];
  if (typeof trust !== 'boolean')
    return { refused: 'missing_field', field: 'trust_browser', expected: 'true or false' };
  const asked = readCode(fields);
  return isRefusal(asked) ? asked : { ...asked, trust, trustedBrowsers: cookies?.held(request, 'trusted') };
}

/** Reads `code`, which old clients do not send. */
export function readCode(fields: Fields): Pick<SecondStepAsked, 'code'> | RequestFault {
  return Object.hasOwn(fields, 'code') ? textFields(fields, ['code']) : {};
}
