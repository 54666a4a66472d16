/** Verifies the answers of authenticators with `@simplewebauthn/server`, which is loaded at its first use. */

import { createRequire } from 'node:module';
import type { RelyingParty } from '../../settings/factors/relying-party.ts';
import type { AuthenticationAnswer, RegistrationAnswer } from './passkey-answers.ts';

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

const library = '@simplewebauthn/server';

/** Whether the library, which is an optional dependency, is installed. It is not loaded for that. */
function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve(library);
    return true;
  } catch {
    return false;
  }
}

async function load() {
  const [server, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ]);
  return { ...server, ...helpers };
}

type Library = Awaited<ReturnType<typeof load>>;

export class WebAuthn {
  readonly #party: RelyingParty;
  #loading: Promise<Library> | undefined;

  private constructor(party: RelyingParty) {
    this.#party = party;
  }

  /** `undefined` if there is no relying party, or if the library is not installed. */
  static of(party: RelyingParty | undefined): WebAuthn | undefined {
    return party && isInstalled() ? new WebAuthn(party) : undefined;
  }

  /** @param userHandle at most 64 bytes that say nothing about the person (section 14.6.1). */
  async registrationOptions(
    userHandle: Uint8Array<ArrayBuffer>,
    name: string,
    known: readonly Descriptor[],
    challenge: string,
  ): Promise<PasskeyOptions> {
    const { generateRegistrationOptions } = await this.#library();
    return generateRegistrationOptions({
      rpID: this.#party.id,
      rpName: this.#party.name,
      userID: userHandle,
      userName: name,
      userDisplayName: name,
      challenge: bytesOf(challenge),
      timeout,
      attestationType: 'none',
      excludeCredentials: known.map(descriptor),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      supportedAlgorithmIDs: algorithms,
    });
  }

  /**
   * The options of a sign-in in which the authenticator offers what it has for the service. They are made by hand, because the
   * sign-in page asks for them also where no user has a passkey: the library is not loaded for that.
   */
  signInOptions(challenge: string): PasskeyOptions {
    const options = { rpId: this.#party.id, challenge, timeout, userVerification: 'required' };
    return options;
  }

  /** The options of an authentication with one of the passkeys of a user. */
  async authenticationOptions(
    userVerification: 'preferred' | 'required',
    known: readonly Descriptor[],
    challenge: string,
  ): Promise<PasskeyOptions> {
    const { generateAuthenticationOptions } = await this.#library();
    return generateAuthenticationOptions({
      rpID: this.#party.id,
      challenge: bytesOf(challenge),
      timeout,
      userVerification,
      allowCredentials: known.map(descriptor),
    });
  }

  /** @throws if anything about the answer is wrong. */
  async verifyRegistration(answer: RegistrationAnswer, challenge: string): Promise<MadePasskey> {
    const { id, clientDataJSON, attestationObject } = answer;
    const library = await this.#library();
    const { registrationInfo } = await library.verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, attestationObject: withoutStatement(library, attestationObject) },
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
    const library = await this.#library();
    const { verified, authenticationInfo } = await library.verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, authenticatorData, signature },
      },
      credential: { id, publicKey: bytesOf(publicKey), counter: 0 },
      ...this.#expected(challenge),
      requireUserVerification,
    });
    if (!verified) throw new Error('The signature is wrong.');
    return { counter: authenticationInfo.newCounter, isSynced: authenticationInfo.credentialBackedUp };
  }

  #expected(expectedChallenge: string) {
    return { expectedChallenge, expectedOrigin: [...this.#party.origins], expectedRPID: this.#party.id };
  }

  /** Loads the library at the first use; after a failure it is tried again. */
  #library(): Promise<Library> {
    this.#loading ??= load().catch((error) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }
}

/**
 * The attestation without its statement, which nothing was asked for (`none`). The library would verify the certificates of a
 * statement, and fetch lists of revoked ones from addresses that they name: requests that a client could direct.
 */
function withoutStatement(
  { decodeAttestationObject, isoCBOR, isoBase64URL }: Library,
  attestationObject: string,
): string {
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const bare = new Map<string, string | Uint8Array | Map<string, string>>([
    ['fmt', 'none'],
    ['attStmt', new Map<string, string>()],
    ['authData', attestation.get('authData')],
  ]);
  return isoBase64URL.fromBuffer(new Uint8Array(isoCBOR.encode(bare)));
}

function descriptor({ credentialId, transports }: Descriptor) {
  const list = transports === '' ? {} : { transports: transports.split(',') as never[] };
  return { id: credentialId, ...list };
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}
