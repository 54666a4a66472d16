/** The mail queue in SQLite: a row waits until it is sent or given up, and is counted until it is swept. */

import type { DatabaseSync } from 'node:sqlite';
import type { Due, MailLimits, MailStore, NewMail, QueuedMail } from '../port/port.ts';
import { canonical } from '../shared/canonical-form.ts';
import { type LinkCount, linkCountOf, type MailCount, mailCountsOf } from '../shared/mail-limits.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';

export class SqliteMails implements MailStore {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(db: DatabaseSync, reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
    this.#statements = prepareAll(db);
  }

  enqueue(mail: NewMail, limits: MailLimits): Promise<'queued' | 'too_many'> {
    return this.#writer.write(() => {
      if (mailCountsOf(mail, limits).some((count) => this.#isFull(count))) return 'too_many';
      const links = linkCountOf(mail, limits);
      if (links && this.#hasLinks(links)) return 'too_many';
      const { kind, userId, recipient, details, createdAt } = mail;
      const [form, written] = [canonical(recipient), JSON.stringify(details)];
      this.#statements.insert.run(kind, userId, recipient, form, written, createdAt, createdAt);
      return 'queued';
    });
  }

  async due({ now, latest }: Due, max: number): Promise<QueuedMail[]> {
    const { selectDue, selectTooFar } = this.#statements;
    const rows = this.#reader.read(() => {
      const past = selectDue.all(now, max);
      return past.length < max ? [...past, ...selectTooFar.all(latest, max - past.length)] : past;
    });
    return rows.map(
      (row) => ({ ...row, details: JSON.parse(String(row['details'])) }) as unknown as QueuedMail,
    );
  }

  claim(id: number, { now, latest }: Due, until: number): Promise<boolean> {
    return this.#writer.write(() => this.#statements.claim.run(until, id, now, latest).changes === 1);
  }

  sent(id: number, at: number): Promise<void> {
    return this.#writer.write(() => void this.#statements.sent.run(at, id));
  }

  failed(id: number, retryAt: number | null): Promise<void> {
    return this.#writer.write(() => void this.#statements.failed.run(retryAt, id));
  }

  sweep(before: number, after: number, max: number): Promise<number> {
    return this.#writer.write(() => Number(this.#statements.sweep.run(before, after, max).changes));
  }

  #isFull({ max, kinds, ...where }: MailCount): boolean {
    const row = this.#statements.countMails.get({ ...where, kinds: kinds && JSON.stringify(kinds) });
    return Number(row?.['count']) >= max;
  }

  #hasLinks({ max, ...where }: LinkCount): boolean {
    return Number(this.#statements.countLinks.get({ ...where })?.['count']) >= max;
  }
}

function prepareAll(db: DatabaseSync) {
  const columns = 'id, kind, user_id AS userId, recipient, details, created_at AS createdAt, failures';
  return {
    countMails: db.prepare(
      `SELECT count(*) AS count FROM mails
       WHERE canonical = $canonical AND created_at > $after AND created_at <= $until
       AND ($kinds IS NULL OR kind IN (SELECT value FROM json_each($kinds)))
       AND ($userId IS NULL OR user_id = $userId)`,
    ),
    countLinks: db.prepare(
      `SELECT
         (SELECT count(*) FROM mails WHERE canonical = $canonical AND kind = $kind AND user_id = $userId
          AND due_at IS NOT NULL) +
         min(
           (SELECT count(*) FROM mails WHERE canonical = $canonical AND kind = $kind AND user_id = $userId
            AND sent_at > $sentAfter AND sent_at <= $sentUntil),
           (SELECT count(*) FROM tokens WHERE user_id = $userId AND purpose = $kind AND email = $recipient
            AND expires_at > $expiresAfter AND expires_at <= $expiresUntil)
         ) AS count`,
    ),
    insert: db.prepare(
      `INSERT INTO mails (kind, user_id, recipient, canonical, details, created_at, due_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    selectDue: db.prepare(`SELECT ${columns} FROM mails WHERE due_at <= ? ORDER BY due_at, id LIMIT ?`),
    selectTooFar: db.prepare(`SELECT ${columns} FROM mails WHERE due_at > ? ORDER BY due_at, id LIMIT ?`),
    claim: db.prepare('UPDATE mails SET due_at = ? WHERE id = ? AND (due_at <= ? OR due_at > ?)'),
    // Of two reports about one mail only the first counts: then it has left the queue.
    sent: db.prepare('UPDATE mails SET sent_at = ?, due_at = NULL WHERE id = ? AND due_at IS NOT NULL'),
    failed: db.prepare(
      'UPDATE mails SET failures = failures + 1, due_at = ? WHERE id = ? AND due_at IS NOT NULL',
    ),
    sweep: db.prepare(
      `DELETE FROM mails WHERE id IN
       (SELECT id FROM mails WHERE due_at IS NULL AND (created_at > ?2 OR
          created_at < ?1 AND (sent_at IS NULL OR sent_at < ?1 OR sent_at > ?2))
        ORDER BY created_at LIMIT ?3)`,
    ),
  };
}
