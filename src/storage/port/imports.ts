/** The port of accounts that come from another system, with their live sessions (rulings I1 to I4). */

import type { AuditContext } from './audit.ts';
import type { BrowserToken } from './factors/browser-tokens.ts';
import type { Passkey } from './factors/passkeys.ts';
import type { Totp } from './factors/second-factors.ts';
import type { Session } from './sessions.ts';
import type { AccountOutcome, SessionOutcome } from './transfer/import-outcomes.ts';

export type * from './transfer/import-outcomes.ts';

/** Accounts, or sessions, that one step writes at most: more would keep other writers of a SQLite file waiting. */
export const maxImported = 500;

/**
 * The canonical form of an account whose name another account has (ruling I4): it waits under no name. No login reaches it,
 * because the canonical form of a typed text has no capital letters.
 */
export function parkedForm(userId: string): string {
  return `PARKED:${userId}`;
}

/** An account with the instants and the names that the import has decided. */
export interface AccountToImport {
  readonly userId: string;
  readonly identifier: string;
  /** `parkedForm` of the user for an account that waited at its origin too. */
  readonly canonical: string;
  /** In stored form; `!` for an account without a usable password. */
  readonly passwordHash: string;
  /** Names the cost of verifying the hash: equal for hashes that cost the same, whatever their salts (ruling I5). */
  readonly hashKind: string;
  /** SHA-256 of the hash as the origin has it: another one at the next import is a newer hash. */
  readonly fingerprint: string;
  readonly email: string | null;
  readonly emailVerifiedAt: number | null;
  readonly createdAt: number;
  readonly disabledAt: number | null;
  /** Second factors with their recovery codes, written with a new account, or where the origin has the first; `null` without any. */
  readonly factors: FactorsToImport | null;
  /** SHA-256 of the secret and the credential ids of the factors, as the origin has them; `null` without any. */
  readonly factorsFingerprint: string | null;
  /** Devices that the account was used from, written with a new account only; at most 50. */
  readonly devices: readonly DeviceToImport[];
  /** Trusted browsers (ruling F4), written with a new account only; at most 50. A handle that exists is made anew. */
  readonly trustedBrowsers: readonly TrustedBrowserToImport[];
}

/** The second factors of an account: an authenticator app, passkeys, or both. */
export interface FactorsToImport {
  readonly since: number;
  readonly totp: Totp | null;
  /** Refused codes since the last accepted one. */
  readonly failures: number;
  /** SHA-256 of the recovery codes: 64 hexadecimal digits each; at most 50. */
  readonly recoveryHashes: readonly string[];
  /** At most 50. A credential id or a handle that another account has is left out. */
  readonly passkeys: readonly Omit<Passkey, 'userId'>[];
}

export interface DeviceToImport {
  /** SHA-256 of the id of the device: 64 hexadecimal digits. */
  readonly deviceHash: string;
  readonly lastUsedAt: number;
}

export type TrustedBrowserToImport = Omit<BrowserToken, 'userId' | 'purpose'> & {
  /** SHA-256 of the token: 64 hexadecimal digits. */
  readonly tokenHash: string;
};

/** A session under its hash, with the instants that the import has decided. A handle that exists is made anew. */
export interface SessionToImport extends Session {
  readonly idHash: string;
}

/** One call of the command. */
export interface ImportRun {
  /** The origin, as in `--from`: user ids and sessions of one origin mean nothing in another. */
  readonly source: string;
  readonly at: number;
  /** What to do with a name that another account has (ruling I4). */
  readonly onConflict: 'report' | 'skip' | 'suffix';
  /** Decides and changes nothing. It sees the database and the accounts of the same call, not those of earlier calls. */
  readonly isDryRun: boolean;
}

/** A kind of hash among the accounts with one form of name, and how many have it (ruling I5). */
export interface HashKinds {
  readonly form: 'address' | 'username' | 'other';
  /** A stored hash of this kind, as an example to compute; `null` for hashes that were made here. */
  readonly example: string | null;
  readonly count: number;
}

/** A stored hash that is replaced by a wrapping of it (ruling I3). */
export interface HashToWrap {
  readonly userId: string;
  /** The hash that was wrapped: if another is stored by now, nothing changes. */
  readonly expected: string;
  readonly passwordHash: string;
  readonly hashKind: string;
}

/**
 * A step is whole or not there at all. A running server sees what it wrote at once: also a session whose id was presented
 * before, and was unknown then.
 */
export interface ImportStore {
  /**
   * Writes at most `maxImported` accounts in one step, each user id once. The outcomes are in the order of the accounts; of two
   * with one name the first gets it. Each account that is made or changed has an audit entry, whose outcome is that of the
   * account (that of the context for `imported`), or the word of a change. What the origin has changed of an account since the
   * last import is taken over if it is still here as that import left it: its hash (or a wrapping of it), whether it is
   * disabled, its address and the verification of it, and its name if the new one is free. Factors come if there were none
   * before, here and there. Enabling an account ends the sessions that it has left; those of one that this disables are for
   * the caller to end. An account that waits under no name gets one, if its own is free or the run gives suffixes. Making or
   * renaming an account removes any invitation for its name.
   */
  writeAccounts(
    accounts: readonly AccountToImport[],
    run: ImportRun,
    context: AuditContext,
  ): Promise<readonly AccountOutcome[]>;
  /** Writes at most `maxImported` sessions in one step. An id that was imported once is never written again (ruling I4). */
  writeSessions(sessions: readonly SessionToImport[], run: ImportRun): Promise<readonly SessionOutcome[]>;
  /** The hashes of live sessions that came from a source, in ascending order after one. */
  liveFrom(source: string, at: number, after: string, limit: number): Promise<readonly string[]>;
  /** Ends those of a short list of sessions that came from a source and live, as a logout does; returns how many. */
  prune(source: string, idHashes: readonly string[], context: AuditContext): Promise<number>;
  /** Replaces a hash by a wrapping of it: no password changes, and no session ends. `false` if the stored hash is another. */
  wrapHash(hash: HashToWrap, context?: AuditContext): Promise<boolean>;
  /** Imported credentials whose stored hash begins with one of the prefixes, in the order of the user ids, after one. */
  credentialsWith(
    prefixes: readonly string[],
    after: string,
    limit: number,
  ): Promise<readonly { readonly userId: string; readonly passwordHash: string }[]>;
  /** How many there are. It reads them all: for commands, not for requests. */
  countWith(prefixes: readonly string[]): Promise<number>;
  /**
   * The kinds of hash that logins by name meet, by form of name; none if no account is left that was imported. No kind of an
   * imported hash is left out; accounts without a usable password are. Counts above some hundred are estimates from a sample,
   * the same at every call while nothing changes. The work is bounded, however many accounts there are.
   */
  hashKinds(): Promise<readonly HashKinds[]>;
}

/** The place of a record for the spool: the number of its file, and its line. */
export interface SpoolPlace {
  readonly file: number;
  readonly line: number;
}

/**
 * What an import keeps on the disk while it runs, so that its memory is bounded: sessions until all accounts are written, and
 * what was seen before. It is in no folder under a name, holds no session id, and is gone with the process.
 */
export interface ImportSpool extends Disposable {
  /** Notes an account; the place where its id was seen before, if it was, and then nothing else. */
  addAccount(account: SpooledAccount): SpoolPlace | undefined;
  placeOf(userId: string): SpoolPlace | undefined;
  /** Marks a noted account as one that is not written. */
  leaveOut(userId: string): void;
  /** Whether an account was noted, and not marked so. */
  isComing(userId: string): boolean;
  /** Claims a canonical name for a user, unless another has it; returns the user who has it. For dry runs. */
  claimName(canonical: string, userId: string): string;
  /** Keeps a session; the place and the user where its id was seen before, if it was, and then nothing else. */
  addSession(session: SpooledSession): (SpoolPlace & { readonly userId: string }) | undefined;
  hasSession(idHash: string): boolean;
  /** At most `limit` sessions in the order in which they were added, after a number. */
  sessions(after: number, limit: number): readonly (SpooledSession & { readonly number: number })[];
  /** Accounts with a hash, in the order in which they were added, after a number. */
  credentials(after: number, limit: number): readonly (SpooledAccount & { readonly number: number })[];
  readonly sessionCount: number;
  /** Accounts with a hash. */
  readonly credentialCount: number;
}

export interface SpooledSession {
  readonly idHash: string;
  readonly userId: string;
  readonly place: SpoolPlace;
  /** The rest of the record, as text. */
  readonly rest: string;
}

export interface SpooledAccount {
  readonly userId: string;
  readonly identifier: string;
  readonly place: SpoolPlace;
  /** In stored form; `null` for an account without a usable password. */
  readonly passwordHash: string | null;
}

/** A database of another system that is only read, in one snapshot. */
export interface OtherDatabase extends AsyncDisposable {
  /** The names of the columns of a table; `undefined` if it is not there. */
  columnsOf(table: string, schema?: string): Promise<readonly string[] | undefined>;
  /** The rows of a table, their columns as text; `undefined` for a row that has more than `maxBytes`. */
  rows(
    table: string,
    schema: string | undefined,
    columns: readonly string[],
    maxBytes: number,
  ): AsyncIterable<readonly (string | null)[] | undefined>;
}

/**
 * Texts under kinds and keys, kept on the disk to put rows of several tables together, so that memory is bounded. It is in no
 * folder under a name, and gone with the process.
 */
export interface KeptRows extends Disposable {
  /** False if the key is taken in its kind; then nothing changes. */
  put(kind: string, key: string, value: string): boolean;
  get(kind: string, key: string): string | undefined;
  /** All of a kind in the order in which they were put. */
  each(kind: string): Iterable<{ readonly key: string; readonly value: string }>;
}
