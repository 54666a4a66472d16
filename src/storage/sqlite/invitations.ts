/** Invitations in SQLite: one row for each invited name, removed when the name gets its account. */

import type { DatabaseSync } from 'node:sqlite';
import type { Invitation, InvitationStore } from '../port/port.ts';
import type { AuditChain } from './audit/audit-chain.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';

export function invitationsIn(
  db: DatabaseSync,
  reader: Reader,
  writer: Writer,
  chain: AuditChain,
): InvitationStore {
  const put = db.prepare(
    `INSERT INTO invitations (canonical, token_hash, user_id, expires_at) VALUES (?, unhex(?), ?, ?)
     ON CONFLICT (canonical) DO UPDATE
     SET token_hash = excluded.token_hash, user_id = excluded.user_id, expires_at = excluded.expires_at`,
  );
  const columns = 'canonical, user_id AS userId, expires_at AS expiresAt';
  const select = db.prepare(
    `SELECT ${columns} FROM invitations WHERE canonical = ? AND token_hash = unhex(?)`,
  );
  const selectPage = db.prepare(
    `SELECT ${columns} FROM invitations WHERE canonical > ? ORDER BY canonical LIMIT ?`,
  );
  const remove = db.prepare(`DELETE FROM invitations WHERE canonical = ? RETURNING ${columns}`);
  const sweep = db.prepare(
    `DELETE FROM invitations WHERE canonical IN
     (SELECT canonical FROM invitations WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
  );

  return {
    put: (tokenHash, { canonical, userId, expiresAt }, context) =>
      writer.write(() => {
        put.run(canonical, tokenHash, userId, expiresAt);
        chain.append(context, { userId });
      }),

    find: async (canonical, tokenHash) =>
      reader.read(() => select.get(canonical, tokenHash) as Invitation | undefined),

    list: async ({ after = '', limit }) =>
      reader.read(() => selectPage.all(after, limit) as unknown as Invitation[]),

    remove: (canonical, context) =>
      writer.write(() => {
        const removed = remove.get(canonical) as Invitation | undefined;
        if (removed) chain.append(context, removed);
        return removed;
      }),

    sweep: (now, limit) => writer.write(() => Number(sweep.run(now, limit).changes)),
  };
}
