/** The port of the audit: an append-only chain of entries. */

/**
 * The caller, the instant and the outcome of a step. A method that writes adds it as an entry in the same transaction,
 * completed with the user and session that it wrote.
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

export interface AuditEntry extends AuditContext {
  /** 1 for the first entry ever, then one more for each. */
  readonly seq: number;
  readonly userId: string | null;
  readonly handle: string | null;
  /** SHA-256 over the hash of the previous entry and the fields of this one, as 64 hexadecimal digits. */
  readonly hash: string;
}

/** The entries to read: newest first, or after a number and oldest first. */
export interface AuditQuery {
  readonly userId?: string | undefined;
  /** Only entries with a smaller `seq`. */
  readonly before?: number | undefined;
  /** Only entries with a greater `seq`, oldest first; `before` is then ignored. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** A position in the chain: `hash` covers every entry up to `seq`. */
export interface ChainLink {
  readonly seq: number;
  readonly hash: string;
}

/** The start and the end of the kept part of the chain. Without the end, missing last entries could not be detected. */
export interface ChainEnds {
  /** The last entry that was removed because of its age; 0 and 64 zeros at first. */
  readonly start: ChainLink;
  readonly last: ChainLink;
}

/** The result of verifying the whole chain. */
export type ChainVerdict =
  | { readonly intact: true; readonly entries: number }
  /** `seq` of the first entry that is changed, missing or out of place. */
  | { readonly intact: false; readonly brokenAt: number };

export interface AuditStore {
  /** Appends the entry of an event that writes nothing else. */
  append(
    context: AuditContext,
    about: { readonly userId?: string | undefined; readonly handle?: string | undefined },
  ): Promise<void>;
  read(query: AuditQuery): Promise<AuditEntry[]>;
  /** The ends of the chain, including every acknowledged entry. */
  ends(): Promise<ChainEnds>;
  /** Verifies the chain from its kept start, in steps of at most a thousand entries, calling `progress` after each. */
  verify(progress: (checked: number, all: number) => void): Promise<ChainVerdict>;
  /** Removes at most `limit` of the oldest entries from before `at`; the chain then starts after them. Returns how many. */
  sweep(at: number, limit: number): Promise<number>;
}

/** The events that requests and commands report; the sweep and triggers have more. */
export type AuditEvent =
  | 'register'
  | 'login'
  | 'logout'
  | 'confirm'
  | 'password_change'
  | 'password_forgot'
  | 'password_reset'
  | 'email_verify_request'
  | 'email_verify'
  | 'email_change_request'
  | 'email_change'
  | 'account_export'
  | 'account_delete'
  | 'account_disable'
  | 'account_enable'
  | 'factor_add'
  | 'factor_remove'
  | 'recovery_codes'
  | 'recovery_code_used'
  | 'codes_locked'
  | 'browser_trust'
  | 'browser_distrust'
  | 'passkey_rename'
  | 'password_link'
  | 'invite'
  | 'invite_revoke'
  | 'throttle_clear'
  | 'backup'
  | 'restore'
  | 'import'
  | 'hash_wrap'
  | 'export'
  | 'refusal';
