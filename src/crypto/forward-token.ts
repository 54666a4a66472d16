/** Makes and opens the tokens of forward authentication: each names a session, and gives no other access (ruling W8). */

import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';

/** The size of the keys and of the code, in bytes. */
const bytes = 32;

type Key = ReturnType<typeof derived>;

/** The hash of a session id and its code, each of 32 bytes in base64url. */
const form = /^([\w-]{43})\.([\w-]{43})$/;

/**
 * A token is the SHA-256 of a session id, with a code (HMAC-SHA-256) under a key that is derived from the one in the
 * settings. The session id cannot be found from it, and a copy of the database alone makes no token.
 */
export class ForwardTokens {
  readonly #keys: readonly Key[];

  /** @param previous a key before this one, whose tokens are still opened. Each has 32 bytes. */
  constructor(current: Uint8Array, previous?: Uint8Array) {
    this.#keys = [current, ...(previous ? [previous] : [])].map(derived);
  }

  /** @param idHash the SHA-256 of a session id, as 64 hexadecimal digits. */
  make(idHash: string): string {
    const body = Buffer.from(idHash, 'hex').toString('base64url');
    return `${body}.${codeOf(this.#keys[0] as Key, body).toString('base64url')}`;
  }

  /** The hash in a token, as 64 hexadecimal digits; `undefined` if another key made it, or it was changed. */
  open(token: string): string | undefined {
    const [, body = '', code = ''] = form.exec(token) ?? [];
    if (body === '') return undefined;
    const given = Buffer.from(code, 'base64url');
    const isOurs = this.#keys.some((key) => timingSafeEqual(codeOf(key, body), given));
    return isOurs ? Buffer.from(body, 'base64url').toString('hex') : undefined;
  }
}

function codeOf(key: Key, body: string): Buffer {
  return createHmac('sha256', key).update(body).digest();
}

/** The key of this use (HKDF, RFC 5869), so that the given one can have others. As an object it is read once: a code takes half the time. */
function derived(given: Uint8Array) {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', given, '', 'forward authentication', bytes)));
}
