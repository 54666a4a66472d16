/** Reads bytes in base64, base32 and hexadecimal digits, as other systems write them. */

/** Bytes in base64 or base64url, with or without padding; `undefined` if it is neither. */
export function bytesIn(text: string): Uint8Array | undefined {
  const bare = text.replace(/=+$/, '');
  return /^[\w+/-]*$/.test(bare) && bare.length % 4 !== 1 ? Buffer.from(bare, 'base64') : undefined;
}

/** Bytes in hexadecimal digits; `undefined` if it is none. */
export function hexBytes(text: string): Uint8Array | undefined {
  return /^(?:[\dA-F]{2})*$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** Base32 (RFC 4648) without padding. */
export function base32Of(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const digits = bits.match(/.{1,5}/g) ?? [];
  return digits
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('');
}
