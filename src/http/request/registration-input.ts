/** The input of a registration, the same on every contract that registers accounts (ruling W5). */

import type { IdentifierKind } from '../../concepts/accounts.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import type { Registration } from '../../usecases/register.ts';
import type { Services } from '../../usecases/services.ts';
import type { RequestFault } from '../contract.ts';
import { type Fields, textFields } from './body.ts';

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
