/** Reads an account, and its parts, from a line of the native format. */

import { readHash } from '../../../crypto/hashes/read-hash.ts';
import type {
  DeviceToImport,
  FactorsToImport,
  TrustedBrowserToImport,
} from '../../../storage/port/imports.ts';
import type { Passkey } from '../../../storage/port/port.ts';
import type { AccountRecord, FormatOptions, OwnParts, Place } from '../records.ts';
import { Fields, Unusable } from './fields.ts';

/** The fields of an account; a test compares them with the JSON Schema. */
export const accountFields = [
  'id',
  'username',
  'email',
  'email_verified',
  'created_at',
  'disabled_at',
  'password_hash',
  'totp_secret',
  'second_factor',
  'parked',
  'devices',
  'trusted_browsers',
  'sessions',
] as const;

/** Devices, browsers, passkeys and recovery codes of one account; Gatehouse keeps no more. */
const maxItems = 50;

/** @throws {Unusable} if the account cannot be used: also if it would lose a second factor. */
export function readAccount(fields: Fields, place: Place, { identifier }: FormatOptions): AccountRecord {
  const username = fields.text('username');
  const email = fields.text('email');
  const name = identifier === 'email' ? (email ?? username) : (username ?? email);
  if (name === undefined) throw new Unusable('no_name', 'username and email are missing: it has no name.');
  const verified = fields.instantOrFlag('email_verified');
  const disabled = fields.instantOrFlag('disabled_at');
  return {
    kind: 'account',
    place,
    userId: fields.requiredText('id'),
    identifier: name,
    email,
    isEmailVerified: verified === undefined ? undefined : verified !== false,
    createdAt: fields.instant('created_at'),
    disabledAt: disabled === true ? 'now' : disabled === false ? undefined : disabled,
    passwordHash: readPassword(fields),
    totpSecret: fields.text('totp_secret') ?? fields.object('second_factor')?.object('totp')?.text('secret'),
    own: {
      emailVerifiedAt: typeof verified === 'number' ? verified : undefined,
      isParked: fields.flag('parked'),
      factors: readFactors(fields.object('second_factor')),
      ...readKnown(fields),
    },
  };
}

function readPassword(fields: Fields): string | undefined {
  const text = fields.text('password_hash');
  if (text === undefined) return undefined;
  const read = readHash(text);
  if ('stored' in read) return read.stored;
  throw new Unusable(read.problem, read.message);
}

/** What an account is known by beside its password. */
function readKnown(fields: Fields): Pick<OwnParts, 'devices' | 'trustedBrowsers'> {
  return {
    devices: fields.list('devices', maxItems).map((item, n) => readDevice(new Fields(item, `devices[${n}]`))),
    trustedBrowsers: fields
      .list('trusted_browsers', maxItems)
      .map((item, n) => readBrowser(new Fields(item, `trusted_browsers[${n}]`))),
  };
}

function readDevice(fields: Fields): DeviceToImport {
  return { deviceHash: fields.requiredHash('id_sha256'), lastUsedAt: fields.requiredInstant('last_used_at') };
}

function readBrowser(fields: Fields): TrustedBrowserToImport {
  const device = fields.object('details');
  return {
    tokenHash: fields.requiredHash('token_sha256'),
    handle: fields.requiredText('handle', 64),
    details: device ? textsOf(device) : {},
    createdAt: fields.requiredInstant('created_at'),
    expiresAt: fields.requiredInstant('expires_at'),
  };
}

function textsOf(fields: Fields): Readonly<Record<string, string>> {
  const names = fields.unknown([]).slice(0, maxItems);
  return Object.fromEntries(names.map((name) => [name, fields.requiredText(name, 256)]));
}

function readFactors(fields: Fields | undefined): FactorsToImport | undefined {
  if (!fields) return undefined;
  const totp = fields.object('totp');
  const sealed = totp?.text('sealed');
  if (totp && (sealed === undefined) === (totp.text('secret') === undefined))
    throw new Unusable('wrong_field', 'second_factor.totp has either a secret or a sealed one.');
  const passkeys = fields
    .list('passkeys', maxItems)
    .map((item, n) => readPasskey(new Fields(item, `second_factor.passkeys[${n}]`)));
  if (!totp && passkeys.length === 0)
    throw new Unusable('missing_field', 'second_factor has neither totp nor passkeys.');
  return {
    since: fields.requiredInstant('since'),
    totp: totp
      ? {
          // A plain secret is encrypted later, and takes this place.
          sealed: sealed ?? '',
          enrolledAt: totp.requiredInstant('enrolled_at'),
          lastStep: totp.count('last_step') ?? 0,
        }
      : null,
    failures: fields.count('failures') ?? 0,
    recoveryHashes: readRecoveryHashes(fields),
    passkeys,
  };
}

function readRecoveryHashes(fields: Fields): string[] {
  return fields
    .list('recovery_code_hashes', maxItems)
    .map((hash) => new Fields({ hash }, 'second_factor.recovery_code_hashes').requiredHash('hash'));
}

function readPasskey(fields: Fields): Omit<Passkey, 'userId'> {
  return {
    credentialId: fields.requiredText('credential_id'),
    handle: fields.requiredText('handle', 64),
    name: fields.requiredText('name', 256),
    publicKey: fields.requiredText('public_key', 16_384),
    counter: fields.count('counter') ?? 0,
    transports: fields.text('transports', 256) ?? '',
    isSynced: fields.flag('synced') ?? false,
    createdAt: fields.requiredInstant('created_at'),
    lastUsedAt: fields.instant('last_used_at') ?? null,
  };
}
