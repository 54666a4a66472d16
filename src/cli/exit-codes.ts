/** How a command ends: the exit codes, and the words for every refusal. */

import type { BackupRefusal, RestoreRefusal } from '../maintenance/backup.ts';
import type { Refusal } from '../usecases/services.ts';

/** The exit codes; `docs/cli.md` explains them. */
export const exits = {
  done: 0,
  /** It was tried and failed, or the answer is no: a broken chain, a problem found, a cookie dropped. */
  failed: 1,
  /** The command line or the settings cannot be used. */
  usage: 2,
  /** What was named does not exist: a user, a session, a file. */
  notFound: 3,
  /** It exists and may not be done: a name is taken, a file is in the way, a server runs. */
  refused: 4,
  /** The database cannot be used, or does not answer now. */
  unavailable: 5,
  /** The user pressed Ctrl-C: 128 and the number of the signal. */
  interrupted: 130,
} as const;

export type Exit = (typeof exits)[keyof typeof exits];

/** Ends a command with a sentence for people and a code for programs. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: Exit;

  constructor(exit: Exit, sentence: string) {
    super(sentence);
    this.exit = exit;
  }
}

interface Words {
  readonly exit: Exit;
  readonly sentence: string | ((limit: number) => string);
}

type RefusedName = (Refusal | BackupRefusal | RestoreRefusal)['refused'];

const { failed, notFound, refused, usage } = exits;

/** What the operator is told; some of these no command can meet, and a new one must not go without words. */
const words = {
  invalid_identifier: {
    exit: usage,
    sentence: 'A user name is 3 to 40 letters, digits and _; an e-mail address is one ASCII address.',
  },
  identifier_taken: { exit: refused, sentence: 'There is a user of this name already.' },
  password_too_short: { exit: refused, sentence: (n) => `The password must have at least ${n} characters.` },
  password_too_long: {
    exit: refused,
    sentence: (n) => `The password must have at most ${n} characters and 1024 bytes of UTF-8.`,
  },
  password_malformed: {
    exit: refused,
    sentence: 'The password must be well-formed Unicode without U+0000.',
  },
  password_common: { exit: refused, sentence: 'The password is too common.' },
  password_is_identifier: {
    exit: refused,
    sentence: 'The password must differ from the name of the account.',
  },
  password_of_context: {
    exit: refused,
    sentence:
      'The password must be more than the name of this service or of the account with a few characters added.',
  },
  unknown_account: { exit: notFound, sentence: 'There is no such user.' },
  too_many_exports: { exit: failed, sentence: 'Too many exports at once. Try again later.' },
  unknown_session: { exit: notFound, sentence: 'No live session has this handle.' },
  no_session: { exit: notFound, sentence: 'There is no such session.' },
  account_disabled: { exit: refused, sentence: 'The account is disabled. Enable it first.' },
  user_record_missing: {
    exit: failed,
    sentence: 'Only one of the two records of this account is left. Delete it, or restore a backup.',
  },
  wrong_password: { exit: failed, sentence: 'The password is wrong.' },
  not_proven: { exit: refused, sentence: 'The password was not proven lately.' },
  invalid_token: { exit: refused, sentence: 'The link is not valid any more.' },
  registration_closed: { exit: refused, sentence: 'Registration is closed.' },
  not_invited: { exit: refused, sentence: 'There is no invitation for this name.' },
  nothing_to_verify: { exit: refused, sentence: 'There is no address to verify.' },
  too_many_attempts: { exit: refused, sentence: 'Too many attempts. Try again later.' },
  overloaded: { exit: failed, sentence: 'Too many password hashes at once. Try again later.' },
  target_exists: { exit: refused, sentence: 'The file exists already, and is left as it is.' },
  target_folder_missing: { exit: notFound, sentence: 'The folder for the file does not exist.' },
  source_missing: { exit: notFound, sentence: 'There is no such file.' },
  source_foreign: { exit: refused, sentence: 'This file is not a backup of Gatehouse.' },
  source_incomplete: {
    exit: refused,
    sentence:
      'A -wal file lies beside this file and holds commits that belong to it: it was copied while in use. ' +
      'Use a backup that `gatehouse backup` made.',
  },
  source_newer: {
    exit: refused,
    sentence: 'This backup was made by a newer Gatehouse. Restore it with that version.',
  },
  source_damaged: { exit: refused, sentence: 'This backup is damaged. Restore another one.' },
  source_is_database: { exit: refused, sentence: 'This file is the database itself, not a backup of it.' },
  database_in_use: {
    exit: refused,
    sentence: 'The database is in use. Stop the server, and every other command, and try again.',
  },
} as const satisfies Record<RefusedName, Words>;

/** Turns a refusal into the end of a command. */
export function failureOf(refusal: { readonly refused: RefusedName; readonly limit?: number }): Failure {
  const { exit, sentence }: Words = words[refusal.refused];
  return new Failure(exit, typeof sentence === 'string' ? sentence : sentence(refusal.limit ?? 0));
}
