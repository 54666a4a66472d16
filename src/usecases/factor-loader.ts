/** Loads second factors when the first of them is needed: a server whose users have none does without their code. */

import type { Passkeys } from '../concepts/factors/passkeys.ts';
import type { SecondFactors } from '../concepts/factors/second-factors.ts';

/** The concepts of second factors. */
export interface Factors {
  readonly secondFactors: SecondFactors;
  readonly passkeys: Passkeys;
}

/** What was used: a code of an app, a recovery code, a passkey, or a code that is neither. */
export type FactorKind = 'totp' | 'recovery' | 'passkey' | 'code';

export class FactorLoader {
  /** Whether every account needs a second factor (ruling F6). */
  readonly isRequired: boolean;
  /** Whether secrets may be left that the previous key encrypted. */
  readonly isKeyChanging: boolean;
  readonly #open: () => Promise<Factors>;
  readonly #counts = new Map<
    string,
    { readonly kind: FactorKind; readonly outcome: string; count: number }
  >();
  #loading: Promise<Factors> | undefined;

  constructor(isRequired: boolean, open: () => Promise<Factors>, isKeyChanging = false) {
    this.isRequired = isRequired;
    this.isKeyChanging = isKeyChanging;
    this.#open = open;
  }

  /** The concepts; loaded once, and again after a failure. */
  load(): Promise<Factors> {
    this.#loading ??= this.#open().catch((error) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  /** Counts a use of a factor, for the metrics of this process. */
  count(kind: FactorKind, outcome: string): void {
    const name = `${kind} ${outcome}`;
    const known = this.#counts.get(name);
    if (known) known.count += 1;
    else this.#counts.set(name, { kind, outcome, count: 1 });
  }

  get counts(): readonly { readonly kind: FactorKind; readonly outcome: string; readonly count: number }[] {
    return [...this.#counts.values()];
  }
}
