/** Reads the key that encrypts secrets in the database, in the notations of the usual tools. */

/** The size of a key, in bytes. */
export const secretKeyBytes = 32;

/** The notations of a key, as the end of "expected …". */
export const secretKeyForm =
  '32 random bytes in base64, base64url or hexadecimal digits, as `openssl rand -base64 32` prints them';

/** The bytes of a key; `undefined` if the text is none. */
export function secretKeyOf(text: string): Uint8Array | undefined {
  if (/^[\da-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  // Node.js reads both alphabets as base64.
  const isBase64 = /^(?:[\w-]{43}|[A-Za-z\d+/]{43})=?$/.test(text);
  return isBase64 ? Buffer.from(text, 'base64') : undefined;
}

/** Whether two texts are one key. */
export function isSameKey(one: string, other: string): boolean {
  const [first, second] = [secretKeyOf(one), secretKeyOf(other)];
  return first !== undefined && second !== undefined && Buffer.compare(first, second) === 0;
}
