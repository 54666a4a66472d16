/** Writes accounts and sessions as lines of the native format. */

import { noPassword } from '../../../crypto/hashes/stored-hash.ts';
import type { FactorsToImport, SessionToImport } from '../../../storage/port/imports.ts';
import type { ExportedAccount, MoreSessions } from '../../../storage/port/transfer/exports.ts';
import { isParked } from '../../../storage/shared/imports/exported-accounts.ts';

/** The plain secret of an authenticator app; `undefined` to write it as it is, encrypted. */
export type PlainSecret = (sealed: string, userId: string) => string | undefined;

/** A line without its end. Fields without a value are left out. */
export function lineOf(item: ExportedAccount | MoreSessions, plainSecret: PlainSecret): string {
  const sessions = item.sessions.map(sessionJson);
  if ('userId' in item) return JSON.stringify({ user: item.userId, sessions });
  const { account } = item;
  const { identifier, email, passwordHash, factors, devices, trustedBrowsers } = account;
  return JSON.stringify({
    id: account.userId,
    // An account that is named by its address has one name; the reader falls back to the address.
    username: identifier === email ? undefined : identifier,
    email: email ?? undefined,
    email_verified: email === null ? undefined : (instant(account.emailVerifiedAt) ?? false),
    created_at: instant(account.createdAt),
    disabled_at: instant(account.disabledAt),
    password_hash: passwordHash === noPassword ? undefined : passwordHash,
    parked: isParked(account.canonical) || undefined,
    second_factor: factors ? factorsJson(factors, account.userId, plainSecret) : undefined,
    devices: some(
      devices.map(({ deviceHash, lastUsedAt }) => ({
        id_sha256: deviceHash,
        last_used_at: instant(lastUsedAt),
      })),
    ),
    trusted_browsers: some(
      trustedBrowsers.map(({ tokenHash, handle, details, createdAt, expiresAt }) => ({
        token_sha256: tokenHash,
        handle,
        details,
        created_at: instant(createdAt),
        expires_at: instant(expiresAt),
      })),
    ),
    sessions: some(sessions),
  });
}

function factorsJson(factors: FactorsToImport, userId: string, plainSecret: PlainSecret) {
  const { totp } = factors;
  const secret = totp ? plainSecret(totp.sealed, userId) : undefined;
  return {
    since: instant(factors.since),
    failures: factors.failures || undefined,
    totp: totp
      ? {
          ...(secret === undefined ? { sealed: totp.sealed } : { secret }),
          enrolled_at: instant(totp.enrolledAt),
          last_step: totp.lastStep,
        }
      : undefined,
    recovery_code_hashes: some(factors.recoveryHashes),
    passkeys: some(
      factors.passkeys.map((passkey) => ({
        credential_id: passkey.credentialId,
        handle: passkey.handle,
        name: passkey.name,
        public_key: passkey.publicKey,
        counter: passkey.counter,
        transports: passkey.transports,
        synced: passkey.isSynced,
        created_at: instant(passkey.createdAt),
        last_used_at: instant(passkey.lastUsedAt),
      })),
    ),
  };
}

function sessionJson(session: SessionToImport) {
  return {
    id_sha256: session.idHash,
    handle: session.handle,
    contract: session.contract,
    network: session.network || undefined,
    device: session.device || undefined,
    created_at: instant(session.createdAt),
    last_seen_at: instant(session.lastSeenAt),
    idle_expires_at: instant(session.idleExpiresAt),
    expires_at: instant(session.expiresAt),
    proven_at: instant(session.provenAt),
  };
}

/** An instant (RFC 3339, in UTC). */
function instant(at: number | null): string | undefined {
  return at === null ? undefined : new Date(at).toISOString();
}

function some<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}
