/** Second factors of any user, for operators: removing them after their owner lost them. */

import { tell } from '../factors/second-step.ts';
import { reported } from '../outcomes.ts';
import type { Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import type { Found } from './admin-users.ts';

/**
 * Removes all factors of a user, with their recovery codes and trusted browsers; the password is then enough, or has to be
 * followed by an enrolment (ruling F6). The owner is told.
 */
export async function removeFactors(
  services: Services,
  { id }: Pick<Found, 'id'>,
  caller: Caller,
): Promise<{ readonly user: { readonly id: string } } | Refusal> {
  const { secondFactors } = await services.factors.load();
  const context = services.audit.context(caller, 'factor_remove', 'all');
  const user = { id };
  if (!(await secondFactors.removeAll(id, context)))
    return reported(services, 'factor_remove', caller, { refused: 'unknown_factor', user });
  await tell(services, 'factor_removed', id, caller, { factor: 'all' });
  return reported(services, 'factor_remove', caller, { user });
}
