/** What became of the accounts and sessions of an import, in words that the report and the audit have too. */

/**
 * What follows the origin, beside the hash and a name that was waited for: the origin changed it since the last import, and
 * here it was as that import had left it.
 */
export type AccountChange =
  | 'disabled'
  | 'enabled'
  | 'renamed'
  | 'email_changed'
  | 'email_verified'
  | 'email_unverified'
  | 'factors_added';

/**
 * What is not as the origin has it, and stays: it was changed here too (`…_kept`), the new name belongs to another account
 * (`name_taken`), the account has factors there and none here (`factors_missing`), none there and some here (`factors_kept`),
 * or others (`factors_differ`).
 */
export type KeptDifference =
  | 'state_kept'
  | 'name_kept'
  | 'name_taken'
  | 'email_kept'
  | 'factors_missing'
  | 'factors_kept'
  | 'factors_differ';

/** What became of an account. `heldBy` is the user who has its name; `null` if it waited at its origin already. */
export type AccountOutcome = (
  | /**
   * `kept_newer_hash`: the password was changed here, or the hash was upgraded; the origin's new hash is not taken.
   * `updated`: the hash is the same, and something else followed the origin.
   */
  { readonly outcome: 'imported' | 'unchanged' | 'hash_replaced' | 'kept_newer_hash' | 'updated' }
  /** The name belongs to another user: the account waits under no name, has another one, or was left out. */
  | { readonly outcome: 'parked' | 'skipped'; readonly heldBy: string | null }
  | { readonly outcome: 'suffixed'; readonly heldBy: string | null; readonly identifier: string }
  /** It waited under no name, and its own name has become free. */
  | { readonly outcome: 'unparked' }
  /** It was imported before, and removed here since: it stays removed. */
  | { readonly outcome: 'removed' }
  /** A user of this id exists that came from elsewhere. */
  | { readonly outcome: 'id_taken' }
) & {
  /** Left out if there is none. */
  readonly changed?: readonly AccountChange[];
  /** Left out if there is none. */
  readonly kept?: readonly KeptDifference[];
};

/**
 * What became of a session. `ended` was imported before and has ended since; `no_account`: no import of this source made its
 * user; `id_taken`: another session has the id, or had it.
 */
export type SessionOutcome = 'imported' | 'unchanged' | 'ended' | 'no_account' | 'id_taken';
