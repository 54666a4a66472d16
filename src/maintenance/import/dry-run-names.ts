/** Finds conflicts of names among the accounts of a dry run, which the store does not see because it writes none of them. */

import type { AccountOutcome, AccountToImport, ImportRun, ImportSpool } from '../../storage/port/imports.ts';
import { canonical } from '../../storage/shared/canonical-form.ts';

export class DryRunNames {
  readonly #spool: ImportSpool;
  readonly #onConflict: ImportRun['onConflict'];
  readonly #isTaken: (canonical: string) => Promise<boolean>;

  constructor(
    spool: ImportSpool,
    onConflict: ImportRun['onConflict'],
    isTaken: (canonical: string) => Promise<boolean>,
  ) {
    this.#spool = spool;
    this.#onConflict = onConflict;
    this.#isTaken = isTaken;
  }

  /** What a real run would do, from what the store alone would do. */
  async decide(account: AccountToImport, stored: AccountOutcome): Promise<AccountOutcome> {
    const decided = await this.#decide(account, stored);
    if (decided.outcome === 'skipped' || decided.outcome === 'id_taken') this.#spool.leaveOut(account.userId);
    return decided;
  }

  async #decide(account: AccountToImport, stored: AccountOutcome): Promise<AccountOutcome> {
    const { userId, canonical: name, identifier } = account;
    if (stored.outcome === 'suffixed') return this.#suffixed(userId, identifier, stored.heldBy);
    if (stored.changed?.includes('renamed') && this.#spool.claimName(name, userId) !== userId)
      return withoutName(stored);
    if (stored.outcome !== 'imported') return stored;
    const heldBy = this.#spool.claimName(name, userId);
    if (heldBy === userId) return stored;
    if (this.#onConflict === 'report') return { outcome: 'parked', heldBy };
    if (this.#onConflict === 'skip') return { outcome: 'skipped', heldBy };
    return this.#suffixed(userId, identifier, heldBy);
  }

  async #suffixed(userId: string, identifier: string, heldBy: string | null): Promise<AccountOutcome> {
    for (let n = 2; ; n += 1) {
      const name = canonical(`${identifier}-${n}`);
      if (await this.#isTaken(name)) continue;
      if (this.#spool.claimName(name, userId) === userId)
        return { outcome: 'suffixed', heldBy, identifier: `${identifier}-${n}` };
    }
  }
}

/** What the store would do if the new name of an account were taken. */
function withoutName({ changed = [], kept = [], ...stored }: AccountOutcome): AccountOutcome {
  const left = changed.filter((change) => change !== 'renamed');
  const outcome =
    stored.outcome === 'updated' && left.length === 0 ? { outcome: 'unchanged' as const } : stored;
  return { ...outcome, ...(left.length > 0 && { changed: left }), kept: ['name_taken', ...kept] };
}
