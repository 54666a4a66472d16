/** The sweep: removes rows that no longer count. */

import { inSteps, sweepStep } from '../concepts/sessions/steps.ts';
import type { Services } from './services.ts';

/** The caller of work that no request asked for. */
const asker = { contract: 'sweep', network: '', requestId: '' };

/**
 * Removes the rows of dead sessions and accounts and of ended windows, completes interrupted work, and encrypts secrets anew
 * while their key is changed, with a pause after each small step.
 */
export async function sweep(services: Services, now: number, pause: () => Promise<void>): Promise<void> {
  const by = { ...asker, now };
  await services.accounts.reclaim(services.audit.context(by, 'account_delete'), pause);
  await services.accounts.endOfDisabled(services.audit.context(by, 'logout', 'account_disable'), pause);
  await services.sessions.sweep(now, pause);
  await inSteps(sweepStep, (limit) => services.store.revocations.sweep(limit), pause);
  await services.throttle.sweep(now, pause);
  await services.devices.sweep(now, pause);
  await services.tokens.sweep(now, pause);
  await services.browserTokens.sweep(now, pause);
  await services.invitations.sweep(now, pause);
  await services.mails.sweep(now, pause);
  await services.audit.sweep(now, pause);
  if (services.factors.isKeyChanging) await (await services.factors.load()).secondFactors.reseal(pause);
}
