/** Decides what an import does with an account, by what is stored of its user (rulings I1 and I4). */

import { type AccountToImport, type ImportRun, parkedForm } from '../../port/port.ts';

/** What is stored of a user id, read in the step that writes. */
export interface StoredUser {
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
}

export type AccountVerdict =
  | { readonly verdict: 'new' | 'removed' | 'id_taken' }
  | {
      readonly verdict: 'known';
      readonly hash: 'same' | 'replace' | 'kept_newer';
      /** It waits under no name, and the import knows its name. */
      readonly isParked: boolean;
    };

export function judgeAccount(
  { userId, canonical, fingerprint }: AccountToImport,
  { source }: ImportRun,
  stored: StoredUser | undefined,
): AccountVerdict {
  if (!stored) return { verdict: 'new' };
  // Beside the mark, rows of a removed account may still wait for their own removal.
  if (stored.wasRemoved && stored.source === null) return { verdict: 'removed' };
  if (!stored.hasUser && stored.canonical === null) return { verdict: 'new' };
  // What came from another origin under this id belongs to another person.
  if (stored.source !== source) return { verdict: 'id_taken' };
  const isNewer = fingerprint !== stored.fingerprint;
  const parked = parkedForm(userId);
  return {
    verdict: 'known',
    hash: !isNewer ? 'same' : stored.hashKind === '' ? 'kept_newer' : 'replace',
    isParked: stored.canonical === parked && canonical !== parked,
  };
}
