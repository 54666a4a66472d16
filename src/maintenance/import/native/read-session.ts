/** Reads a session from an item of the native format. */

import type { Place, SessionRecord } from '../records.ts';
import { hashedSessionId } from '../session-ids.ts';
import { type Fields, Unusable } from './fields.ts';

/** The fields of a session; a test compares them with the JSON Schema. */
export const sessionFields = [
  'id',
  'id_sha256',
  'handle',
  'contract',
  'network',
  'device',
  'created_at',
  'last_seen_at',
  'idle_expires_at',
  'expires_at',
  'proven_at',
] as const;

/** @throws {Unusable} if the session cannot be used. */
export function readSession(fields: Fields, userId: string, place: Place): SessionRecord {
  return {
    kind: 'session',
    place,
    userId,
    idHash: readIdHash(fields),
    handle: word(fields, 'handle'),
    contract: word(fields, 'contract'),
    network: fields.text('network', 64),
    device: fields.text('device', 256),
    createdAt: fields.instant('created_at'),
    lastSeenAt: fields.instant('last_seen_at'),
    idleExpiresAt: fields.instant('idle_expires_at'),
    expiresAt: fields.instant('expires_at'),
    provenAt: fields.instant('proven_at'),
  };
}

function readIdHash(fields: Fields): string {
  const id = fields.text('id');
  if (id === undefined) return fields.requiredHash('id_sha256');
  const hashed = hashedSessionId(id);
  if (typeof hashed !== 'string') throw new Unusable(hashed.reason, hashed.message);
  return hashed;
}

/** Handles stand in paths, and contracts in the audit. */
function word(fields: Fields, name: string): string | undefined {
  const text = fields.text(name, 64);
  if (text === undefined || /^[\w-]+$/.test(text)) return text;
  throw new Unusable('wrong_field', `${name} may have letters, digits, _ and - only.`);
}
