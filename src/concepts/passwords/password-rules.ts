/** The rules for new passwords (ruling G4). */

import { canonical } from '../../storage/shared/canonical-form.ts';
import { isCommon } from './common-passwords.ts';
import { contextWords, isOfContext } from './context-words.ts';
import { isWellFormed, maxBytes, type PreparedPassword } from './password-form.ts';

/** The reason why a new password was refused; `limit` is the bound it missed, in Unicode code points. */
export type PasswordRefusal =
  | { readonly refused: 'password_too_short' | 'password_too_long'; readonly limit: number }
  | {
      readonly refused:
        | 'password_malformed'
        | 'password_common'
        | 'password_is_identifier'
        | 'password_of_context';
    };

/** Longest password, in code points. */
const maxCodePoints = 256;

/** What a new password is judged by. */
export interface AcceptRules {
  /** In code points. */
  readonly minLength: number;
  /** The public host of the service; empty if unknown. */
  readonly host: string;
}

/** Decides whether a new password may be used by the owner of an identifier and an address. */
export function acceptPassword(
  { minLength, host }: AcceptRules,
  password: string,
  canonicalIdentifier: string,
  email: string,
): PreparedPassword | PasswordRefusal {
  const formed = formPassword(password, minLength);
  if ('refused' in formed) return formed;
  const normal = password.normalize('NFC');
  if (canonical(normal) === canonicalIdentifier) return { refused: 'password_is_identifier' };
  if (isCommon(normal)) return { refused: 'password_common' };
  const words = contextWords(host, canonicalIdentifier, email);
  return isOfContext(normal, words) ? { refused: 'password_of_context' } : formed;
}

/** Decides by the form of a new password only: its characters and its length. */
export function formPassword(password: string, minLength: number): PreparedPassword | PasswordRefusal {
  if (!isWellFormed(password)) return { refused: 'password_malformed' };
  const normal = password.normalize('NFC');
  const bytes = Buffer.from(normal);
  const length = [...normal].length;
  if (length < minLength) return { refused: 'password_too_short', limit: minLength };
  const isTooLong = length > maxCodePoints || bytes.byteLength > maxBytes;
  return isTooLong ? { refused: 'password_too_long', limit: maxCodePoints } : { bytes };
}
