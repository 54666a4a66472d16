/** An authenticator in software: makes passkeys and signs with them, rightly or wrongly (WebAuthn level 3). */

import {
  createHash,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signWith,
} from 'node:crypto';

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

/** The parts of creation and request options that an authenticator reads. */
export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id?: string };
  readonly user: { readonly id: string };
}

export interface RequestOptions {
  readonly challenge: string;
  readonly rpId?: string;
  readonly allowCredentials?: readonly { readonly id: string }[];
}

/** What an answer does wrongly, or differently. */
export interface Changes {
  readonly challenge?: string;
  readonly origin?: string;
  readonly rpId?: string;
  /** The type in the client data, such as `webauthn.get`. */
  readonly type?: string;
  readonly clientData?: Readonly<Record<string, unknown>>;
  readonly counter?: number;
  readonly isPresent?: boolean;
  readonly isVerified?: boolean;
  readonly userHandle?: string | null;
  /** The attestation, in place of none. */
  readonly format?: string;
  readonly statement?: ReadonlyMap<string, Cbor>;
  readonly publicKey?: Cbor;
  readonly transports?: unknown;
}

export interface SoftwareOptions {
  readonly origin: string;
  /** Whether it verifies its owner; by default it does. */
  readonly isVerifying?: boolean;
  /** Synced passkeys have no counter. */
  readonly isSynced?: boolean;
  readonly algorithm?: Algorithm;
  readonly transports?: readonly string[];
}

interface Held {
  readonly id: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly privateKey: KeyObject;
  readonly publicKey: Cbor;
  counter: number;
}

export type Cbor = number | string | Uint8Array | ReadonlyMap<number | string, Cbor> | readonly Cbor[];

export class SoftwareAuthenticator {
  readonly #options: SoftwareOptions;
  readonly #held: Held[] = [];

  constructor(options: SoftwareOptions) {
    this.#options = options;
  }

  /** The ids of its passkeys, the oldest first. */
  get ids(): readonly string[] {
    return this.#held.map(({ id }) => id);
  }

  /** Answers `navigator.credentials.create()`, as JSON has it. */
  create(options: CreationOptions, changes: Changes = {}) {
    const { algorithm = 'ES256', transports = ['internal'] } = this.#options;
    const held = {
      id: randomBytes(16).toString('base64url'),
      rpId: options.rp.id ?? '',
      userHandle: options.user.id,
      ...newKey(algorithm),
      counter: 0,
    };
    this.#held.push(held);
    return this.#registration(held, options.challenge, { transports, ...changes });
  }

  /** Answers with the passkey that it made last, as one that does not look at what is excluded. */
  createAgain(options: CreationOptions, changes: Changes = {}) {
    const held = this.#held.at(-1);
    if (!held) throw new Error('There is no passkey.');
    return this.#registration(held, options.challenge, changes);
  }

  /** Answers `navigator.credentials.get()` with the newest passkey that fits. */
  get(options: RequestOptions, changes: Changes = {}) {
    const { rpId, allowCredentials = [], challenge } = options;
    const held = this.#held.findLast(
      (one) =>
        one.rpId === rpId &&
        (allowCredentials.length === 0 || allowCredentials.some(({ id }) => id === one.id)),
    );
    if (!held) throw new Error('No passkey fits.');
    if (!this.#options.isSynced) held.counter += 1;
    const clientData = this.#clientData('webauthn.get', challenge, changes);
    const authenticatorData = this.#authenticatorData(held, changes);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
    const { userHandle = held.userHandle } = changes;
    return {
      id: held.id,
      rawId: held.id,
      type: 'public-key',
      clientExtensionResults: {},
      authenticatorAttachment: 'platform',
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature(held.privateKey, signed).toString('base64url'),
        ...(userHandle === null ? {} : { userHandle }),
      },
    };
  }

  #registration(held: Held, challenge: string, changes: Changes) {
    const { format = 'none', statement = new Map(), publicKey = held.publicKey, transports } = changes;
    const id = Buffer.from(held.id, 'base64url');
    const attested = Buffer.concat([Buffer.alloc(16), uint16(id.length), id, encodeCbor(publicKey)]);
    const authData = this.#authenticatorData(held, changes, attested);
    const attestation = new Map<string, Cbor>([
      ['fmt', format],
      ['attStmt', statement],
      ['authData', authData],
    ]);
    return {
      id: held.id,
      rawId: held.id,
      type: 'public-key',
      clientExtensionResults: { credProps: { rk: true } },
      authenticatorAttachment: 'platform',
      response: {
        clientDataJSON: this.#clientData('webauthn.create', challenge, changes).toString('base64url'),
        attestationObject: encodeCbor(attestation).toString('base64url'),
        transports,
      },
    };
  }

  #clientData(type: string, challenge: string, changes: Changes): Buffer {
    const origin = changes.origin ?? this.#options.origin;
    const data = { type: changes.type ?? type, challenge: changes.challenge ?? challenge, origin };
    return Buffer.from(JSON.stringify({ ...data, crossOrigin: false, ...changes.clientData }));
  }

  /** Section 6.1: the hash of the relying party's id, flags, the counter, and the new key if there is one. */
  #authenticatorData(held: Held, changes: Changes, attested = Buffer.alloc(0)): Buffer {
    const { isVerifying = true, isSynced = false } = this.#options;
    const { isPresent = true, isVerified = isVerifying, counter = held.counter } = changes;
    const flags =
      (isPresent ? 0x01 : 0) |
      (isVerified ? 0x04 : 0) |
      (isSynced ? 0x18 : 0) |
      (attested.length > 0 ? 0x40 : 0);
    const counterBytes = Buffer.alloc(4);
    counterBytes.writeUInt32BE(counter);
    const party = createHash('sha256')
      .update(changes.rpId ?? held.rpId)
      .digest();
    return Buffer.concat([party, Buffer.from([flags]), counterBytes, attested]);
  }
}

/** A key pair, with its public key in the form of COSE (RFC 9053, section 7). */
function newKey(algorithm: Algorithm): Pick<Held, 'privateKey' | 'publicKey'> {
  if (algorithm === 'RS256') {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    return { privateKey, publicKey: cose([1, 3], [3, -257], [-1, bytes(n)], [-2, bytes(e)]) };
  }
  if (algorithm === 'EdDSA') {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { x = '' } = publicKey.export({ format: 'jwk' });
    return { privateKey, publicKey: cose([1, 1], [3, -8], [-1, 6], [-2, bytes(x)]) };
  }
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return { privateKey, publicKey: cose([1, 2], [3, -7], [-1, 1], [-2, bytes(x)], [-3, bytes(y)]) };
}

function cose(...entries: (readonly [number, Cbor])[]): Cbor {
  return new Map(entries);
}

function bytes(base64url: string): Uint8Array {
  return Buffer.from(base64url, 'base64url');
}

function signature(key: KeyObject, data: Buffer): Buffer {
  if (key.asymmetricKeyType === 'ed25519') return signWith(null, data, key);
  return createSign('sha256').update(data).sign(key);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

/** CBOR (RFC 8949) as far as authenticators need it. */
export function encodeCbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof Map) {
    return Buffer.concat([head(5, value.size), ...[...value].flat().map((part) => encodeCbor(part))]);
  }
  const items = value as readonly Cbor[];
  return Buffer.concat([head(4, items.length), ...items.map(encodeCbor)]);
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument]);
  return Buffer.from([(major << 5) | 25, argument >> 8, argument & 255]);
}
