/**
 * Accounts: who exists, and under which name.
 *
 * Purpose: to give a person one identity that every contract finds under the same name.
 * Prevents: two accounts whose names only differ in case, half-written accounts, names that look like another's.
 * Principle: whoever registers a free name owns it; from then on that name, however its letters are cased, leads to
 *   this account and to no other.
 * State: a set of accounts, each with an identifier as typed, its canonical form (unique), a user id, an instant of
 *   creation and a password hash that this concept stores but does not understand.
 */

import { newUuid } from '../crypto/ids.ts';
import type { Awaitable } from '../storage/awaitable.ts';
import type { AccountStore, Credential, User } from '../storage/port.ts';

/** The two kinds of identifier; no text is both, because only an e-mail address has an `@`. */
export type IdentifierKind = 'username' | 'email';

/** Why an account was not made. */
export type AccountRefusal = { readonly refused: 'invalid_identifier' | 'identifier_taken' };

/** An identifier whose form was checked, as typed and in canonical form. */
export interface Identifier {
  readonly typed: string;
  readonly canonical: string;
}

/** The longest e-mail address that can be delivered to (RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3). */
const longestEmail = 254;

const username = /^[a-zA-Z0-9_]{3,40}$/;

/** A dot-string of at most 64 characters, `@`, a host name (RFC 5321, section 4.1.2; no quoted local parts). */
const email =
  /^(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

export class Accounts {
  readonly #store: AccountStore;

  constructor(store: AccountStore) {
    this.#store = store;
  }

  /** Checks the form of a new identifier (ruling G3); says nothing about whether it is free. */
  name(typed: string, kind: IdentifierKind): Identifier | AccountRefusal {
    const wellFormed =
      kind === 'username' ? username.test(typed) : typed.length <= longestEmail && email.test(typed);
    return wellFormed ? { typed, canonical: canonical(typed) } : { refused: 'invalid_identifier' };
  }

  /** Makes an account, both records of it or none; of many that race for one name exactly one gets it. */
  async create(identifier: Identifier, passwordHash: string, now: number): Promise<User | AccountRefusal> {
    const user = { id: newUuid(), identifier: identifier.typed, createdAt: now };
    const outcome = await this.#store.create({
      userId: user.id,
      identifier: identifier.typed,
      canonical: identifier.canonical,
      passwordHash,
      createdAt: now,
    });
    return outcome === 'created' ? user : { refused: outcome };
  }

  /** Looks up what a login needs; any text is a legal question (ruling G3). */
  credential(typed: string): Awaitable<Credential | undefined> {
    return this.#store.findCredential(canonical(typed));
  }

  /** The user behind an id, unless one of its records is gone. */
  user(userId: string): Awaitable<User | undefined> {
    return this.#store.findUser(userId);
  }

  /** Replaces a password hash unless somebody else did in the meantime. */
  async replaceHash(credential: Credential, replacement: string): Promise<void> {
    await this.#store.replaceHash(canonical(credential.identifier), credential.passwordHash, replacement);
  }
}

/** ASCII lower case, and nothing else: what Unicode calls equal stays different here. */
export function canonical(identifier: string): string {
  return identifier.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
