/** The throttle, for operators: showing and lifting the counts of an account with its known devices, or of a network. */

import { canonical } from '../../concepts/accounts.ts';
import type { CountedNow, ThrottleTarget } from '../../concepts/throttle.ts';
import { reported } from '../outcomes.ts';
import type { Caller, Services } from '../services.ts';
import { findAccount } from './admin-users.ts';

/** The owner of counts: a name, with or without an account, or a client network as the audit shows it. */
export type Throttled = { readonly name: string } | { readonly network: string };

/** The current counts, including those that refuse attempts. */
export async function* throttled(
  services: Pick<Services, 'accounts' | 'store' | 'devices' | 'throttle'>,
  whose: Throttled,
  now: number,
): AsyncGenerator<CountedNow> {
  for await (const targets of targetsOf(services, whose)) yield* await services.throttle.look(targets, now);
}

/**
 * Deletes counts and returns their number. The audit entry comes first: no count is lifted without it. Its network is the
 * lifted one, not the operator's.
 */
export async function liftThrottle(
  services: Pick<Services, 'accounts' | 'store' | 'devices' | 'throttle' | 'audit'>,
  whose: Throttled,
  caller: Caller,
): Promise<number> {
  const network = 'network' in whose ? whose.network : caller.network;
  const user = 'name' in whose ? await findAccount(services, whose.name) : undefined;
  const asked = { ...caller, network };
  await services.audit.keep(asked, 'throttle_clear', user?.id);
  let lifted = 0;
  for await (const targets of targetsOf(services, whose)) lifted += await services.throttle.lift(targets);
  reported(services, 'throttle_clear', asked, user ? { user: { id: user.id } } : {});
  return lifted;
}

/** All counters of an account or a network, some hundred at a time: an account may be known on many devices. */
async function* targetsOf(
  services: Pick<Services, 'accounts' | 'store' | 'devices'>,
  whose: Throttled,
): AsyncGenerator<readonly ThrottleTarget[]> {
  if ('network' in whose) {
    const { network } = whose;
    return yield [
      { kind: 'client', network },
      { kind: 'registration_mail', network },
      { kind: 'challenge', network },
    ];
  }
  const account = await findAccount(services, whose.name);
  const identifier = canonical(account?.identifier ?? whose.name);
  yield [{ kind: 'account', identifier }];
  if (!account) return;
  for await (const hashes of services.devices.hashesOf(account.id))
    yield hashes.map((deviceHash) => ({ kind: 'device', deviceHash, identifier }));
}
