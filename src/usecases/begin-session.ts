/** Beginning a session on a device: where a login, a registration and nothing else end up. */

import type { BegunSession, IdFormat, NoSession } from '../concepts/sessions/sessions.ts';
import { notifyOwner } from './account/security-notice.ts';
import { afterwards } from './afterwards.ts';
import type { Caller, Services } from './services.ts';

/** A new session, and the ids its device is to carry from now on. */
export interface BegunOnDevice extends BegunSession {
  readonly deviceIds: readonly string[];
}

/** Begins a session for a user. */
export function beginSession(
  services: Services,
  userId: string,
  idFormat: IdFormat,
  caller: Caller,
): Promise<BegunSession | NoSession> {
  const { contract, network, device, now } = caller;
  const context = services.audit.context(caller, 'login');
  return services.sessions.begin({ userId, contract, network, device }, idFormat, now, context);
}

/**
 * Makes the caller's device known for a user who just logged in, and tells the owner of an account if that is news.
 * `known` is the id of the device if it was known before. The session has begun, whatever becomes of either.
 */
export async function onDevice(
  services: Services,
  begun: BegunSession,
  known: string | undefined,
  caller: Caller,
): Promise<BegunOnDevice> {
  const { userId } = begun.session;
  const device = await afterwards(
    services,
    'login',
    services.devices.remember(userId, caller, known, caller.now),
  );
  if (device?.isNews) await afterwards(services, 'login', notifyOfDevice(services, userId, caller));
  return { ...begun, deviceIds: device?.ids ?? services.devices.unremembered(caller) };
}

async function notifyOfDevice(
  services: Services,
  userId: string,
  { device, network, now }: Caller,
): Promise<void> {
  const user = await services.accounts.user(userId);
  if (user) await notifyOwner(services, user, 'new_device', { device, network }, now);
}
