/** Tries the empty password and the account's own name on imported accounts, for as long as it is given. */

import type { HashingQueue } from '../../crypto/hashing-queue.ts';
import type { ImportSpool, SpooledAccount } from '../../storage/port/imports.ts';
import type { Services } from '../../usecases/services.ts';

export type Weakness = 'empty_password' | 'password_is_name';

export interface WeakSearch {
  readonly spool: ImportSpool;
  readonly passwords: Pick<Services['passwords'], 'verify'>;
  readonly hashing: HashingQueue;
  readonly found: (account: SpooledAccount, weakness: Weakness) => void;
  /** Whether there is time for another hash. May throw to end the search. */
  readonly hasTime: () => boolean;
}

/** Accounts that are read at once. */
const page = 100;

/** The network of the operator in the queue of hashes. */
const network = 'local';

/**
 * Tries accounts in the order of the files, as many at once as there are threads for hashes. Returns how many were tried to
 * the end.
 */
export async function searchWeak(search: WeakSearch): Promise<number> {
  const { spool, hashing } = search;
  const accounts = pages(spool);
  let tried = 0;
  const lane = async () => {
    for (const account of accounts) {
      if (!(await tryOne(account, search))) return;
      tried += 1;
    }
  };
  await Promise.all(Array.from({ length: hashing.counts.threads }, lane));
  return tried;
}

function* pages(spool: ImportSpool): Generator<SpooledAccount> {
  for (let after = 0; ; ) {
    const some = spool.credentials(after, page);
    yield* some;
    const last = some.at(-1);
    if (!last) return;
    after = last.number;
  }
}

/** `false` if the time was over first. */
async function tryOne(
  account: SpooledAccount,
  { passwords, hashing, found, hasTime }: WeakSearch,
): Promise<boolean> {
  const { identifier, passwordHash } = account;
  const guesses = [
    ['', 'empty_password'],
    [identifier, 'password_is_name'],
  ] as const;
  for (const [guess, weakness] of guesses) {
    if (!hasTime()) return false;
    using slot = hashing.enter(network);
    const verdict = await passwords.verify(guess, passwordHash ?? undefined, slot);
    if ('refused' in verdict) return false;
    if (!verdict.correct) continue;
    found(account, weakness);
    return true;
  }
  return true;
}
