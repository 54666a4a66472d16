/** Makes ids and salts that cannot be guessed, and the hash under which a session id is kept. */

import { hash, randomBytes, randomInt, randomUUID } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A version 4 UUID (RFC 9562, section 5.4): 122 random bits. */
export function newUuid(): string {
  return randomUUID();
}

/** 26 characters of `[a-z0-9]`: 134 random bits, every character equally likely. */
export function newToken(): string {
  return randomText(26);
}

/** How a session id is spelled: a version 4 UUID, or 26 characters of `[a-z0-9]` (ruling G6). */
export type IdFormat = 'uuid' | 'token';

/** A new session id. */
export function newSessionId(idFormat: IdFormat): string {
  return idFormat === 'uuid' ? newUuid() : newToken();
}

/** A new session id in the format of another. */
export function newSessionIdLike(id: string): string {
  return newSessionId(id.includes('-') ? 'uuid' : 'token');
}

/** 16 characters of `[a-z0-9]`, for names that are public: 82 random bits. */
export function newHandle(): string {
  return randomText(16);
}

/** Random bytes for the salt of a password hash. */
export function randomSalt(bytes: number): Uint8Array {
  return randomBytes(bytes);
}

/** A number from 0 to below 1, to spread out what would otherwise happen at once. */
export function chance(): number {
  return randomInt(2 ** 32) / 2 ** 32;
}

/**
 * SHA-256 of a text in UTF-8, as 64 hexadecimal digits. Synchronous, so that it never waits behind password hashes;
 * a string, because a buffer would cost four times the hash itself.
 */
export function digest(text: string): string {
  return hash('sha256', text, 'hex');
}

function randomText(length: number): string {
  // Bytes from 252 up would make the first letters likelier than the others: 252 is 7 × 36.
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < 252 && text.length < length) text += alphabet[byte % 36];
    }
  }
  return text;
}
