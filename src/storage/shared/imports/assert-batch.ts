/** Checks what is given to one step of an import. */

import { type AccountToImport, maxImported } from '../../port/port.ts';

/** @throws {TypeError} if there are more rows than one step writes. */
export function assertBatch(rows: readonly unknown[]): void {
  if (rows.length <= maxImported) return;
  throw new TypeError(`A step of an import writes at most ${maxImported} rows.`);
}

/** @throws {TypeError} also if a user id comes twice: which line counts is for the caller to decide. */
export function assertAccounts(accounts: readonly AccountToImport[]): void {
  assertBatch(accounts);
  if (new Set(accounts.map(({ userId }) => userId)).size === accounts.length) return;
  throw new TypeError('A user id comes twice in one step of an import.');
}
