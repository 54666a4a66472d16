/** How long sessions last: for the configured lifetime, or until the browser closes and a day (setting) at most (ruling L4). */

import type { Session } from '../../storage/port/port.ts';
import type { Lasting, SessionRules } from './session-types.ts';

/** From the creation of a session to its end, in milliseconds. */
export type Lengths = Readonly<Record<Lasting, number>>;

/** `browser` is always the shorter, so that the length tells the two apart. */
export function lengthsOf({ lifetimeSeconds, browserSeconds }: SessionRules): Lengths {
  const lifetime = lifetimeSeconds * 1_000;
  return { lifetime, browser: Math.min(browserSeconds * 1_000, lifetime - 1) };
}

/**
 * What a session was begun as, told by its length and the current settings. After one of the two settings is lowered, a
 * `browser` session from before may count as `lifetime`; after one is raised, the reverse. Its end stays the same.
 */
export function lastingIn({ browser }: Lengths, { createdAt, expiresAt }: Session): Lasting {
  return expiresAt - createdAt <= browser ? 'browser' : 'lifetime';
}
