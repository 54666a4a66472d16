/** Makes ids and salts that cannot be guessed, and the hash under which a session id is stored. */

import { hash, randomBytes, randomInt, randomUUID } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A version 4 UUID (RFC 9562, section 5.4): 122 random bits. */
export function newUuid(): string {
  return randomUUID();
}

/** 26 characters of `[a-z0-9]`: 134 random bits, uniformly distributed. */
export function newToken(): string {
  return randomText(26);
}

/** The format of a session id: a version 4 UUID, or 26 characters of `[a-z0-9]` (ruling G6). */
export type IdFormat = 'uuid' | 'token';

export function newSessionId(idFormat: IdFormat): string {
  return idFormat === 'uuid' ? newUuid() : newToken();
}

/** A new session id in the format of another. */
export function newSessionIdLike(id: string): string {
  return newSessionId(id.includes('-') ? 'uuid' : 'token');
}

/** 16 characters of `[a-z0-9]`, for public handles: 82 random bits. */
export function newHandle(): string {
  return randomText(16);
}

/** Random bytes for the salt of a password hash. */
export function randomSalt(bytes: number): Uint8Array {
  return randomBytes(bytes);
}

/** A random number, at least 0 and less than 1, to spread retries. */
export function chance(): number {
  return randomInt(2 ** 32) / 2 ** 32;
}

/**
 * SHA-256 of a text in UTF-8, as 64 hexadecimal digits. Synchronous, so that it never waits behind password hashes; a
 * string, because a buffer would cost four times the hash itself.
 */
export function digest(text: string): string {
  return hash('sha256', text, 'hex');
}

/** A random text of some characters, at most 256, uniformly distributed. */
export function randomText(length: number, from = alphabet): string {
  // Bytes from the last multiple up are rejected: they would favour some characters.
  const most = 256 - (256 % from.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < most && text.length < length) text += from[byte % from.length];
    }
  }
  return text;
}
