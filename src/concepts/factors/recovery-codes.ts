/** Recovery codes, and what a person may type as a code (ruling F1). */

import { newRecoveryCode } from '../../crypto/factor-secrets.ts';
import { digest } from '../../crypto/ids.ts';

/** Codes in a set (ruling F5). */
export const recoveryCodeCount = 10;

/** A new set: the codes in groups of four, shown once, and the hashes that are stored. */
export interface RecoveryCodes {
  readonly codes: readonly string[];
  readonly hashes: readonly string[];
}

export function newRecoveryCodes(): RecoveryCodes {
  const codes = new Set<string>();
  while (codes.size < recoveryCodeCount) codes.add(newRecoveryCode());
  return {
    codes: [...codes].map((code) => code.replace(/.{4}(?=.)/g, '$&-')),
    hashes: [...codes].map(digest),
  };
}

/** A typed code: that of an authenticator app, that of a list, or neither. */
export type TypedCode =
  | { readonly kind: 'totp'; readonly digits: string }
  | { readonly kind: 'recovery'; readonly hash: string }
  | { readonly kind: 'neither' };

/** No code that a person types is longer, in UTF-16 code units. */
const maxTyped = 100;

/** Reads a code as people type it: with blanks and dashes, in capitals, and in the wide digits of East Asian keyboards. */
export function readCode(text: string): TypedCode {
  if (text.length > maxTyped) return { kind: 'neither' };
  const code = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Pd}]/gu, '');
  if (/^[0-9]{6}$/.test(code)) return { kind: 'totp', digits: code };
  // 78 random bits need no slow hash: they cannot be guessed from it.
  return /^[a-z2-9]{16}$/.test(code) ? { kind: 'recovery', hash: digest(code) } : { kind: 'neither' };
}
