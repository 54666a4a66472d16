/** What a registration brings, the same on every contract that registers accounts (ruling W5). */

import { isRefusal, type Services } from '../../usecases/services.ts';
import type { RequestFault } from '../contract.ts';
import { textFields } from './body-fields.ts';

/** The fields of a registration; `invite` is `undefined` if it is not there, or not needed. */
export type RegistrationFields<Name extends string> = Record<Name | 'password', string> & {
  readonly invite: string | undefined;
};

/** Reads the fields. `invite` is ignored unless registration needs an invitation; then it must be a string. */
export function registrationFields<Name extends string>(
  services: Services,
  fields: Readonly<Record<string, unknown>>,
  name: Name,
): RegistrationFields<Name> | RequestFault {
  const asked = textFields<Name | 'password'>(fields, name, 'password');
  if (isRefusal(asked)) return asked;
  if (!services.invitations.areNeeded || !Object.hasOwn(fields, 'invite'))
    return { ...asked, invite: undefined };
  const invited = textFields(fields, 'invite');
  return isRefusal(invited) ? invited : { ...asked, ...invited };
}
