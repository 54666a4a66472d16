/**
 * Passkeys: keys in people's devices that sign a challenge (WebAuthn level 3).
 *
 * Purpose: to recognise people by a device that they hold, with nothing that can be typed, guessed or sent to another site.
 * Prevents: answers that are forged, changed, sent again, made for another challenge, origin, service or account, or by a
 *   copy of a key; sign-ins with a stolen device alone; and work or requests that an answer could cause.
 * Principle: a person who added a passkey is recognised by a fresh answer of it, to the challenge that was made for the
 *   purpose, and by no other answer.
 * State: for each user at most 20 passkeys, each with the id of its credential, a public key, a counter and a name.
 */

import { digest, newHandle } from '../../crypto/ids.ts';
import type { RelyingParty } from '../../settings/factors/relying-party.ts';
import type { AuditContext, Passkey, PasskeyStore } from '../../storage/port/port.ts';
import { authenticationAnswer, registrationAnswer } from './passkey-answers.ts';
import { acceptedName, defaultName } from './passkey-names.ts';
import { type PasskeyOptions, WebAuthn } from './webauthn.ts';

export { challengeOf } from './passkey-answers.ts';
export type { PasskeyOptions } from './webauthn.ts';

/** The service has no host that passkeys can be bound to, or the library is not installed. */
export type PasskeysUnavailable = { readonly refused: 'passkeys_unavailable' };

/** The answer is not one of this passkey to this challenge. */
export interface InvalidPasskey {
  readonly refused:
    | 'invalid_passkey'
    /** The signature is right, and the counter is not higher than before: two devices may hold the key (section 6.1.1). */
    | 'invalid_counter';
  /** The owner of the passkey that the answer names, if it is known. */
  readonly user?: { readonly id: string };
}

/** The reason why a passkey was not added. */
export type PasskeyNotAdded =
  | PasskeysUnavailable
  | InvalidPasskey
  | { readonly refused: 'invalid_name' | 'factor_exists' | 'too_many_passkeys' | 'unknown_account' }
  /** There is a first factor by now: the enrolment session has ended with it. */
  | { readonly refused: 'no_session' };

/** A passkey to be added. */
export interface NewPasskey {
  /** Empty for a name that is made of the device. */
  readonly name: string;
  /** The readable name of the client's device. */
  readonly device: string;
  /** What the browser returned: an object, or its JSON. */
  readonly answer: unknown;
  readonly challenge: string;
  /** The hashes of the recovery codes that replace all earlier ones (ruling F5). */
  readonly recoveryHashes: readonly string[];
  /** Whether the user may have no factor yet, as in an enrolment session (ruling F6). */
  readonly mustBeFirst?: boolean;
}

/** What an answer must be an answer to. */
export interface ExpectedUse {
  readonly challenge: string;
  /** The user who must own the passkey; `undefined` if the passkey names the user, who is signed in with it alone. */
  readonly userId: string | undefined;
  /** Whether the device must have verified the person, as it must where the passkey stands alone. */
  readonly isAlone: boolean;
}

const maxPasskeys = 20;

const unavailable: PasskeysUnavailable = { refused: 'passkeys_unavailable' };
const invalid: InvalidPasskey = { refused: 'invalid_passkey' };

/** Makes a challenge of at least 16 random bytes, in base64url, once nothing else refuses (section 13.4.3). */
export type NewChallenge = () => Promise<string>;

export class Passkeys {
  readonly #store: PasskeyStore;
  readonly #webAuthn: WebAuthn | undefined;

  /** @param party `undefined` if no relying party is possible, such as on an IP address. */
  constructor(store: PasskeyStore, party: RelyingParty | undefined) {
    this.#store = store;
    this.#webAuthn = WebAuthn.of(party);
  }

  /** The options with which a browser makes a passkey. Those that the user has are excluded. */
  async registrationOptions(
    { id, identifier }: { readonly id: string; readonly identifier: string },
    newChallenge: NewChallenge,
  ): Promise<PasskeyOptions | PasskeysUnavailable | { readonly refused: 'too_many_passkeys' }> {
    if (!this.#webAuthn) return unavailable;
    const known = await this.#store.ofUser(id);
    if (known.length >= maxPasskeys) return { refused: 'too_many_passkeys' };
    return this.#webAuthn.registrationOptions(handleOf(id), identifier, known, await newChallenge());
  }

  /** The options of a sign-in without a name and a password. */
  async signInOptions(newChallenge: NewChallenge): Promise<PasskeyOptions | PasskeysUnavailable> {
    return this.#webAuthn ? this.#webAuthn.signInOptions(await newChallenge()) : unavailable;
  }

  /** The options with which a browser asks for a passkey of a user. */
  async options(
    userId: string,
    isAlone: boolean,
    newChallenge: NewChallenge,
  ): Promise<PasskeyOptions | PasskeysUnavailable | { readonly refused: 'unknown_factor' }> {
    if (!this.#webAuthn) return unavailable;
    const known = await this.#store.ofUser(userId);
    if (known.length === 0) return { refused: 'unknown_factor' };
    const verification = isAlone ? 'required' : 'preferred';
    return this.#webAuthn.authenticationOptions(verification, known, await newChallenge());
  }

  /** Verifies the answer to a registration and adds the passkey. A refusal changes nothing. */
  async add(
    userId: string,
    { name, device, answer, challenge, recoveryHashes, mustBeFirst = false }: NewPasskey,
    now: number,
    context: AuditContext,
  ): Promise<Passkey | PasskeyNotAdded> {
    if (!this.#webAuthn) return unavailable;
    const read = registrationAnswer(answer);
    if (!read) return invalid;
    const { transports } = read;
    const kept = name.trim() === '' ? defaultName(transports, device) : acceptedName(name);
    if (kept === undefined) return { refused: 'invalid_name' };
    const made = await this.#webAuthn.verifyRegistration(read, challenge).catch(() => undefined);
    if (!made) return invalid;
    const passkey = {
      ...made,
      userId,
      handle: newHandle(),
      name: kept,
      transports: transports.join(),
      createdAt: now,
      lastUsedAt: null,
    };
    const outcome = await this.#store.add(passkey, recoveryHashes, maxPasskeys, context, mustBeFirst);
    if (outcome === 'known') return { refused: 'factor_exists' };
    if (outcome === 'not_first') return { refused: 'no_session' };
    if (outcome === 'too_many') return { refused: 'too_many_passkeys' };
    return outcome === 'added' ? passkey : { refused: outcome };
  }

  /** Verifies an answer of a passkey and records its use. Of concurrent answers with one counter exactly one is accepted. */
  async verify(
    answer: unknown,
    { challenge, userId, isAlone }: ExpectedUse,
    now: number,
  ): Promise<Passkey | InvalidPasskey | PasskeysUnavailable> {
    if (!this.#webAuthn) return unavailable;
    const read = authenticationAnswer(answer);
    const passkey = read && (await this.#store.find(read.id));
    if (!passkey) return invalid;
    const refused: InvalidPasskey = { ...invalid, user: { id: passkey.userId } };
    if (userId !== undefined && passkey.userId !== userId) return invalid;
    // Where the user is not known before, the authenticator has to name them (section 7.2, step 6).
    const isNamed = read.userHandle !== undefined;
    if (isNamed ? !isHandleOf(read.userHandle, passkey.userId) : userId === undefined) return refused;
    const { credentialId, publicKey } = passkey;
    const verified = await this.#webAuthn
      .verifyAuthentication(read, publicKey, challenge, isAlone)
      .catch(() => undefined);
    if (!verified) return refused;
    const isUsed = await this.#store.use({ credentialId, ...verified, at: now });
    if (isUsed) return { ...passkey, ...verified, lastUsedAt: now };
    return isBehind(verified.counter, passkey.counter) ? { ...refused, refused: 'invalid_counter' } : refused;
  }

  /** Whether the passkey that an answer names is one of the user's. The answer itself is not verified. */
  async isOf(userId: string, answer: unknown): Promise<boolean> {
    const read = registrationAnswer(answer);
    return read !== undefined && (await this.#store.find(read.id))?.userId === userId;
  }

  /** All passkeys of a user, the oldest first. */
  ofUser(userId: string): Promise<Passkey[]> {
    return this.#store.ofUser(userId);
  }

  async rename(
    userId: string,
    handle: string,
    name: string,
    context: AuditContext,
  ): Promise<{ readonly name: string } | { readonly refused: 'invalid_name' | 'unknown_factor' }> {
    const kept = acceptedName(name);
    if (kept === undefined) return { refused: 'invalid_name' };
    const isRenamed = await this.#store.rename(userId, handle, kept, context);
    return isRenamed ? { name: kept } : { refused: 'unknown_factor' };
  }

  /** Removes a passkey; `mayBeLast` says whether the user may be without a factor afterwards. */
  async remove(
    userId: string,
    handle: string,
    mayBeLast: boolean,
    context: AuditContext,
  ): Promise<{ readonly handle: string } | { readonly refused: 'last_factor' | 'unknown_factor' }> {
    const outcome = await this.#store.remove(userId, handle, mayBeLast, context);
    if (outcome === 'removed') return { handle };
    return { refused: outcome === 'last' ? 'last_factor' : 'unknown_factor' };
  }
}

/** The user handle (section 14.6.1): a digest, because ids that were imported may be long, or names of people. */
function handleOf(userId: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(digest(`passkey user ${userId}`), 'hex'));
}

/** Synced passkeys have no counter: theirs stays 0. */
function isBehind(counter: number, last: number): boolean {
  return counter <= last && (counter > 0 || last > 0);
}

function isHandleOf(handle: string, userId: string): boolean {
  return handle === Buffer.from(handleOf(userId)).toString('base64url');
}
