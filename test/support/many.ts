/** A person with very many sessions, over the real concepts and a store whose calls are written down. */

import { Sessions } from '../../src/concepts/sessions/sessions.ts';
import type { SignedIn } from '../../src/usecases/account/step-up.ts';
import { Pacer } from '../../src/usecases/pacer.ts';
import { isRefusal } from '../../src/usecases/refusals.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import { check } from '../../src/usecases/session-check.ts';
import { addSessions } from './large.ts';
import { caller, granted, openServices } from './services.ts';
import { counted, type StoreCall } from './store-calls.ts';

export const joe = { identifier: 'joe@example.com', password: 'supersecure' } as const;
export const many = 450;

/** A pacer that counts the pauses it makes. */
export class CountedPacer extends Pacer {
  pauses = 0;

  override begin(): () => Promise<void> {
    const pause = super.begin();
    return async () => {
      this.pauses += 1;
      await pause();
    };
  }
}

/** Services with joe signed in, beside very many older sessions of his, and the calls his sessions cost the store. */
export async function withMany(maxPerUser = 0) {
  const real = await openServices();
  const calls: StoreCall[] = [];
  const part = counted('sessions', real.store.sessions, calls);
  const pacer = new CountedPacer();
  const rules = { idleSeconds: 604_800, lifetimeSeconds: 2_592_000, browserSeconds: 86_400, maxPerUser };
  const sessions = new Sessions(part, rules, () => pacer.begin());
  const services = { ...real, sessions, pacer };
  const begun = granted(await registerAndLogin(services, { ...joe, kind: 'email' }, 'uuid', caller()));
  const here: SignedIn = { id: begun.id, ...granted(await check(services, begun.id, caller().now)) };
  await addSessions(real.store, here.user.id, many, caller().now - 10_000);
  calls.length = 0;
  const alive = async (id: string) => !isRefusal(await check(services, id, caller().now));
  return { services, here, calls, alive };
}

/** How many rows the calls of a name answered with. */
export const rows = (calls: readonly StoreCall[], name: string) =>
  calls.filter((call) => call.name === name).map((call) => call.rows);
