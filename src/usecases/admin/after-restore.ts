/** Ends what must not come back from a restored copy. */

import type { Caller, Services } from '../services.ts';

/** An instant later than every next attempt of a mail and every end of a token, even one set under a wrong clock. */
const endOfTime = 2 ** 52;

export interface Settled {
  /** Sessions that ended; 0 if they were kept. */
  readonly ended: number;
  /** Queued mails that will not be sent. */
  readonly dropped: number;
  /** Secrets of authenticator apps in the copy, which are encrypted. */
  readonly secrets: number;
}

/**
 * Ends what may have ended since the copy was made: all sessions unless `keepSessions`, all links that were sent, all
 * invitations, the trust in browsers, and the queued mails.
 */
export async function settleRestored(
  services: Services,
  keepSessions: boolean,
  caller: Caller,
  pause: () => Promise<void>,
): Promise<Settled> {
  await services.audit.keep(caller, 'restore', undefined, keepSessions ? 'sessions_kept' : 'ok');
  const context = services.audit.context(caller, 'restore');
  const ended = keepSessions ? 0 : await services.sessions.endOfAllUsers(context, pause);
  await services.tokens.sweep(Number.MAX_SAFE_INTEGER, pause);
  await services.invitations.sweep(Number.MAX_SAFE_INTEGER, pause);
  await services.browserTokens.sweep(endOfTime, pause);
  const { secondFactors } = await services.factors.load();
  const secrets = await secondFactors.countSecrets();
  return { ended, dropped: await dropMails(services, endOfTime), secrets };
}

async function dropMails(services: Pick<Services, 'mails'>, until: number): Promise<number> {
  let dropped = 0;
  for (let mail = await services.mails.claim(until); mail; mail = await services.mails.claim(until)) {
    await services.mails.drop(mail);
    dropped += 1;
  }
  return dropped;
}
