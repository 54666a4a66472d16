/** Session checks of an open store, as a node makes them: with a cache of answers. */

import { Sessions } from '../../src/concepts/sessions/sessions.ts';
import { digest } from '../../src/crypto/ids.ts';
import type { AllRevoked, Store } from '../../src/storage/port/port.ts';
import { SessionCache } from '../../src/storage/shared/session-cache.ts';
import { SessionCheck } from '../../src/usecases/session-check.ts';

/** The cache of a node in these tests, unless it has none. */
const usualBytes = 1_048_576;

/** The instant of all checks: sessions of the suite of all stores are alive then. */
const now = 2_000;

const ids = new Map<string, string>();

/** The hash of the id of a session with a number; only these can be checked here. */
export function hashOf(n: number): string {
  const id = `session-${n}`;
  const hash = digest(id);
  ids.set(hash, id);
  return hash;
}

interface Checks {
  readonly cache: SessionCache;
  readonly check: SessionCheck;
  /** Why the cache was emptied, each time that something was in it. */
  readonly emptied: readonly AllRevoked[];
}

const ofStores = new WeakMap<Store, Checks>();

/** The cache and the check of a store, made when they are first asked for. */
export function checksOf(store: Store, maxBytes = usualBytes): Checks {
  const known = ofStores.get(store);
  if (known) return known;
  const emptied: AllRevoked[] = [];
  const cache = new SessionCache(store.revocations, maxBytes, (reason) => emptied.push(reason));
  const rules = { idleSeconds: 604_800, lifetimeSeconds: 2_592_000, browserSeconds: 86_400, maxPerUser: 0 };
  const sessions = new Sessions(store.sessions, rules);
  const checks = { cache, check: new SessionCheck({ sessions, cache }, JSON.stringify), emptied };
  ofStores.set(store, checks);
  return checks;
}

/** The answer to a check of a session; `undefined` if it is refused. */
export async function answerOf(store: Store, idHash: string): Promise<string | undefined> {
  return checksOf(store).check.answer(ids.get(idHash) ?? '', now);
}

/** Whether a check of a session would let its owner in. */
export async function isAccepted(store: Store, idHash: string): Promise<boolean> {
  return (await answerOf(store, idHash)) !== undefined;
}

/** How many checks of a store were answered from its cache. */
export function hits(store: Store): number {
  return checksOf(store).cache.counts.lookups.hit;
}
