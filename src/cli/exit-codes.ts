/** Exit codes, and the message and code of every refusal. */

import type { BackupRefusal, RestoreRefusal } from '../maintenance/backup.ts';
import type { Refusal } from '../usecases/refusals.ts';

/** The exit codes; `docs/cli.md` explains them. */
export const exitCodes = {
  done: 0,
  /** The command failed, or its answer is no: a broken chain, a problem, a dropped cookie. */
  failed: 1,
  /** The command line or the settings cannot be used. */
  usage: 2,
  /** The argument names something that does not exist: a user, a session, a file. */
  notFound: 3,
  /** The action is not allowed now: a name is taken, a file exists, a server runs. */
  refused: 4,
  /** The database cannot be used, or does not answer. */
  unavailable: 5,
  /** The server that was to be judged does not answer, or is another one. */
  notJudged: 6,
  /** The user pressed Ctrl-C: 128 and the number of the signal. */
  interrupted: 130,
  /** The command was told to end by SIGTERM: likewise. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a message and an exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exit: ExitCode;

  constructor(exit: ExitCode, sentence: string) {
    super(sentence);
    this.exit = exit;
  }
}

/** The exit code of each refusal, and a sentence, which may depend on the refusal. */
export type RefusalWords<Refused extends { readonly refused: string }> = {
  readonly [Name in Refused['refused']]: readonly [
    exit: ExitCode,
    sentence: string | ((refusal: Extract<Refused, { refused: Name }>) => string),
  ];
};

const { failed, notFound, refused, usage } = exitCodes;

/** Refusals that several commands share. Some occur in no command: the type requires words for every refusal. */
const words: RefusalWords<Refusal | BackupRefusal | RestoreRefusal> = {
  invalid_identifier: [
    usage,
    'A user name is 3 to 40 letters, digits and _; an e-mail address is one ASCII address.',
  ],
  identifier_taken: [refused, 'There is a user of this name already.'],
  password_too_short: [refused, ({ limit }) => `The password must have at least ${limit} characters.`],
  password_too_long: [
    refused,
    ({ limit }) => `The password must have at most ${limit} characters and 1024 bytes of UTF-8.`,
  ],
  password_malformed: [refused, 'The password must be well-formed Unicode without U+0000.'],
  password_common: [refused, 'The password is too common.'],
  password_is_identifier: [refused, 'The password must differ from the name of the account.'],
  password_of_context: [
    refused,
    'The password must be more than the name of this service or of the account with a few characters added.',
  ],
  unknown_account: [notFound, 'There is no such user.'],
  too_many_exports: [failed, 'Too many exports at once. Try again later.'],
  unknown_session: [notFound, 'No live session has this handle.'],
  no_session: [notFound, 'There is no such session.'],
  account_disabled: [refused, 'The account is disabled. Enable it first.'],
  user_record_missing: [
    failed,
    'One of the two records of this account is missing. Delete the account, or restore a backup.',
  ],
  wrong_password: [failed, 'The password is wrong.'],
  second_factor_required: [refused, 'The account needs a second factor.'],
  enrolment_required: [refused, 'The account has to enrol a second factor first.'],
  invalid_code: [failed, 'The code is wrong.'],
  codes_locked: [refused, 'The codes of the authenticator app are locked.'],
  codes_unavailable: [failed, 'The key that encrypts the secrets of authenticator apps is missing.'],
  totp_unavailable: [refused, 'Authenticator apps need GATEHOUSE_SECRET_KEY.'],
  factor_exists: [refused, 'The account has an authenticator app already.'],
  unknown_factor: [notFound, 'The account has no such second factor.'],
  last_factor: [refused, 'A second factor is required, and this is the only one.'],
  no_enrolment: [refused, 'No enrolment was begun.'],
  no_second_step: [refused, 'No sign-in waits for its second step.'],
  invalid_passkey: [failed, 'The passkey was not accepted.'],
  invalid_counter: [failed, 'The counter of the passkey did not rise.'],
  too_many_passkeys: [refused, 'The account has as many passkeys as it may have.'],
  invalid_name: [usage, 'A name has 1 to 60 characters on one line.'],
  passkeys_unavailable: [refused, 'Passkeys are off here.'],
  not_proven: [refused, 'The password was not confirmed recently.'],
  invalid_token: [refused, 'The link is not valid any more.'],
  registration_closed: [refused, 'Registration is closed.'],
  not_invited: [refused, 'There is no invitation for this name.'],
  nothing_to_verify: [refused, 'There is no address to verify.'],
  too_many_attempts: [refused, 'Too many attempts. Try again later.'],
  overloaded: [failed, 'Too many password hashes at once. Try again later.'],
  target_exists: [refused, 'The file exists already. It was not changed.'],
  target_folder_missing: [notFound, 'The folder for the file does not exist.'],
  source_missing: [notFound, 'There is no such file.'],
  source_foreign: [refused, 'This file is not a backup of Gatehouse.'],
  source_incomplete: [
    refused,
    'The file has a -wal file beside it with commits that belong to it: it was copied while in use. ' +
      'Use a backup that `gatehouse backup` made.',
  ],
  source_newer: [refused, 'This backup was made by a newer Gatehouse. Restore it with that version.'],
  source_unreleased: [
    refused,
    'This backup was made by an unreleased version of Gatehouse, and this version does not read it. ' +
      'Restore a backup of a released version.',
  ],
  source_damaged: [refused, 'This backup is damaged. Restore another one.'],
  source_is_database: [refused, 'This file is the database itself, not a backup of it.'],
  database_in_use: [
    refused,
    'The database is in use. Stop the server and all other commands, and try again.',
  ],
};

/** The error of a refused command. */
export function refusalError(refusal: Refusal | BackupRefusal | RestoreRefusal): CommandError {
  return refusalErrorOf(words, refusal);
}

/** The same, with the words of one command. */
export function refusalErrorOf<Refused extends { readonly refused: string }>(
  words: RefusalWords<Refused>,
  refusal: Refused,
): CommandError {
  const [exit, sentence] = words[refusal.refused as Refused['refused']];
  return new CommandError(
    exit,
    typeof sentence === 'string' ? sentence : (sentence as (refusal: Refused) => string)(refusal),
  );
}

/** The error of a store that does not answer, and what to do then. */
export function unavailableError({ message }: Error, advice: string): CommandError {
  // What a database says of itself does not always end like a sentence.
  const said = /[.!?]$/.test(message) ? message : `${message}.`;
  return new CommandError(exitCodes.unavailable, `The database does not answer: ${said} ${advice}`);
}
