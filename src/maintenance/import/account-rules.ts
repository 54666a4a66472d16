/** Decides what of an account of another system is imported: its names, instants, credential and factors. */

import { noPassword } from '../../crypto/hashes/stored-hash.ts';
import { digest } from '../../crypto/ids.ts';
import { type AccountToImport, type FactorsToImport, parkedForm } from '../../storage/port/imports.ts';
import { canonical } from '../../storage/shared/canonical-form.ts';
import type { AccountRecord, Fault } from './records.ts';
import type { SecretSealer } from './secret-sealer.ts';

/** An account that can be written, with the faults of parts that it comes without. */
export interface Decided {
  readonly account: AccountToImport;
  /** Whether its hash waits for wrapping. */
  readonly isWaiting: boolean;
  readonly faults: readonly Fault[];
}

/** What the rules need to know beside the record. */
export interface AccountRules {
  /** The instant of the import: missing instants count from it (ruling I1). */
  readonly at: number;
  /** Whether mails can be sent to a text (ruling G3). */
  readonly isAddress: (text: string) => boolean;
  readonly sealer: SecretSealer;
  readonly hashes: HashRules;
}

/** What becomes of hashes of other systems. */
export interface HashRules {
  /** The form in which a hash is stored at first, and whether it waits for wrapping (ruling I3). */
  readonly atRest: (passwordHash: string) => { readonly stored: string; readonly isWaiting: boolean };
  /** A name for the cost of a stored form, equal for equal costs (ruling I5). */
  readonly kindOf: (passwordHash: string) => string;
}

/** User ids of origins: printable ASCII without spaces. */
const userIdForm = /^[\x21-\x7e]{1,128}$/;

/** The longest name, in Unicode code points. */
const maxNameLength = 254;

/** One time step of an authenticator app (RFC 6238), in milliseconds. */
const stepMs = 30_000;

/** A secret of an authenticator app in base32 (RFC 4648), of 10 to 80 bytes. */
const secretForm = /^[A-Z2-7]{16,128}$/;

/**
 * Checks an account, and decides everything that its row needs. A fault means that nothing of it is imported; an account
 * never comes without a second factor that it has at its origin.
 */
export async function decideAccount(record: AccountRecord, rules: AccountRules): Promise<Decided | Fault> {
  const { userId, identifier, own = {} } = record;
  const fault = faultOf(record);
  if (fault) return fault;
  const factors = await factorsOf(record, rules);
  if (factors && 'reason' in factors) return factors;
  const faults = factors?.warning ? [factors.warning] : [];
  const address = record.email ?? (identifier.includes('@') ? identifier : undefined);
  const email = address !== undefined && rules.isAddress(address) ? address : null;
  if (address !== undefined && email === null) faults.push(noAddress);
  const given = record.passwordHash ?? noPassword;
  const { stored: passwordHash, isWaiting } = rules.hashes.atRest(given);
  const isVerified = record.isEmailVerified === true || own.emailVerifiedAt !== undefined;
  const account: AccountToImport = {
    userId,
    identifier,
    canonical: own.isParked ? parkedForm(userId) : canonical(identifier),
    passwordHash,
    hashKind: rules.hashes.kindOf(passwordHash),
    fingerprint: digest(given),
    email,
    emailVerifiedAt: email !== null && isVerified ? (own.emailVerifiedAt ?? rules.at) : null,
    createdAt: record.createdAt ?? rules.at,
    // An instant of 0 would mark an account that is being removed.
    disabledAt: record.disabledAt === undefined ? null : disabledSince(record.disabledAt, rules.at),
    factors: factors?.factors ?? null,
    factorsFingerprint: factors ? fingerprintOf(factors) : null,
    devices: own.devices ?? [],
    trustedBrowsers: (own.trustedBrowsers ?? []).filter(({ expiresAt }) => expiresAt > rules.at),
  };
  return { account, isWaiting, faults };
}

function disabledSince(disabledAt: number | 'now', at: number): number {
  return disabledAt === 'now' || disabledAt <= 0 ? at : disabledAt;
}

const noAddress: Fault = {
  reason: 'email_form',
  message: 'Mails cannot be sent to its address, so the account comes without one.',
};

function faultOf({ userId, identifier }: AccountRecord): Fault | undefined {
  if (!userIdForm.test(userId))
    return { reason: 'user_id_form', message: 'A user id has 1 to 128 characters of ASCII without spaces.' };
  if (identifier === '') return { reason: 'no_name', message: 'The account has no name to log in with.' };
  if ([...identifier].length > maxNameLength)
    return { reason: 'name_form', message: `The name has more than ${maxNameLength} characters.` };
  if (!identifier.isWellFormed() || /\p{Cc}/u.test(identifier))
    return {
      reason: 'name_form',
      message: 'The name has control characters or is not well-formed Unicode: no client can type it.',
    };
  return undefined;
}

/** Factors with the secret as the origin has it, plain if it is known. */
interface DecidedFactors {
  readonly factors: FactorsToImport;
  readonly secret: string;
  readonly warning?: Fault;
}

/** Tells whether an origin has other factors than at the last import. A secret has 80 random bits at least. */
function fingerprintOf({ factors: { passkeys }, secret }: DecidedFactors): string {
  return digest(JSON.stringify([secret, ...passkeys.map(({ credentialId }) => credentialId).sort()]));
}

/** The factors of an account, encrypted with the key of this server; a warning about those that its key does not open. */
async function factorsOf(
  { userId, totpSecret, own }: AccountRecord,
  { at, sealer }: AccountRules,
): Promise<DecidedFactors | Fault | undefined> {
  const given = own?.factors;
  if (totpSecret === undefined) {
    if (!given) return undefined;
    if (!given.totp) return { factors: given, secret: '' };
    const { sealed, secret = sealed, warning } = await sealer.keep(given.totp.sealed, userId);
    return { factors: { ...given, totp: { ...given.totp, sealed } }, secret, ...(warning && { warning }) };
  }
  const secret = totpSecret.replace(/[\s=-]/g, '').toUpperCase();
  if (!secretForm.test(secret))
    return {
      reason: 'totp_form',
      message: 'The secret of its authenticator app is not in base32, so the account would lose its factor.',
    };
  const sealed = await sealer.seal(secret, userId);
  if (typeof sealed !== 'string') return sealed;
  const totp = {
    sealed,
    enrolledAt: given?.totp?.enrolledAt ?? given?.since ?? at,
    // Codes of earlier steps may have been used at the origin (ruling F3).
    lastStep: given?.totp?.lastStep ?? Math.floor(at / stepMs) - 1,
  };
  const none = { since: totp.enrolledAt, failures: 0, recoveryHashes: [], passkeys: [] };
  return { factors: { ...(given ?? none), totp }, secret };
}
