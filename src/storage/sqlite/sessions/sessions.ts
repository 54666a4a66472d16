/** Sessions in SQLite: one row each under the hash of the id; uses are written back in batches. */

import type { DatabaseSync } from 'node:sqlite';
import type {
  AuditContext,
  Cap,
  Death,
  EndedSession,
  Session,
  SessionEndListener,
  SessionQuery,
  SessionStore,
  SessionWithUser,
} from '../../port/port.ts';
import { behindSessions } from '../../shared/paging.ts';
import type { TouchBuffer } from '../../shared/touch-buffer.ts';
import type { AuditChain } from '../audit/audit-chain.ts';
import type { Reader } from '../connection/reader.ts';
import type { Writer } from '../connection/writer.ts';
import { SessionRemoval } from './session-removal.ts';
import { type RowWithUser, sessionStatements, withUserOf } from './session-rows.ts';
import { touchBufferIn } from './write-touches.ts';

export interface SessionParts {
  readonly db: DatabaseSync;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly chain: AuditChain;
}

export class SqliteSessions implements SessionStore {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #chain: AuditChain;
  readonly #statements: ReturnType<typeof sessionStatements>;
  readonly #touchBuffer: TouchBuffer;
  /** Ends sessions inside another step. */
  readonly removal: SessionRemoval;

  constructor({ db, reader, writer, chain }: SessionParts) {
    this.#reader = reader;
    this.#writer = writer;
    this.#chain = chain;
    this.#statements = sessionStatements(db);
    this.#touchBuffer = touchBufferIn(db, writer);
    this.removal = new SessionRemoval(db, chain, writer);
  }

  listen(listener: SessionEndListener): void {
    this.removal.listen(listener);
  }

  insert(
    idHash: string,
    session: Session,
    context?: AuditContext,
    cap?: Cap,
  ): Promise<'inserted' | 'over_cap' | 'unknown_account'> {
    const { handle, userId, contract, createdAt, lastSeenAt, idleExpiresAt, expiresAt } = session;
    const { provenAt, network, device } = session;
    return this.#writer.write(() => {
      const { changes } = this.#statements.insert.run(
        idHash,
        handle,
        contract,
        createdAt,
        lastSeenAt,
        idleExpiresAt,
        expiresAt,
        provenAt,
        network,
        device,
        userId,
      );
      if (changes === 0) return 'unknown_account';
      this.#chain.append(context, { userId, handle });
      if (!cap) return 'inserted';
      const besides = { ...cap, limit: cap.limit - 1 };
      const ended = this.removal.endBeyond(userId, createdAt, besides, handle);
      return ended === cap.step ? 'over_cap' : 'inserted';
    });
  }

  endBeyond(userId: string, at: number, cap: Cap): Promise<number> {
    return this.#writer.write(() => this.removal.endBeyond(userId, at, cap, ''));
  }

  findWithUser(idHash: string): SessionWithUser | undefined {
    const row = this.#reader.read(() => this.#statements.selectWithUser.get(idHash));
    return row && withUserOf(row as unknown as RowWithUser);
  }

  async ofUser(userId: string, { before = behindSessions, limit }: SessionQuery): Promise<Session[]> {
    const { lastSeenAt, handle } = before;
    const rows = this.#reader.read(() =>
      this.#statements.selectOfUser.all(userId, lastSeenAt, handle, limit),
    );
    return rows as unknown as Session[];
  }

  touch(idHash: string, lastSeenAt: number, idleExpiresAt: number, unlessAfter = lastSeenAt): void {
    this.#touchBuffer.note(idHash, { lastSeenAt, idleExpiresAt, unlessAfter });
  }

  prove(idHash: string, newIdHash: string, provenAt: number, context?: AuditContext): Promise<boolean> {
    return this.#writer.write(() => {
      const session = this.#renew(idHash, newIdHash, provenAt, context);
      if (session) this.#chain.append(context, session);
      return session !== undefined;
    });
  }

  rotate(idHash: string, newIdHash: string, context?: AuditContext): Promise<boolean> {
    return this.#writer.write(() => this.#renew(idHash, newIdHash, null, context) !== undefined);
  }

  async remove(
    idHashes: readonly string[],
    context?: AuditContext,
    deathOf?: (session: Session) => Death | undefined,
  ): Promise<Map<string, Session>> {
    // Unknown ids cost no commit: a session that is not found has ended durably.
    const { select } = this.#statements;
    if (!this.#reader.read(() => idHashes.some((idHash) => select.get(idHash)))) return new Map();
    return this.#writer.write(() => this.removal.endEach(idHashes, context, deathOf));
  }

  removeByHandle(userId: string, handle: string, context?: AuditContext): Promise<Session | undefined> {
    return this.#writer.write(() => this.removal.endByHandle(userId, handle, context));
  }

  removeOfUser(
    userId: string,
    exceptHandle: string | undefined,
    limit: number,
    context?: AuditContext,
  ): Promise<Session[]> {
    return this.#writer.write(() =>
      exceptHandle !== undefined && !this.removal.sessionExists(userId, exceptHandle)
        ? []
        : this.removal.endOfUser(userId, exceptHandle, limit, context),
    );
  }

  async findByHandle(handle: string, userId?: string): Promise<Session | undefined> {
    const { selectByHandle, selectByHandleOf } = this.#statements;
    const find = () =>
      userId === undefined ? selectByHandle.get(handle) : selectByHandleOf.get(handle, userId);
    return this.#reader.read(find) as Session | undefined;
  }

  removeAny(limit: number, context: AuditContext): Promise<number> {
    return this.#writer.write(() => this.removal.endAny(limit, context));
  }

  async findEnded(idHash: string): Promise<EndedSession | undefined> {
    return this.#reader.read(() => this.removal.ended.find(idHash));
  }

  sweepEnded(before: number, limit: number): Promise<number> {
    return this.#writer.write(() => this.removal.ended.forget(before, limit));
  }

  sweep(now: number, limit: number): Promise<number> {
    return this.#writer.write(() => this.removal.endExpired(now, limit));
  }

  /** Resolves when all buffered uses are written. */
  flushTouches(): Promise<void> {
    return this.#touchBuffer.flush();
  }

  /** Gives a session another id, and returns it if it existed. */
  #renew(
    idHash: string,
    newIdHash: string,
    provenAt: number | null,
    context: AuditContext | undefined,
  ): Session | undefined {
    const { select, rotate } = this.#statements;
    const session = select.get(idHash) as Session | undefined;
    if (!session || rotate.run(newIdHash, provenAt, idHash).changes === 0) return undefined;
    this.removal.ended.note(idHash, session, context);
    this.#touchBuffer.move(idHash, newIdHash);
    return session;
  }
}
