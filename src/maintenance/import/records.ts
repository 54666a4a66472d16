/** What a format reads from the files of another system: accounts, sessions and problems, each with its place. */

import type { DeviceToImport, FactorsToImport, TrustedBrowserToImport } from '../../storage/port/imports.ts';

/** The place of a record in its file, for the report. */
export interface Place {
  /** The name of the file as it was given; `-` for standard input. */
  readonly file: string;
  /** Counted from 1; in a database the number of the row, with its table in `file`. */
  readonly line: number;
}

/** An account as its origin has it. Instants are epoch milliseconds; what the origin does not know is left out. */
export interface AccountRecord {
  readonly kind: 'account';
  readonly place: Place;
  /** The user id at the origin, which is kept (ruling I1). */
  readonly userId: string;
  /** The name or address with which the user logs in, as it was typed at the origin (ruling I4). */
  readonly identifier: string;
  /** The address that mails go to, also where the identifier is one. */
  readonly email?: string | undefined;
  readonly isEmailVerified?: boolean | undefined;
  readonly createdAt?: number | undefined;
  /** Since when the account is disabled; the import's own instant if only the fact is known. */
  readonly disabledAt?: number | 'now' | undefined;
  /** The password hash in stored form (`src/crypto/hashes`); without one the user sets a password by mail. */
  readonly passwordHash?: string | undefined;
  /** The secret of an authenticator app, base32 (RFC 4648) without padding. */
  readonly totpSecret?: string | undefined;
  /** What only Gatehouse's own format has. */
  readonly own?: OwnParts | undefined;
}

/** The parts of an account that only an export of Gatehouse brings, so that a round trip loses nothing. */
export interface OwnParts {
  /** Since when the address is verified. */
  readonly emailVerifiedAt?: number | undefined;
  /** The account waits under no name (ruling I4). */
  readonly isParked?: boolean | undefined;
  /** Second factors; the secret of an authenticator app is encrypted here, or in `totpSecret`. */
  readonly factors?: FactorsToImport | undefined;
  readonly devices?: readonly DeviceToImport[] | undefined;
  readonly trustedBrowsers?: readonly TrustedBrowserToImport[] | undefined;
}

/** A session of an account, which may come before or after its account. */
export interface SessionRecord {
  readonly kind: 'session';
  readonly place: Place;
  readonly userId: string;
  /** The SHA-256 of the id: 64 hexadecimal digits. Plain ids are hashed where they are read, and go no further. */
  readonly idHash: string;
  readonly createdAt?: number | undefined;
  readonly lastSeenAt?: number | undefined;
  /** The instant of death at the origin unless the session is used before. */
  readonly idleExpiresAt?: number | undefined;
  /** The instant of death at the origin in any case. */
  readonly expiresAt?: number | undefined;
  readonly provenAt?: number | undefined;
  readonly handle?: string | undefined;
  /** The contract that began it; default: that of the format. */
  readonly contract?: string | undefined;
  readonly network?: string | undefined;
  readonly device?: string | undefined;
}

/** Why something is not imported. */
export interface Fault {
  /** A stable word for programs, such as `broken_utf8`. */
  readonly reason: string;
  /** A sentence for people, with no secret in it. */
  readonly message: string;
}

/** A line, or a part of one, that is not imported, and why. */
export interface ProblemRecord extends Fault {
  readonly kind: 'problem';
  readonly place: Place;
  /** `account` and `session` are not imported; a `part` is missing in what is imported; a `file` cannot be read on. */
  readonly of: 'account' | 'session' | 'part' | 'file';
}

export type ImportRecord = AccountRecord | SessionRecord | ProblemRecord;

/** A file of the other system. */
export interface ImportFile {
  readonly name: string;
  /** The path, for formats that are databases; absent for standard input and for addresses. */
  readonly path?: string | undefined;
  /** The address of a PostgreSQL database, given in place of a file; `name` is it without its password. */
  readonly url?: string | undefined;
  /** Its bytes from the beginning; standard input can be read once. */
  read(): AsyncIterable<Uint8Array>;
}

/** What the operator says about the files. */
export interface FormatOptions {
  /** Log in by name or by address, where an account has both; default: what the origin does. */
  readonly identifier?: 'username' | 'email' | undefined;
  /** Columns of a CSV file by what they hold. */
  readonly columns?: Readonly<Record<string, string>> | undefined;
  /** The instant of the import, in epoch milliseconds: what ended before it has ended; default: nothing has. */
  readonly at?: number | undefined;
  /** Parameters that the origin keeps outside of the file, by name. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/** One system or file format that accounts come from. */
export interface ImportFormat {
  /** As in `--from`. */
  readonly name: string;
  /** What it reads, in a few words for the help. */
  readonly summary: string;
  /** What it cannot bring, a sentence each, for the report and the documentation. */
  readonly leavesOut: readonly string[];
  /** The contract of its sessions, for listings and the audit; default `import`. */
  readonly contract?: string | undefined;
  /** Files of other formats may be of this one as well: it is taken if it is named, or if nothing else fits. */
  readonly isGeneric?: true | undefined;
  /** Whether the beginning of a file looks like this format, so that `--from` may be left out. */
  recognises(beginning: string, name: string): boolean;
  read(files: readonly ImportFile[], options: FormatOptions): AsyncIterable<ImportRecord>;
}
