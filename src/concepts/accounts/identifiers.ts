/** The forms of new identifiers: usernames and e-mail addresses (ruling G3). */

import { canonical } from '../../storage/shared/canonical-form.ts';

/** The two kinds of identifier; no text is both, because only an e-mail address has an `@`. */
export type IdentifierKind = 'username' | 'email';

/** The reason why an account was not made. */
export type AccountRefusal = { readonly refused: 'invalid_identifier' | 'identifier_taken' };

/** An identifier whose form was checked, as typed and in canonical form. */
export interface Identifier {
  readonly typed: string;
  readonly canonical: string;
}

/** The longest deliverable e-mail address (RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3). */
const maxEmailLength = 254;

const username = /^[a-zA-Z0-9_]{3,40}$/;

/** A dot-string of at most 64 characters, `@`, a host name (RFC 5321, section 4.1.2; no quoted local parts). */
const email =
  /^(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** Checks the form of a new identifier, but not whether it is free. */
export function readIdentifier(typed: string, kind: IdentifierKind): Identifier | AccountRefusal {
  const wellFormed =
    kind === 'username' ? username.test(typed) : typed.length <= maxEmailLength && email.test(typed);
  return wellFormed ? { typed, canonical: canonical(typed) } : { refused: 'invalid_identifier' };
}

/**
 * Whether the name of an account is its address. An imported account may log in with a name that looks like an address and
 * have another address, whose proof says nothing about the name (ruling B3).
 */
export function isNamedByAddress(user: {
  readonly identifier: string;
  readonly email: string | null;
}): boolean {
  return user.email !== null && canonical(user.email) === canonical(user.identifier);
}
