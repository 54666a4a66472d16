/** The sentences of the report about what became of accounts and sessions. */

import type { AccountChange, AccountOutcome, KeptDifference } from '../../storage/port/imports.ts';

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

/** What an origin has changed since the last import, and what is not as the origin has it. */
export const differenceWords: Readonly<Record<AccountChange | KeptDifference, string>> = {
  disabled:
    'It was disabled at its origin since the last import, and is disabled here now. Its sessions end.',
  enabled: 'It was enabled at its origin since the last import, and is enabled here now.',
  renamed: 'It has another name at its origin since the last import, and has it here now.',
  email_changed: 'It has another address at its origin since the last import, and has it here now.',
  email_verified: 'Its address was verified at its origin since the last import, and is verified here now.',
  email_unverified: 'Its address is not verified at its origin any more, and is not verified here now.',
  factors_added: 'It has second factors at its origin since the last import, and has them here now.',
  state_kept:
    'It was disabled or enabled at its origin since the last import, and here too; what was done here stays.',
  name_kept: 'It has another name at its origin, and its name was changed here; the one here stays.',
  name_taken: 'It has another name at its origin, which belongs to another account here; the old one stays.',
  email_kept: 'It has another address at its origin, and its address was changed here; the one here stays.',
  factors_missing:
    'It has second factors at its origin and none here: they were removed here, or could not come. A password is enough to log in.',
  factors_kept:
    'Its second factors were removed at its origin. Those here stay; gatehouse user factors removes them.',
  factors_differ:
    'It has other second factors at its origin than here. Those here stay, and codes of a new app are refused.',
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
