/** The port of accounts that come from another system, with their live sessions (rulings I1 to I4). */

import type { AuditContext } from './audit.ts';
import type { BrowserToken } from './factors/browser-tokens.ts';
import type { Passkey } from './factors/passkeys.ts';
import type { Totp } from './factors/second-factors.ts';
import type { Session } from './sessions.ts';

/** An account with the instants and the names that the import has decided. */
export interface AccountToImport {
  readonly userId: string;
  readonly identifier: string;
  readonly canonical: string;
  /** In stored form; `!` for an account without a usable password. */
  readonly passwordHash: string;
  /** SHA-256 of the hash as the origin has it: another one at the next import is a newer hash. */
  readonly fingerprint: string;
  readonly email: string | null;
  readonly emailVerifiedAt: number | null;
  readonly createdAt: number;
  readonly disabledAt: number | null;
  /** Second factors with their recovery codes, written with a new account only; `null` without any. */
  readonly factors: FactorsToImport | null;
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
  /** The origin, as in `--from`: what is gone is looked for among what came from the same one. */
  readonly source: string;
  /** Differs from every earlier run of the source. */
  readonly run: string;
  readonly at: number;
  /** What to do with a name that another account has (ruling I4). */
  readonly onConflict: 'report' | 'skip' | 'suffix';
  /** Decides and changes nothing. */
  readonly isDryRun: boolean;
}

/** What became of an account. */
export type AccountOutcome =
  | { readonly outcome: 'imported' | 'unchanged' | 'hash_replaced' | 'kept_newer_hash' }
  /** The name belongs to another user: the account waits under no name, has another one, or was left out. */
  | { readonly outcome: 'parked' | 'skipped'; readonly heldBy: string }
  | { readonly outcome: 'suffixed'; readonly heldBy: string; readonly identifier: string }
  /** A user of this id exists that no import made. */
  | { readonly outcome: 'id_taken' };

/** What became of a session. `ended` was imported before and has ended since; `no_account`: its user is not here. */
export type SessionOutcome = 'imported' | 'unchanged' | 'ended' | 'no_account' | 'id_taken';

/** Distinct costs of the stored hashes of one form of name, and how many credentials have each (ruling I5). */
export interface HashKinds {
  readonly form: 'address' | 'username' | 'other';
  /** A stored hash of this kind, as an example to compute. */
  readonly example: string;
  readonly count: number;
}

export interface ImportStore {
  /** At most 500 accounts in one step; the outcomes are in the order of the accounts. Each import and change has its audit entry. */
  writeAccounts(
    accounts: readonly AccountToImport[],
    run: ImportRun,
    context: AuditContext,
  ): Promise<readonly AccountOutcome[]>;
  /** At most 500 sessions in one step. A session that was imported once is never written again. */
  writeSessions(sessions: readonly SessionToImport[], run: ImportRun): Promise<readonly SessionOutcome[]>;
  /** Ends at most `limit` live sessions of the source that the run did not see, each with its audit entry; returns how many. */
  prune(run: ImportRun, limit: number, context: AuditContext): Promise<number>;
  /** The hashes of live sessions that came from a source, in ascending order after one: what a dry run would prune. */
  liveFrom(source: string, at: number, after: string, limit: number): Promise<readonly string[]>;
  /** Credentials whose stored hash begins with one of the prefixes, in the order of the user ids, after one. */
  credentialsWith(
    prefixes: readonly string[],
    after: string,
    limit: number,
  ): Promise<readonly { readonly userId: string; readonly passwordHash: string }[]>;
  countWith(prefixes: readonly string[]): Promise<number>;
  /** The kinds of hash in the store by form of name; one per form if nothing foreign is stored. */
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
  /** Notes an account with its hash in stored form; the place where its id was seen before, if it was, and then nothing else. */
  addAccount(userId: string, place: SpoolPlace, passwordHash: string | null): SpoolPlace | undefined;
  placeOf(userId: string): SpoolPlace | undefined;
  /** Claims a canonical name for a user, unless another has it; returns the user who has it. For dry runs. */
  claimName(canonical: string, userId: string): string;
  /** Keeps a session; the place and the user where its id was seen before, if it was, and then nothing else. */
  addSession(session: SpooledSession): (SpoolPlace & { readonly userId: string }) | undefined;
  hasSession(idHash: string): boolean;
  /** At most `limit` sessions in the order in which they were added, after a number. */
  sessions(after: number, limit: number): readonly (SpooledSession & { readonly number: number })[];
  /** Accounts with a hash, in the order in which they were added, after a number. */
  credentials(after: number, limit: number): readonly SpooledCredential[];
  readonly sessionCount: number;
}

export interface SpooledSession {
  readonly idHash: string;
  readonly userId: string;
  readonly place: SpoolPlace;
  /** The rest of the record, as text. */
  readonly rest: string;
}

export interface SpooledCredential {
  readonly number: number;
  readonly userId: string;
  readonly place: SpoolPlace;
  readonly passwordHash: string;
}
