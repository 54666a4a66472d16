/** What becomes of a copy that takes the place of a database: nothing in it that was over begins anew. */

import type { Caller, Gate } from '../services.ts';

/** An instant after every next try, also one that was set under a wrong clock. */
const endOfTime = 2 ** 52;

export interface Settled {
  /** Sessions that ended; 0 if they were kept. */
  readonly ended: number;
  /** Mails that were waiting and will not be sent. */
  readonly dropped: number;
}

/**
 * Ends what was alive when the copy was made and may have ended since: all sessions, unless told to keep them, all
 * links that were sent, all invitations, and the mails that were waiting.
 */
export async function settleRestored(
  gate: Gate,
  keepSessions: boolean,
  caller: Caller,
  pause: () => Promise<void>,
): Promise<Settled> {
  const trail = gate.audit.trail(caller, 'restore', keepSessions ? 'sessions_kept' : 'ok');
  await gate.audit.keep(trail, undefined);
  const ended = keepSessions ? 0 : await gate.sessions.endEverybody(trail, pause);
  await gate.tokens.sweep(Number.MAX_SAFE_INTEGER, pause);
  await gate.invitations.sweep(Number.MAX_SAFE_INTEGER, pause);
  return { ended, dropped: await dropMails(gate, endOfTime) };
}

async function dropMails(gate: Gate, until: number): Promise<number> {
  let dropped = 0;
  for (let mail = await gate.mails.claim(until); mail; mail = await gate.mails.claim(until)) {
    await gate.mails.drop(mail);
    dropped += 1;
  }
  return dropped;
}
