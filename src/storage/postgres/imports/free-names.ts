/** Finds a name for each account of an import, as SQLite finds them one by one (ruling I4). */

import { type AccountOutcome, type AccountToImport, type ImportRun, parkedForm } from '../../port/port.ts';
import { type Name, suffixedNames } from '../../shared/imports/imported-names.ts';
import type { Run } from '../connection/transaction.ts';

/** An account that needs a name: a new one, one that waits under none already, or one with another name at its origin now. */
export interface NameWish {
  readonly account: AccountToImport;
  readonly need: 'new' | 'parked' | 'renamed';
}

/** The name that an account gets; `undefined` if it is left out, goes on waiting, or keeps the one that it has. */
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
  for (const { account, need } of wishes) {
    const { userId } = account;
    const named =
      need === 'renamed' ? renamed(account, holders) : nameFor(account, need, onConflict, holders);
    if (named.name && need === 'renamed')
      for (const [canonical, holder] of holders) if (holder === userId) holders.delete(canonical);
    if (named.name) holders.set(named.name.canonical, userId);
    names.set(userId, named);
  }
  return names;
}

/** A new name is taken over if it is free. */
function renamed(
  { userId, identifier, canonical }: AccountToImport,
  holders: ReadonlyMap<string, string>,
): Named {
  const outcome = { outcome: 'updated' } as const;
  const isFree = [undefined, userId].includes(holders.get(canonical));
  return isFree ? { name: { identifier, canonical }, outcome } : { outcome };
}

function nameFor(
  account: AccountToImport,
  need: 'new' | 'parked',
  onConflict: ImportRun['onConflict'],
  holders: ReadonlyMap<string, string>,
): Named {
  const { userId, identifier, canonical } = account;
  const isParked = need === 'parked';
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
