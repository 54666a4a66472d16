/** The port of the audit: an append-only chain of entries. */

/**
 * What the audit says of a step besides what the step touched: who asked, when, and how it ended. Handed to a method
 * that writes, it becomes an entry in the same transaction, completed with the user and session that were written.
 */
export interface AuditContext {
  readonly at: number;
  readonly event: string;
  /** `ok`, or the name of a refusal. */
  readonly outcome: string;
  readonly contract: string;
  readonly network: string;
  readonly requestId: string;
}

/** One entry as it is kept. */
export interface AuditEntry extends AuditContext {
  /** 1 for the first entry ever, then one more for each. */
  readonly seq: number;
  readonly userId: string | null;
  readonly handle: string | null;
  /** SHA-256 over the hash of the entry before and this entry's own fields, as 64 hexadecimal digits. */
  readonly hash: string;
}

/** Which entries are asked for: newest first, or from one on and oldest first. */
export interface AuditQuery {
  readonly userId?: string | undefined;
  /** Only entries with a smaller `seq`. */
  readonly before?: number | undefined;
  /** Only entries with a greater `seq`, oldest first; `before` is not looked at then. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** A place in the chain: everything up to `seq`, summed up in one hash. */
export interface ChainLink {
  readonly seq: number;
  readonly hash: string;
}

/** Where the kept part of the chain starts, and where it ends. Without the end its last entries could vanish unseen. */
export interface ChainEnds {
  /** The last entry that was removed because of its age; 0 and 64 zeros if none was. */
  readonly start: ChainLink;
  readonly last: ChainLink;
}

/** What a look at the whole chain found. */
export type ChainVerdict =
  | { readonly intact: true; readonly entries: number }
  /** `seq` of the first entry that is changed, missing or out of place. */
  | { readonly intact: false; readonly brokenAt: number };

export interface AuditStore {
  /** Appends an entry of its own, for what wrote nothing else. */
  append(
    context: AuditContext,
    about: { readonly userId?: string | undefined; readonly handle?: string | undefined },
  ): Promise<void>;
  read(query: AuditQuery): Promise<AuditEntry[]>;
  /** The ends of the chain, with everything in it that was acknowledged before. */
  ends(): Promise<ChainEnds>;
  /** Walks the chain from its kept start, in steps of at most a thousand entries, calling `progress` after each. */
  verify(progress: (checked: number, all: number) => void): Promise<ChainVerdict>;
  /** Removes at most `limit` of the oldest entries from before `at`; the chain then starts behind them. */
  sweep(at: number, limit: number): Promise<number>;
}
