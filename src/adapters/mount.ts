/** Which path of Gatehouse a request asks for, where the application mounts it under a prefix. */

import type { Gatehouse } from '../gatehouse.ts';
import { UnusableSettings } from '../settings/read-settings.ts';

type Owned = Pick<Gatehouse, 'owns' | 'paths'>;

/**
 * The target that Gatehouse answers, if it is one of its own: as the client sent it, or without the prefix. So `/auth/login` is
 * found below `/auth`, and as `/id/auth/login` below `/id`.
 */
export function ownedTarget(open: Owned, target: string, prefix = ''): string | undefined {
  if (open.owns(target)) return target;
  if (prefix === '' || !target.startsWith(prefix)) return undefined;
  const below = target.slice(prefix.length);
  return open.owns(below) ? below : undefined;
}

/**
 * Refuses a prefix that hides a path: below `/api`, `/api/auth/login` would be a path of one contract and of another.
 *
 * @throws {UnusableSettings} naming the path and the remedy.
 */
export function assertPrefix(open: Owned, prefix: string): void {
  if (prefix === '') return;
  const hidden = open.paths.find((path) => open.owns(prefix + path));
  if (hidden === undefined) return;
  throw new UnusableSettings([
    `Gatehouse is mounted under "${prefix}", where ${prefix}${hidden} is a path of its own already and hides ${hidden}. ` +
      'Mount it without a prefix or under another one, or switch one of the two contracts off with GATEHOUSE_CONTRACTS.',
  ]);
}
