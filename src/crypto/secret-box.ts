/** Encrypts secrets that the database keeps, so that a copy of it alone gives none away (ruling F3). */

import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';

/** The size of a key, in bytes. */
const keyBytes = 32;

/** The sizes of nonces and tags in AES-GCM (NIST SP 800-38D, sections 5.2.1.1 and 5.2.1.2), in bytes. */
const nonceBytes = 12;
const tagBytes = 16;

/** The form of an encrypted text: its version, the id of its key, and nonce, ciphertext and tag in base64url. */
const form = /^v1\.([\da-f]{8})\.([\w-]+)$/;

export interface Opened {
  readonly text: string;
  /** Whether it was encrypted with the current key, and not with the previous one. */
  readonly isCurrent: boolean;
}

/** Encrypts with one key, and decrypts with that and a previous one. */
export class SecretBox {
  readonly #current: Key;
  readonly #previous: Key | undefined;

  /** @throws {TypeError} if a key does not have 32 bytes. */
  constructor(current: Uint8Array, previous?: Uint8Array) {
    this.#current = keyFrom(current);
    this.#previous = previous && keyFrom(previous);
  }

  /** A public name of the current key: 8 hexadecimal digits. */
  get keyId(): string {
    return this.#current.id;
  }

  /** What every text that is encrypted with the current key begins with. */
  get prefix(): string {
    return prefixOf(this.#current);
  }

  /** The same for the previous key; `undefined` if there is none. */
  get previousPrefix(): string | undefined {
    return this.#previous && prefixOf(this.#previous);
  }

  /**
   * Encrypts a text with AES-256-GCM. It can be decrypted only with the same context, such as the id of its owner, so that
   * it is worth nothing in another row.
   */
  seal(text: string, context: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#current.secret, nonce);
    cipher.setAAD(Buffer.from(context));
    const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return `${this.prefix}${Buffer.concat(sealed).toString('base64url')}`;
  }

  /** Decrypts a text; `undefined` if it is damaged, or belongs to another key or context. */
  open(sealed: string, context: string): Opened | undefined {
    const [, id, body = ''] = form.exec(sealed) ?? [];
    const key = [this.#current, this.#previous].find((one) => one?.id === id);
    const text = key && decrypt(key.secret, Buffer.from(body, 'base64url'), context);
    return text === undefined ? undefined : { text, isCurrent: key === this.#current };
  }
}

interface Key {
  readonly id: string;
  readonly secret: Uint8Array;
}

function prefixOf({ id }: Key): string {
  return `v1.${id}.`;
}

/** AES gets a key that is derived for this use (HKDF, RFC 5869), so that the given one can have others. */
function keyFrom(given: Uint8Array): Key {
  if (given.byteLength !== keyBytes) throw new TypeError(`A secret key has ${keyBytes} bytes.`);
  const id = hash('sha256', Buffer.concat([Buffer.from('gatehouse secret key'), given]), 'hex').slice(0, 8);
  return { id, secret: new Uint8Array(hkdfSync('sha256', given, '', 'totp', keyBytes)) };
}

function decrypt(secret: Uint8Array, body: Buffer, context: string): string | undefined {
  if (body.byteLength < nonceBytes + tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', secret, body.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(body.subarray(-tagBytes));
  const text = decipher.update(body.subarray(nonceBytes, -tagBytes));
  try {
    return Buffer.concat([text, decipher.final()]).toString();
  } catch {
    // The tag does not match: the text was changed, or belongs to another context.
    return undefined;
  }
}
