/** The names of imported accounts: the form that a name has, and free names in place of one that is taken (ruling I4). */

import type { AccountToImport, HashKinds } from '../../port/port.ts';
import { parkedForm } from '../../port/port.ts';
import { canonical } from '../canonical-form.ts';

/** The form of a name for ruling I5; no login reaches a parked account. */
export type NameForm = HashKinds['form'] | 'parked';

/** Numbers that are tried for a free name, from 2 on: names that differ in case only are few. */
const lastSuffix = 99;

/** The longest name that is given, in UTF-16 units. */
const maxNameLength = 254;

/** A name with the canonical form under which it is looked up. */
export interface Name {
  readonly identifier: string;
  readonly canonical: string;
}

export function formOf(userId: string, canonicalForm: string): NameForm {
  if (canonicalForm === parkedForm(userId)) return 'parked';
  if (canonicalForm.includes('@')) return 'address';
  return /^[a-z0-9_]{3,40}$/.test(canonicalForm) ? 'username' : 'other';
}

/** The names that may be given in place of one, the best first. A number at the end of an address makes no other address. */
export function suffixedNames({ identifier }: Pick<AccountToImport, 'identifier'>): Name[] {
  const names: Name[] = [];
  for (let number = 2; number <= lastSuffix; number += 1) {
    const name = `${identifier}-${number}`;
    if (name.length <= maxNameLength) names.push({ identifier: name, canonical: canonical(name) });
  }
  return names;
}
