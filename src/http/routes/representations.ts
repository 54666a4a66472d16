/** The JSON of sessions and audit entries, as their owner sees them. */

import type { AuditEntry, Session } from '../../storage/port/port.ts';
import type { Export } from '../../usecases/account/export-account.ts';
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

/** An export as JSON, part by part. */
export async function* exportText(
  { user, sessions, activity }: Export,
  currentHandle: string,
): AsyncGenerator<string> {
  const shown = {
    id: user.id,
    identifier: user.identifier,
    created_at: utc(user.createdAt),
    email: user.email,
    email_verified_at: user.emailVerifiedAt === null ? null : utc(user.emailVerifiedAt),
  };
  yield `{"user":${JSON.stringify(shown)},"sessions":[`;
  yield* jsonItems(sessions, (session) => shownSession(session, currentHandle));
  yield '],"activity":[';
  yield* jsonItems(activity, shownEntry);
  yield ']}';
}
