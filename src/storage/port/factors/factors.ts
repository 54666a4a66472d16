/** The stores of second factors, which are loaded when the first of them is needed. */

import type { PasskeyStore } from './passkeys.ts';
import type { SecondFactorStore } from './second-factors.ts';

export interface FactorStores {
  readonly secondFactors: SecondFactorStore;
  readonly passkeys: PasskeyStore;
}

export type * from './browser-tokens.ts';
export type * from './passkeys.ts';
export type * from './second-factors.ts';
