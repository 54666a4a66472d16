/** The written form of a PBKDF2 hash, after the PHC string format: `$pbkdf2-sha512$i=220000,l=64$salt$hash`. */

/** The parameters of one PBKDF2 computation (RFC 8018, section 5.2). */
export interface Pbkdf2Parameters {
  readonly digest: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  readonly iterations: number;
  readonly saltBytes: number;
  readonly hashBytes: number;
}

/** The parameters of a new hash (ruling G5). */
export function currentParameters(iterations: number): Pbkdf2Parameters {
  return { digest: 'sha512', iterations, saltBytes: 16, hashBytes: 64 };
}

/** A password hash with all that is needed to compute it again. */
export interface Pbkdf2Hash extends Pbkdf2Parameters {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

const form =
  /^\$pbkdf2-(sha1|sha256|sha384|sha512)\$i=(\d{1,8})(?:,l=(\d{1,3}))?\$([\w+/-]{8,128})\$([\w+/-]{16,128})$/;

/** The stored form of an account without a usable password: nothing matches it. */
export const noPassword = '!';

/** Whether a text begins like a hash of Gatehouse. Other systems do not write `i=` (`src/crypto/hashes`). */
export function isOwnForm(text: string): boolean {
  return /^\$pbkdf2-\w+\$i=/.test(text);
}

/** Writes a hash; base64 is unpadded, as the format requires. */
export function formatPhc({
  digest,
  iterations,
  salt,
  hash,
}: Omit<Pbkdf2Hash, 'saltBytes' | 'hashBytes'>): string {
  return `$pbkdf2-${digest}$i=${iterations},l=${hash.byteLength}$${base64(salt)}$${base64(hash)}`;
}

/**
 * Reads a hash of Gatehouse or another program. At most 99,999,999 iterations, salts of 6 to 96 bytes, hashes of 12 to 96
 * bytes.
 *
 * @throws {TypeError} if the form differs: the row is damaged, and no password may match it.
 */
export function parsePhc(text: string): Pbkdf2Hash {
  const [, digest, iterations, length, saltText, hashText] = form.exec(text) ?? [];
  const salt = Buffer.from(saltText ?? '', 'base64');
  const hash = Buffer.from(hashText ?? '', 'base64');
  const count = Number(iterations);
  if (!digest || !(count > 0) || (length !== undefined && Number(length) !== hash.byteLength)) {
    throw new TypeError('A stored password hash is not in the PBKDF2 form of the PHC string format.');
  }
  return {
    digest: digest as Pbkdf2Parameters['digest'],
    iterations: count,
    saltBytes: salt.byteLength,
    hashBytes: hash.byteLength,
    salt,
    hash,
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
