/** Beginning a session on a device: where a login, a registration and nothing else end up. */

import type { BegunSession, IdSpelling, NoSession } from '../concepts/sessions/sessions.ts';
import { notifyOwner } from './account/security-notice.ts';
import { afterwards } from './afterwards.ts';
import type { Caller, Gate } from './services.ts';

/** A new session, and the ids its device is to carry from now on. */
export interface BegunOnDevice extends BegunSession {
  readonly deviceIds: readonly string[];
}

/** Begins a session for a user. */
export function beginSession(
  gate: Gate,
  userId: string,
  spelling: IdSpelling,
  caller: Caller,
): Promise<BegunSession | NoSession> {
  const { contract, network, device, now } = caller;
  const trail = gate.audit.trail(caller, 'login');
  return gate.sessions.begin({ userId, contract, network, device }, spelling, now, trail);
}

/**
 * Makes the caller's device known for a user who just logged in, and tells the owner of an account if that is news.
 * `known` is the id of the device if it was known before. The session has begun, whatever becomes of either.
 */
export async function onDevice(
  gate: Gate,
  begun: BegunSession,
  known: string | undefined,
  caller: Caller,
): Promise<BegunOnDevice> {
  const { userId } = begun.session;
  const device = await afterwards(gate, 'login', gate.devices.remember(userId, caller, known, caller.now));
  if (device?.isNews) await afterwards(gate, 'login', notifyOfDevice(gate, userId, caller));
  return { ...begun, deviceIds: device?.ids ?? gate.devices.unremembered(caller) };
}

async function notifyOfDevice(gate: Gate, userId: string, { device, network, now }: Caller): Promise<void> {
  const user = await gate.accounts.user(userId);
  if (user) await notifyOwner(gate, user, 'new_device', { device, network }, now);
}
