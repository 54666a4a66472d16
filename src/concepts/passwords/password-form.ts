/** The form in which passwords are hashed (ruling G4). */

/** A password in the form that is hashed: well-formed, NFC, UTF-8. */
export type PreparedPassword = { readonly bytes: Uint8Array };

/** Longest password in bytes of UTF-8. */
export const maxBytes = 1_024;

/** The form of a password at a login: current length rules do not apply to an older password, only the outer bounds. */
export function preparePassword(password: string): PreparedPassword | undefined {
  if (!isWellFormed(password)) return undefined;
  const bytes = Buffer.from(password.normalize('NFC'));
  return bytes.byteLength <= maxBytes ? { bytes } : undefined;
}

/** PBKDF2 pads short keys with zeros, and UTF-8 has one form for all lone surrogates: either would make two passwords equal. */
export function isWellFormed(password: string): boolean {
  return password.isWellFormed() && !password.includes('\0');
}
