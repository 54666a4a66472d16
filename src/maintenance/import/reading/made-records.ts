/** Makes the records of an import from what formats read, with a problem for each part that cannot be used. */

import type { HashProblem, ReadHash } from '../../../crypto/hashes/read-hash.ts';
import type { AccountRecord, FormatOptions, ImportRecord, Place, ProblemRecord } from '../records.ts';
import { hashedSessionId } from '../session-ids.ts';
import { readInstant } from './instants.ts';

/** A value as a file has it; nothing, NULL and the empty text are the same where a text is needed. */
export type Value = string | number | null | undefined;

/** An account as a format reads it. */
export interface ReadAccount {
  readonly userId: Value;
  /** The name to log in with; the first that is there. */
  readonly identifiers: readonly Value[];
  readonly email?: Value;
  readonly isEmailVerified?: boolean | undefined;
  readonly createdAt?: Value;
  readonly disabledAt?: Value | 'now';
  readonly hash?: ReadHash | undefined;
  readonly totpSecret?: string | undefined;
  /** Why a second factor of the account cannot come over; then the account does not, unless it may come without. */
  readonly lostFactor?: string | undefined;
}

/** A session as a format reads it. */
export interface ReadSession {
  readonly userId: Value;
  readonly id: Value;
  readonly createdAt?: Value;
  readonly lastSeenAt?: Value;
  readonly idleExpiresAt?: Value;
  readonly expiresAt?: Value;
}

/**
 * The account, and a problem for each part that it comes without: a hash that cannot be verified here, an instant that cannot
 * be read. Without a user id or a name, or with a second factor that would be lost, only the problem.
 */
export function* accountRecords(
  place: Place,
  account: ReadAccount,
  options: FormatOptions,
): Generator<ImportRecord> {
  const userId = textOf(account.userId);
  const identifier = account.identifiers.map(textOf).find((text) => text !== undefined);
  const mayLoseFactor = options.parameters?.['secondFactors'] === 'leave';
  if (userId === undefined) return yield problemOf(place, 'account', 'no_id', 'The account has no user id.');
  if (identifier === undefined)
    return yield problemOf(place, 'account', 'no_name', 'The account has no name to log in with.');
  if (account.lostFactor !== undefined && !mayLoseFactor) {
    const message = `${account.lostFactor} With --parameter secondFactors=leave the account comes without it.`;
    return yield problemOf(place, 'account', 'second_factor', message);
  }
  const problems: ProblemRecord[] = [];
  const instant = (value: Value, what: string): number | undefined => {
    if (textOf(value) === undefined) return undefined;
    const read = readInstant(value ?? '');
    if (read.at === undefined)
      problems.push(problemOf(place, 'part', read.reason, `${read.message} It is ${what}.`));
    return read.at;
  };
  const disabledAt =
    account.disabledAt === 'now' ? 'now' : instant(account.disabledAt, 'that of its disabling');
  const record: AccountRecord = {
    kind: 'account',
    place,
    userId,
    identifier,
    email: textOf(account.email),
    isEmailVerified: account.isEmailVerified,
    createdAt: instant(account.createdAt, 'that of its registration, which counts from the import instead'),
    // Disabled without a date is disabled all the same.
    disabledAt: disabledAt ?? (textOf(account.disabledAt) === undefined ? undefined : 'now'),
    passwordHash: account.hash && 'stored' in account.hash ? account.hash.stored : undefined,
    totpSecret: account.totpSecret,
  };
  yield record;
  yield* problems;
  if (account.hash && 'problem' in account.hash)
    yield problemOf(
      place,
      'part',
      account.hash.problem,
      `${account.hash.message} The account comes without it.`,
    );
  if (account.lostFactor !== undefined)
    yield problemOf(place, 'part', 'second_factor', `${account.lostFactor} The account comes without it.`);
}

/** The session, or why it is not imported: an instant that cannot be read must not give it a longer life. */
export function sessionRecord(place: Place, session: ReadSession): ImportRecord {
  const userId = textOf(session.userId);
  const id = textOf(session.id);
  if (id === undefined) return problemOf(place, 'session', 'no_id', 'The session has no id.');
  if (userId === undefined)
    return problemOf(place, 'session', 'no_account', 'The session belongs to no user.');
  const idHash = hashedSessionId(id);
  if (typeof idHash !== 'string') return problemOf(place, 'session', idHash.reason, idHash.message);
  const instants: Record<string, number> = {};
  for (const name of ['createdAt', 'lastSeenAt', 'idleExpiresAt', 'expiresAt'] as const) {
    const value = session[name];
    if (textOf(value) === undefined) continue;
    const read = readInstant(value ?? '');
    if (read.at === undefined) return problemOf(place, 'session', read.reason, read.message);
    instants[name] = read.at;
  }
  return { kind: 'session', place, userId, idHash, ...instants };
}

export function problemOf(
  place: Place,
  of: ProblemRecord['of'],
  reason: string,
  message: string,
): ProblemRecord {
  return { kind: 'problem', place, of, reason, message };
}

/** A hash whose parts are missing or of another type. */
export function malformedHash(message: string): HashProblem {
  return { problem: 'malformed_hash', message };
}

/** A text that says something. */
export function textOf(value: Value): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  return String(value);
}

/** Whether a word of a database, a file or a person means yes. */
export function isTrue(value: Value | boolean): boolean {
  return /^(?:t|true|1|y|yes)$/i.test(String(value ?? '').trim());
}
