/** The JSON of sessions and audit entries, as their owner sees them. */

import type { AuditEntry, Passkey, Session } from '../../storage/port/port.ts';
import type { Export } from '../../usecases/account/export-account.ts';
import type { FactorOverview } from '../../usecases/factors/overview.ts';
import { jsonItems } from '../body-stream.ts';
import { utc } from '../timestamps.ts';

/** A session as its owner sees it; its id is not stored and not shown. */
export function shownSession(session: Session, currentHandle: string): object {
  return {
    handle: session.handle,
    created_at: utc(session.createdAt),
    last_seen_at: utc(session.lastSeenAt),
    idle_expires_at: utc(session.idleExpiresAt),
    expires_at: utc(session.expiresAt),
    contract: session.contract,
    network: session.network,
    device: session.device,
    current: session.handle === currentHandle,
  };
}

/** An entry of the audit as its subject sees it. */
export function shownEntry({
  seq,
  at,
  event,
  outcome,
  contract,
  network,
  requestId,
  handle,
}: AuditEntry): object {
  return { seq, at: utc(at), event, outcome, contract, network, request_id: requestId, handle };
}

/** The second factors of a person, and the browsers that they trust; no secret and no id of a credential. */
export function shownFactors({
  isRequired,
  totp,
  recoveryCodes,
  passkeys,
  trustedBrowsers,
}: FactorOverview): object {
  return {
    required: isRequired,
    totp: totp ? { enrolled_at: utc(totp.enrolledAt), locked: totp.isLocked } : null,
    recovery_codes_left: recoveryCodes,
    passkeys: passkeys.map(shownPasskey),
    trusted_browsers: trustedBrowsers.map(({ handle, createdAt, expiresAt, details }) => ({
      handle,
      created_at: utc(createdAt),
      expires_at: utc(expiresAt),
      network: details['network'] ?? '',
      device: details['device'] ?? '',
    })),
  };
}

export function shownPasskey({ handle, name, createdAt, lastUsedAt, isSynced }: Passkey): object {
  return {
    handle,
    name,
    created_at: utc(createdAt),
    last_used_at: lastUsedAt === null ? null : utc(lastUsedAt),
    synced: isSynced,
  };
}

/** An export as JSON, part by part. */
export async function* exportText(
  { user, factors, sessions, activity }: Export,
  currentHandle: string,
): AsyncGenerator<string> {
  const shown = {
    id: user.id,
    identifier: user.identifier,
    created_at: utc(user.createdAt),
    email: user.email,
    email_verified_at: user.emailVerifiedAt === null ? null : utc(user.emailVerifiedAt),
  };
  yield `{"user":${JSON.stringify(shown)},"factors":${JSON.stringify(factors ? shownFactors(factors) : null)},"sessions":[`;
  yield* jsonItems(sessions, (session) => shownSession(session, currentHandle));
  yield '],"activity":[';
  yield* jsonItems(activity, shownEntry);
  yield ']}';
}
