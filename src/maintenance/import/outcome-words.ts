/** The sentences of the report about what became of accounts and sessions. */

import type { AccountOutcome } from '../../storage/port/imports.ts';

/** A user id as the report shows it: one of an unusable form may be any text of the file. */
export function shownId(userId: string): string | undefined {
  return /^[\x21-\x7e]{1,128}$/.test(userId) ? userId : undefined;
}

export const sessionWords: Readonly<Record<string, string>> = {
  past_life: 'Its time is over.',
  no_account: 'Its account is not here.',
  ended: 'It was imported before, and has ended since.',
  id_taken: 'Another session has its id.',
};

export function messageOf(decided: AccountOutcome): string | undefined {
  const { outcome } = decided;
  const holder =
    'heldBy' in decided && decided.heldBy !== null ? `User ${decided.heldBy}` : 'Another account';
  switch (outcome) {
    case 'parked':
      return `${holder} has its name. Its sessions live; to log in it needs another name (--on-conflict suffix).`;
    case 'skipped':
      return `${holder} has its name. It was left out.`;
    case 'suffixed':
      return `${holder} has its name. It logs in as ${JSON.stringify(decided.identifier)}.`;
    case 'unparked':
      return 'Its name has become free, and is its own now.';
    case 'removed':
      return 'It was imported before, and was removed here since.';
    case 'id_taken':
      return 'A user of this id exists who came from elsewhere. Nothing of it was changed.';
    case 'kept_newer_hash':
      return 'Its password was changed here, and at its origin too; the one here stays.';
    case 'hash_replaced':
      return 'Its password was changed at its origin since the last import.';
    default:
      return undefined;
  }
}
