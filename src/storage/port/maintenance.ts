/** The port of what an operator does to a database as a whole: copying it, putting a copy in its place, looking at it. */

/** Told how much is done of how much, in units of its own. */
export type Progress = (done: number, all: number) => void;

/** Why there is no backup. */
export type BackupRefusal = { readonly refused: 'target_exists' | 'target_folder_missing' };

export interface Backup {
  readonly bytes: number;
}

/** Why a file cannot take the place of the database. */
export type SourceRefusal = {
  readonly refused:
    | 'source_missing'
    /** No database at all, or one of another program. */
    | 'source_foreign'
    /** A log of commits lies beside it: it was copied by other means while it was in use. */
    | 'source_incomplete'
    | 'source_newer'
    /** An unreleased version made it. */
    | 'source_unreleased'
    | 'source_damaged'
    /** It is the database itself. */
    | 'source_is_database';
};

/** Why the database cannot be replaced now. */
export type ReplaceRefusal = { readonly refused: 'database_in_use' };

/** What became of the database that was replaced. */
export interface Replaced {
  /** The name it is kept under; `undefined` if there was none. */
  readonly keptAs: string | undefined;
}

/** What a look at a database found, without changing anything in it. */
export interface Inspection {
  readonly bytes: number;
  /** Size of the log of commits that are not yet in the file itself. */
  readonly logBytes: number;
  /** The version of its tables, and the one this program writes. */
  readonly schema: number;
  readonly schemaKnown: number;
  /** What the engine finds wrong with the file; empty if it is sound. */
  readonly damage: readonly string[];
  /** Accounts of which only one of the two records is left (ruling R2). */
  readonly halfAccounts: number;
  /** When the newest entry of the audit was made; `undefined` if there is none. */
  readonly newestEntryAt: number | undefined;
  /** Why no server may use it; `undefined` if any may. */
  readonly closedBecause: string | undefined;
}

/** What a look at a database server found, without changing anything in it. */
export interface ServerInspection {
  /** The version of the server, as it says it. */
  readonly server: string;
  /** The version of the tables; `undefined` if there are none yet. */
  readonly schema: number | undefined;
  readonly schemaKnown: number;
  /** Why no node may use it; `undefined` if any may. */
  readonly closedBecause: string | undefined;
  /** It takes no writes. */
  readonly isReadOnly: boolean;
  /** Accounts of which only one of the two records is left; `undefined` if there are too many to look at. */
  readonly halfAccounts: number | undefined;
  readonly newestEntryAt: number | undefined;
  /** The connection is encrypted from here to there. */
  readonly isPrivate: boolean;
  /** How far its clock is ahead of the one of this machine. */
  readonly aheadMs: number;
  /** By how much that may be wrong. */
  readonly aheadWithinMs: number;
  /** Settings of the server by name: those that decide what a power cut or a failover loses. */
  readonly durability: Readonly<
    Record<'fsync' | 'full_page_writes' | 'synchronous_commit' | 'synchronous_standby_names', string>
  >;
  /** Standbys that follow it. */
  readonly standbys: number;
  /** What one node tells another arrives. */
  readonly isHeard: boolean;
  /** A pooler stands before it. */
  readonly isPooled: boolean;
  /** Connections that this role may still open. */
  readonly freeConnections: number;
}
