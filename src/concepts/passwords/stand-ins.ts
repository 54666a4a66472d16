/** Gives a name without an account the cost of one that has some, where hashes of several kinds are stored (ruling I5). */

import type { Choice, ImportedHashes } from './choose-hash.ts';

/** How long the kinds of stored hashes are taken for unchanged. */
const refreshMs = 60_000;

/**
 * Asks the store at most once a minute, whatever the name, and loads nothing more where no imported account is. All nodes
 * choose alike, and the same after a restart.
 */
export class StandIns {
  readonly #store: ImportedHashes;
  #asked: { readonly at: number; readonly choice: Promise<Choice> } | undefined;

  constructor(store: ImportedHashes) {
    this.#store = store;
  }

  /** A stored hash to compute for a name that has none; `undefined` for a hash with the current parameters. */
  async for(canonicalName: string, now: number): Promise<string | undefined> {
    if (!this.#asked || Math.abs(now - this.#asked.at) >= refreshMs) {
      this.#asked = { at: now, choice: this.#read() };
    }
    return (await this.#asked.choice)(canonicalName);
  }

  async #read(): Promise<Choice> {
    try {
      const key = await this.#store.importKey();
      if (key === undefined) return () => undefined;
      const { readChoice } = await import('./choose-hash.ts');
      return await readChoice(this.#store, key);
    } catch (error) {
      this.#asked = undefined;
      throw error;
    }
  }
}
