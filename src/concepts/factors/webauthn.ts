/** Verifies the answers of authenticators with `@simplewebauthn/server`, which is loaded at its first use. */

import type { AuthenticationAnswer, RegistrationAnswer } from './passkey-answers.ts';

/** The service as authenticators know it (WebAuthn level 3, section 4, "Relying Party"). */
export interface RelyingParty {
  /** A host name; passkeys work on it and the hosts below it. */
  readonly id: string;
  /** Shown by authenticators. */
  readonly name: string;
  /** The origins on which passkeys are made and used. */
  readonly origins: readonly string[];
}

/** The options for `navigator.credentials`, as JSON: with many more fields, which only browsers read. */
export interface PasskeyOptions {
  readonly challenge: string;
}

/** A known passkey, so that a browser can look for it. */
interface Descriptor {
  readonly credentialId: string;
  readonly transports: string;
}

/** A passkey that an authenticator has made. */
export interface MadePasskey {
  readonly credentialId: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly isSynced: boolean;
}

/** A use of a passkey whose signature is right. */
export interface VerifiedUse {
  readonly counter: number;
  readonly isSynced: boolean;
}

/** ES256, EdDSA and RS256, the ones that authenticators have (RFC 9053, section 2; RFC 8812, section 2). */
const algorithms = [-7, -8, -257];

/** An RSA key of 4,096 bits has 550. */
const maxPublicKeyBytes = 1_024;

/** How long a browser waits for the person: as long as a challenge is valid. */
const timeout = 5 * 60_000;

async function load() {
  const [server, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ]);
  return { ...server, ...helpers };
}

type Library = Awaited<ReturnType<typeof load>>;

export class WebAuthn {
  readonly #library: Library;
  readonly #party: RelyingParty;

  private constructor(library: Library, party: RelyingParty) {
    this.#library = library;
    this.#party = party;
  }

  /** `undefined` if the library, which is an optional dependency, is not installed. */
  static async open(party: RelyingParty): Promise<WebAuthn | undefined> {
    try {
      return new WebAuthn(await load(), party);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** @param userHandle at most 64 bytes that say nothing about the person (section 14.6.1). */
  registrationOptions(
    userHandle: Uint8Array<ArrayBuffer>,
    name: string,
    known: readonly Descriptor[],
  ): Promise<PasskeyOptions> {
    const { id, name: partyName } = this.#party;
    return this.#library.generateRegistrationOptions({
      rpID: id,
      rpName: partyName,
      userID: userHandle,
      userName: name,
      userDisplayName: name,
      timeout,
      attestationType: 'none',
      excludeCredentials: known.map(descriptor),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      supportedAlgorithmIDs: algorithms,
    });
  }

  /** Without known passkeys the authenticator offers those that it has for the service. */
  authenticationOptions(
    userVerification: 'preferred' | 'required',
    known: readonly Descriptor[] = [],
  ): Promise<PasskeyOptions> {
    return this.#library.generateAuthenticationOptions({
      rpID: this.#party.id,
      timeout,
      userVerification,
      ...(known.length > 0 ? { allowCredentials: known.map(descriptor) } : {}),
    });
  }

  /** @throws if anything about the answer is wrong. */
  async verifyRegistration(answer: RegistrationAnswer, challenge: string): Promise<MadePasskey> {
    const { id, clientDataJSON, attestationObject } = answer;
    const { registrationInfo } = await this.#library.verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, attestationObject: this.#withoutStatement(attestationObject) },
      },
      ...this.#expected(challenge),
      requireUserVerification: false,
      supportedAlgorithmIDs: algorithms,
    });
    if (!registrationInfo) throw new Error('The registration is not verified.');
    const { credential, credentialBackedUp } = registrationInfo;
    if (credential.id !== id) throw new Error('The id of the answer is another one.');
    if (credential.publicKey.byteLength > maxPublicKeyBytes) throw new Error('The public key is too large.');
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      isSynced: credentialBackedUp,
    };
  }

  /**
   * The counter is not judged here: the store does that in the step that writes it.
   *
   * @throws if anything about the answer is wrong.
   */
  async verifyAuthentication(
    answer: AuthenticationAnswer,
    publicKey: string,
    challenge: string,
    requireUserVerification: boolean,
  ): Promise<VerifiedUse> {
    const { id, clientDataJSON, authenticatorData, signature } = answer;
    const { verified, authenticationInfo } = await this.#library.verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, authenticatorData, signature },
      },
      credential: { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter: 0 },
      ...this.#expected(challenge),
      requireUserVerification,
    });
    if (!verified) throw new Error('The signature is wrong.');
    return { counter: authenticationInfo.newCounter, isSynced: authenticationInfo.credentialBackedUp };
  }

  #expected(expectedChallenge: string) {
    return { expectedChallenge, expectedOrigin: [...this.#party.origins], expectedRPID: this.#party.id };
  }

  /**
   * The attestation without its statement, which nothing was asked for (`none`). The library would verify the certificates of
   * a statement, and fetch lists of revoked ones from addresses that they name: requests that a client could direct.
   */
  #withoutStatement(attestationObject: string): string {
    const { decodeAttestationObject, isoCBOR, isoBase64URL } = this.#library;
    const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
    const authData = attestation.get('authData');
    const bare = new Map<string, string | Uint8Array | Map<string, string>>([
      ['fmt', 'none'],
      ['attStmt', new Map<string, string>()],
      ['authData', authData],
    ]);
    return isoBase64URL.fromBuffer(new Uint8Array(isoCBOR.encode(bare)));
  }
}

function descriptor({ credentialId, transports }: Descriptor) {
  const list = transports === '' ? {} : { transports: transports.split(',') as never[] };
  return { id: credentialId, ...list };
}
