/** The stores of second factors in SQLite, which are loaded when the first of them is needed. */

import type { FactorStores } from '../../port/port.ts';
import { type FactorParts, FactorRows } from './factor-rows.ts';
import { SqlitePasskeys } from './passkeys.ts';
import { SqliteSecondFactors } from './second-factors.ts';

export function factorStores(parts: FactorParts): FactorStores {
  // Statements of a closed database cannot be prepared.
  return parts.reader.read(() => {
    const rows = new FactorRows(parts.db);
    return {
      secondFactors: new SqliteSecondFactors(parts, rows),
      passkeys: new SqlitePasskeys(parts, rows),
    };
  });
}
