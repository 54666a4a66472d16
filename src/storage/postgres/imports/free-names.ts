/** Finds a name for each account of an import, as SQLite finds them one by one (ruling I4). */

import { type AccountOutcome, type AccountToImport, type ImportRun, parkedForm } from '../../port/port.ts';
import { type Name, suffixedNames } from '../../shared/imports/imported-names.ts';
import type { Run } from '../connection/transaction.ts';

/** An account that needs a name; `isParked` if it waits under none already. */
export interface NameWish {
  readonly account: AccountToImport;
  readonly isParked: boolean;
}

/** The name that an account gets; `undefined` if it is left out, or goes on waiting. */
export interface Named {
  readonly name?: Name;
  readonly outcome: AccountOutcome;
}

/** The names by user id. Other steps may take them until they are written. */
export async function decideNames(
  run: Run,
  wishes: readonly NameWish[],
  onConflict: ImportRun['onConflict'],
): Promise<Map<string, Named>> {
  if (wishes.length === 0) return new Map();
  const holders = await holdersOf(
    run,
    wishes.map(({ account }) => account.canonical),
  );
  if (onConflict === 'suffix') {
    const claimed = new Map(holders);
    const losers = wishes.filter(({ account }) => {
      const isTaken = claimed.has(account.canonical);
      claimed.set(account.canonical, account.userId);
      return isTaken;
    });
    const tried = losers.flatMap(({ account }) => suffixedNames(account).map(({ canonical }) => canonical));
    for (const [canonical, userId] of await holdersOf(run, tried)) holders.set(canonical, userId);
  }
  const names = new Map<string, Named>();
  for (const wish of wishes) {
    const named = nameFor(wish, onConflict, holders);
    if (named.name) holders.set(named.name.canonical, wish.account.userId);
    names.set(wish.account.userId, named);
  }
  return names;
}

function nameFor(
  { account, isParked }: NameWish,
  onConflict: ImportRun['onConflict'],
  holders: ReadonlyMap<string, string>,
): Named {
  const { userId, identifier, canonical } = account;
  const parked = parkedForm(userId);
  const heldBy = holders.get(canonical);
  if (canonical === parked)
    return { name: { identifier, canonical }, outcome: { outcome: 'parked', heldBy: null } };
  if (heldBy === undefined)
    return {
      name: { identifier, canonical },
      outcome: { outcome: isParked ? 'unparked' : 'imported' },
    };
  if (onConflict === 'skip' && !isParked) return { outcome: { outcome: 'skipped', heldBy } };
  const free =
    onConflict === 'suffix' ? suffixedNames(account).find((name) => !holders.has(name.canonical)) : undefined;
  if (free) return { name: free, outcome: { outcome: 'suffixed', heldBy, identifier: free.identifier } };
  const outcome: AccountOutcome = { outcome: 'parked', heldBy };
  return isParked ? { outcome } : { name: { identifier, canonical: parked }, outcome };
}

/** The users who have some names. */
async function holdersOf(run: Run, canonicals: readonly string[]): Promise<Map<string, string>> {
  if (canonicals.length === 0) return new Map();
  const { rows } = await run<{ canonical: string; userId: string }>(
    'SELECT canonical, user_id AS "userId" FROM auth WHERE canonical = ANY ($1::text[])',
    [canonicals],
  );
  return new Map(rows.map(({ canonical, userId }) => [canonical, userId]));
}
