/** The port of exports: all accounts of one instant, with everything that another Gatehouse needs of them. */

import type { AccountToImport, SessionToImport } from '../imports.ts';

/** An account with its first sessions. */
export interface ExportedAccount {
  readonly account: Omit<AccountToImport, 'fingerprint' | 'hashKind' | 'factorsFingerprint'>;
  readonly sessions: readonly SessionToImport[];
}

/** Further sessions of an account that came before. */
export interface MoreSessions {
  readonly userId: string;
  readonly sessions: readonly SessionToImport[];
}

/** Sessions that come in one item. */
export const sessionsPerItem = 500;

/** One snapshot of the accounts: what is written meanwhile is not in it. */
export interface AccountExport {
  /** Accounts of the snapshot, for the progress. */
  readonly count: number;
  /**
   * Accounts in the order of their ids, with the sessions that live at an instant. Accounts with only one of their two records,
   * and those that are being removed, are left out.
   */
  items(liveAt: number): AsyncIterable<ExportedAccount | MoreSessions>;
  /** Ends the snapshot. */
  release(): Promise<void>;
}
