/** Sweep: reclaims what is dead anyway. */

import type { Gate } from './services.ts';

/** The caller of what no request asked for. */
const asker = { contract: 'sweep', network: '', requestId: '' };

/**
 * Removes the rows of dead sessions and accounts and of windows that have ended, and goes on with what was cut short,
 * pausing after each small step.
 */
export async function sweep(gate: Gate, now: number, pause: () => Promise<void>): Promise<void> {
  const by = { ...asker, now };
  await gate.accounts.reclaim(gate.audit.trail(by, 'account_delete'), pause);
  await gate.accounts.endOfDisabled(gate.audit.trail(by, 'logout', 'account_disable'), pause);
  await gate.sessions.sweep(now, pause);
  await gate.throttle.sweep(now, pause);
  await gate.devices.sweep(now, pause);
  await gate.tokens.sweep(now, pause);
  await gate.invitations.sweep(now, pause);
  await gate.mails.sweep(now, pause);
  await gate.audit.sweep(now, pause);
}
