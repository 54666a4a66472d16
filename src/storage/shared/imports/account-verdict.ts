/** Decides what an import does with an account, by what is stored of its user (rulings I1 and I4). */

import { type AccountOutcome, type AccountToImport, type ImportRun, parkedForm } from '../../port/port.ts';
import type { Digest } from '../audit-chain.ts';
import { type AccountUpdate, decideUpdate, isRenamed, type StoredAccount } from './origin-state.ts';

/** What is stored of a user id, read in the step that writes. */
export type StoredUser = {
  readonly [Column in keyof StoredAccount]: StoredAccount[Column] | null;
} & {
  readonly hasUser: boolean;
  /** The canonical form in `auth`; `null` without a credential. */
  readonly canonical: string | null;
  /** The source that its account came from; `null` if no import made it. */
  readonly source: string | null;
  readonly fingerprint: string | null;
  /** The kind of the stored hash while it is the origin's; otherwise empty. */
  readonly hashKind: string | null;
  /** Whether an account of this id came from the source of the run and was removed here. */
  readonly wasRemoved: boolean;
};

/** An account that an import of the same source made. */
export interface KnownAccount {
  readonly verdict: 'known';
  readonly hash: 'same' | 'replace' | 'kept_newer';
  /** Which name it needs: it waits under none and the import knows one, or its origin has another one now. */
  readonly needsName: 'parked' | 'renamed' | undefined;
  /** What else follows the origin, by what becomes of its name. */
  update(name: 'same' | 'given' | 'taken'): AccountUpdate;
}

export type AccountVerdict = { readonly verdict: 'new' | 'removed' | 'id_taken' } | KnownAccount;

export function judgeAccount(
  account: AccountToImport,
  { source }: ImportRun,
  stored: StoredUser | undefined,
  digest: Digest,
): AccountVerdict {
  const { userId, canonical, fingerprint } = account;
  if (!stored) return { verdict: 'new' };
  // Beside the mark, rows of a removed account may still wait for their own removal.
  if (stored.wasRemoved && stored.source === null) return { verdict: 'removed' };
  if (!stored.hasUser && stored.canonical === null) return { verdict: 'new' };
  // What came from another origin under this id belongs to another person; a half account is for the operator (ruling R2).
  if (stored.source !== source || !stored.hasUser || stored.canonical === null)
    return { verdict: 'id_taken' };
  const isNewer = fingerprint !== stored.fingerprint;
  const known = stored as StoredAccount;
  const parked = parkedForm(userId);
  const isWaiting = [canonical, stored.canonical].includes(parked);
  const isParked = canonical !== parked && stored.canonical === parked;
  const needsName = isParked
    ? 'parked'
    : !isWaiting && isRenamed(account, known, digest)
      ? 'renamed'
      : undefined;
  return {
    verdict: 'known',
    hash: !isNewer ? 'same' : stored.hashKind === '' ? 'kept_newer' : 'replace',
    needsName,
    update(name) {
      const decided = !isWaiting ? name : name === 'given' ? 'waited' : 'waits';
      return decideUpdate(account, known, digest, decided);
    },
  };
}

/** The outcome of a known account, from what became of its name if it waited for one. */
export function outcomeOfKnown(
  { hash }: KnownAccount,
  { changed, kept }: AccountUpdate,
  named?: AccountOutcome,
): AccountOutcome {
  const outcome =
    hash === 'replace'
      ? 'hash_replaced'
      : hash === 'kept_newer'
        ? 'kept_newer_hash'
        : changed.length > 0
          ? 'updated'
          : 'unchanged';
  return {
    ...(named ?? { outcome }),
    ...(changed.length > 0 && { changed }),
    ...(kept.length > 0 && { kept }),
  };
}
