/** What people are shown of their sessions, and of what the audit keeps about them. */

import type { AuditEntry, Session } from '../../storage/port/port.ts';
import { utc } from '../timestamps.ts';

/** A session as its owner sees it: everything but its id, which is not stored. */
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

/** An entry of the audit as the person it is about sees it. */
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
