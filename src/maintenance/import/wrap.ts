/** Wraps the imported hashes that are too weak to be stored as they are (ruling I3). */

import { hashKindOf } from '../../crypto/hashes/hash-kind.ts';
import { prefixesToWrap, wrappingOf } from '../../crypto/hashes/wrapping.ts';
import type { HashingQueue } from '../../crypto/hashing-queue.ts';
import type { ImportStore } from '../../storage/port/imports.ts';
import type { Progress } from '../../storage/port/port.ts';
import type { ImportTarget } from './import.ts';

export interface Wrapped {
  readonly wrapped: number;
  /** Hashes that were replaced meanwhile, by a login or another run. */
  readonly skipped: number;
  /** Still waiting; 0 unless an import ran beside. */
  readonly left: number;
}

/** Hashes that are read at once. */
const page = 200;

/** The network of the operator in the queue of hashes. */
const network = 'local';

/**
 * Wraps every hash that waits, as many at once as there are threads for hashes. Each is replaced in a step of its own, so an
 * interrupted run loses nothing, and the next one goes on. No session ends.
 *
 * @param progress may throw to end the run: the hashes in work are still stored.
 */
export async function wrapHashes(target: ImportTarget, progress: Progress): Promise<Wrapped> {
  const { store, services } = target;
  const imports = await store.imports();
  const all = await imports.countWith(prefixesToWrap);
  const counts = { wrapped: 0, skipped: 0 };
  const waiting = pages(imports);
  const lane = async () => {
    for (;;) {
      progress(counts.wrapped + counts.skipped, Math.max(all, 1));
      const { value, done } = await waiting.next();
      if (done) return;
      counts[await wrapOne(target, imports, value)] += 1;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: services.hashing.counts.threads }, lane));
  const failed = lanes.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return { ...counts, left: await imports.countWith(prefixesToWrap) };
}

/** An asynchronous generator answers calls one after another, so lanes may share it. */
async function* pages(imports: ImportStore) {
  for (let after = ''; ; ) {
    const some = await imports.credentialsWith(prefixesToWrap, after, page);
    yield* some;
    const last = some.at(-1);
    if (!last) return;
    after = last.userId;
  }
}

async function wrapOne(
  { services, caller }: ImportTarget,
  imports: ImportStore,
  { userId, passwordHash: expected }: { readonly userId: string; readonly passwordHash: string },
): Promise<'wrapped' | 'skipped'> {
  const wrapping = wrappingOf(expected, services.passwords.parameters);
  if (!wrapping) return 'skipped';
  const result = await hashed(services.hashing, wrapping.hash, wrapping.outer);
  if (!result) return 'skipped';
  const passwordHash = wrapping.format(result);
  const hash = { userId, expected, passwordHash, hashKind: hashKindOf(passwordHash) };
  const isReplaced = await imports.wrapHash(hash, services.audit.context(caller, 'hash_wrap'));
  return isReplaced ? 'wrapped' : 'skipped';
}

async function hashed(
  hashing: HashingQueue,
  hash: Uint8Array,
  outer: NonNullable<ReturnType<typeof wrappingOf>>['outer'],
): Promise<Uint8Array | undefined> {
  using slot = hashing.enter(network);
  const result = await slot.pbkdf2(hash, outer.salt, outer);
  return 'refused' in result ? undefined : result;
}
