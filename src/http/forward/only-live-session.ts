/** Checks the sessions that the cookies of one request name: exactly one of them may be live (ruling W8). */

import { type Awaitable, after } from '../../storage/port/awaitable.ts';
import type { RequestCheck } from '../routes/session-check.ts';

/**
 * The answer for the one live session among some, as it is cached, by the hashes of their ids; `undefined` if there is none,
 * or more than one. A dead one says nothing: it may be the cookie of an application, or one of another time. It counts as
 * one check.
 */
export function onlyLiveSession(
  check: RequestCheck,
  idHashes: readonly string[],
  now: number,
): Awaitable<string | undefined> {
  return after(liveAnswers(check, idHashes, now, []), (live) => {
    const answer = live.length === 1 ? live[0] : undefined;
    check.counts[idHashes.length === 0 ? 'none' : answer === undefined ? 'dead' : 'live'] += 1;
    return answer;
  });
}

function liveAnswers(
  check: RequestCheck,
  [idHash, ...others]: readonly string[],
  now: number,
  live: readonly string[],
): Awaitable<readonly string[]> {
  if (idHash === undefined) return live;
  return after(check.hashed(idHash, now), (answer) =>
    liveAnswers(check, others, now, answer === undefined ? live : [...live, answer]),
  );
}
