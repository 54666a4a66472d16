/** Reads bytes from base64 and hexadecimal digits, strictly: `undefined` for anything else. */

/** Bytes from base64 (RFC 4648) in its standard alphabet, with or without padding. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z\d+/]*={0,2}$/.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  const isPadded = digits.length < text.length;
  const isWhole = isPadded ? text.length % 4 === 0 : digits.length % 4 !== 1;
  return isWhole ? Buffer.from(digits, 'base64') : undefined;
}

/** Base64 without padding. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

/** Bytes from passlib's base64, which has `.` for `+` and no padding. */
export function fromPasslibBase64(text: string): Uint8Array | undefined {
  return /^[\w./]*$/.test(text) ? fromBase64(text.replaceAll('.', '+')) : undefined;
}

export function toPasslibBase64(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '.');
}

/** Bytes from hexadecimal digits in either case. */
export function fromHex(text: string): Uint8Array | undefined {
  return /^(?:[\da-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}
