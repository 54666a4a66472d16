/** Writes imported sessions inside a step of the writer, and remembers their ids. */

import type { DatabaseSync } from 'node:sqlite';
import type { ImportRun, SessionOutcome, SessionToImport } from '../../port/port.ts';
import type { Digest } from '../../shared/audit-chain.ts';
import { anotherHandle } from '../../shared/imports/import-keys.ts';

export class ImportedSessions {
  readonly #statements: ReturnType<typeof prepareAll>;
  readonly #digest: Digest;

  constructor(db: DatabaseSync, digest: Digest) {
    this.#statements = prepareAll(db);
    this.#digest = digest;
  }

  /** As `ImportStore.writeSessions`. */
  write(sessions: readonly SessionToImport[], run: ImportRun): SessionOutcome[] {
    const outcomes = sessions.map((session) => this.#write(session, run));
    const userId = sessions[outcomes.indexOf('imported')]?.userId;
    // An id that was presented before may be cached as dead: when any user changes, all processes forget the dead ids.
    if (userId !== undefined) this.#statements.revokeUser.run(userId);
    return outcomes;
  }

  #write(session: SessionToImport, { source }: ImportRun): SessionOutcome {
    const { idHash, userId, handle } = session;
    const { isAccount, remember, forget, select } = this.#statements;
    const known = select.get(idHash);
    if (known) {
      if (known['userId'] !== userId || known['source'] !== source) return 'id_taken';
      return known['isLive'] === 1 ? 'unchanged' : 'ended';
    }
    if (!isAccount.get(userId, source)) return 'no_account';
    remember.run(idHash, userId, source);
    if (this.#insert(session, handle) || this.#insert(session, anotherHandle(this.#digest, idHash)))
      return 'imported';
    forget.run(idHash);
    return 'id_taken';
  }

  #insert(session: SessionToImport, handle: string): boolean {
    const { idHash, userId, contract, createdAt, lastSeenAt, idleExpiresAt, expiresAt, provenAt } = session;
    const { network, device } = session;
    const instants = { createdAt, lastSeenAt, idleExpiresAt, expiresAt, provenAt };
    const row = { idHash, handle, userId, contract, ...instants, network, device };
    return this.#statements.insert.run(row).changes > 0;
  }
}

function prepareAll(db: DatabaseSync) {
  return {
    select: db.prepare(
      `SELECT user_id AS userId, source,
         EXISTS (SELECT 1 FROM sessions WHERE sessions.id_hash = imported_sessions.id_hash) AS isLive
       FROM imported_sessions WHERE id_hash = unhex(?)`,
    ),
    // An account that is being removed is in this table no more.
    isAccount: db.prepare('SELECT 1 FROM imported_accounts WHERE user_id = ? AND source = ?'),
    remember: db.prepare('INSERT INTO imported_sessions (id_hash, user_id, source) VALUES (unhex(?), ?, ?)'),
    forget: db.prepare('DELETE FROM imported_sessions WHERE id_hash = unhex(?)'),
    insert: db.prepare(
      `INSERT INTO sessions (id_hash, handle, user_id, contract, created_at, last_seen_at, idle_expires_at, expires_at,
         proven_at, network, device)
       VALUES (unhex($idHash), $handle, $userId, $contract, $createdAt, $lastSeenAt, $idleExpiresAt, $expiresAt,
         $provenAt, $network, $device) ON CONFLICT DO NOTHING`,
    ),
    revokeUser: db.prepare(`INSERT INTO revocations (kind, key) VALUES ('user', ?)`),
  };
}
