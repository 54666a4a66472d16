/** The stores of second factors in PostgreSQL, which are loaded when the first of them is needed. */

import type { FactorStores } from '../../port/port.ts';
import type { FactorParts } from './factor-rows.ts';
import { PostgresPasskeys } from './passkeys.ts';
import { PostgresSecondFactors } from './second-factors.ts';

export function factorStores(parts: FactorParts): FactorStores {
  return { secondFactors: new PostgresSecondFactors(parts), passkeys: new PostgresPasskeys(parts) };
}
