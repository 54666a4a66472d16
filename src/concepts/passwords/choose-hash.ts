/** Chooses one of the kinds of stored hashes for a name, as often as accounts have it (ruling I5). */

import { hashKindOf, noKind } from '../../crypto/hashes/hash-kind.ts';
import { drawn } from '../../crypto/keyed-draw.ts';
import type { HashKinds, ImportStore } from '../../storage/port/imports.ts';
import { formOf } from '../../storage/shared/imports/imported-names.ts';

/** The part of a store that knows of imports. */
export interface ImportedHashes {
  importKey(): Promise<string | undefined>;
  imports(): Promise<Pick<ImportStore, 'hashKinds'>>;
}

/** A stored hash to compute for a canonical name; `undefined` for a hash with the current parameters. */
export type Choice = (canonicalName: string) => string | undefined;

/** What stands for hashes that were made here. */
const ownKind = 'own';

/** Reads what is stored now. */
export async function readChoice(store: ImportedHashes, key: string): Promise<Choice> {
  const kinds = await (await store.imports()).hashKinds();
  return (name) => chooseHash(kinds, key, name);
}

/**
 * A hash that accounts with the same form of name have; `undefined` for one with the current parameters. The choice is by
 * weighted rendezvous: when accounts of one kind become fewer, names of that kind get another, and hardly any others, as
 * accounts get a new hash at a login. Without the key nothing is known of the choice.
 */
export function chooseHash(
  kinds: readonly HashKinds[],
  key: string,
  canonicalName: string,
): string | undefined {
  const form = formOf('', canonicalName);
  const counts = new Map<string, { readonly example: string | null; count: number }>();
  for (const { example, count } of kinds.filter((one) => one.form === form)) {
    const kind = example === null ? ownKind : hashKindOf(example);
    // A damaged hash cannot be computed.
    if (kind === noKind) continue;
    const known = counts.get(kind);
    if (known) known.count += count;
    else counts.set(kind, { example, count });
  }
  let best: { readonly score: number; readonly example: string | null } | undefined;
  for (const [kind, { example, count }] of counts) {
    const score = -Math.log(drawn(key, `${kind}\0${canonicalName}`)) / count;
    if (count > 0 && (!best || score < best.score)) best = { score, example };
  }
  return best?.example ?? undefined;
}
