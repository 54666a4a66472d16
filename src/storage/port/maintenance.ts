/** The port of maintenance: inspecting, backing up and restoring a whole database. */

/** Called with the work done and the total, in any unit. */
export type Progress = (done: number, all: number) => void;

/** The reason why a backup was refused. */
export type BackupRefusal = { readonly refused: 'target_exists' | 'target_folder_missing' };

export interface Backup {
  readonly bytes: number;
}

/** The reason why a file cannot replace the database. */
export type SourceRefusal = {
  readonly refused:
    | 'source_missing'
    /** No database, or one of another program. */
    | 'source_foreign'
    /** A write-ahead log lies beside it: it was copied by other means while in use. */
    | 'source_incomplete'
    | 'source_newer'
    /** An unreleased version made it. */
    | 'source_unreleased'
    | 'source_damaged'
    /** It is the database itself. */
    | 'source_is_database';
};

/** The reason why the database cannot be replaced now. */
export type ReplaceRefusal = { readonly refused: 'database_in_use' };

/** The database that was replaced. */
export interface Replaced {
  /** Its new name; `undefined` if there was no database. */
  readonly keptAs: string | undefined;
}

/** Encrypted secrets that begin with the same 12 characters, which name their key. */
export interface SealedCount {
  readonly prefix: string;
  readonly count: number;
}

/** The result of inspecting a database, without changing it. */
export interface Inspection {
  readonly bytes: number;
  /** Size of the write-ahead log, whose commits are not yet in the file itself. */
  readonly logBytes: number;
  /** The version of its tables, and the version of this program. */
  readonly schema: number;
  readonly schemaKnown: number;
  /** The damage that the engine reports; empty if the file is sound. */
  readonly damage: readonly string[];
  /** Accounts with only one of their two records (ruling R2). */
  readonly halfAccounts: number;
  /** The instant of the newest audit entry; `undefined` without entries. */
  readonly newestEntryAt: number | undefined;
  readonly sealed: readonly SealedCount[];
  /** Hashes that wait to be wrapped (ruling I3). */
  readonly hashesToWrap: number;
  /** The reason why no server may use it; `undefined` if servers may. */
  readonly closedBecause: string | undefined;
}

/** The result of inspecting a database server, without changing it. */
export interface ServerInspection {
  /** The version that the server reports. */
  readonly server: string;
  /** The version of the tables; `undefined` before they are made. */
  readonly schema: number | undefined;
  readonly schemaKnown: number;
  /** The reason why no node may use it; `undefined` if nodes may. */
  readonly closedBecause: string | undefined;
  readonly isReadOnly: boolean;
  /** Accounts with only one of their two records; `undefined` if the check would take too long. */
  readonly halfAccounts: number | undefined;
  readonly newestEntryAt: number | undefined;
  /** `undefined` if the count would take too long. */
  readonly sealed: readonly SealedCount[] | undefined;
  /** Hashes that wait to be wrapped; `undefined` if the count would take too long. */
  readonly hashesToWrap: number | undefined;
  /** The connection is encrypted and verified, or local. */
  readonly isPrivate: boolean;
  /** The lead of its clock over that of this machine. */
  readonly aheadMs: number;
  /** The error of `aheadMs`, in both directions. */
  readonly aheadWithinMs: number;
  /** Settings of the server by name that decide what a power cut or a failover loses. */
  readonly durability: Readonly<
    Record<'fsync' | 'full_page_writes' | 'synchronous_commit' | 'synchronous_standby_names', string>
  >;
  /** Connected standbys. */
  readonly standbys: number;
  /** Notifications between nodes arrive. */
  readonly receivesNotifications: boolean;
  /** A pooler stands between. */
  readonly isPooled: boolean;
  /** Connections that this role may still open. */
  readonly freeConnections: number;
}
