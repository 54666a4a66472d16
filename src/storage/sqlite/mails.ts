/** The mail queue in SQLite: a row waits until it is sent or given up, and is counted until it is swept. */

import type { DatabaseSync } from 'node:sqlite';
import { clockSlackMs, type MailLimit, type MailStore, type NewMail, type QueuedMail } from '../port.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

export function mailsIn(db: DatabaseSync, reader: Reader, writer: Writer): MailStore {
  const count = db.prepare(
    `SELECT count(*) AS mails FROM mails WHERE canonical = ? AND created_at > ? AND created_at <= ?
     AND (? IS NULL OR kind IN (SELECT value FROM json_each(?)))`,
  );
  const insert = db.prepare(
    `INSERT INTO mails (kind, user_id, recipient, canonical, details, created_at, due_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const selectDue = db.prepare(
    `SELECT id, kind, user_id AS userId, recipient, details, created_at AS createdAt, failures
     FROM mails WHERE due_at <= ? ORDER BY due_at, id LIMIT ?`,
  );
  const claim = db.prepare('UPDATE mails SET due_at = ? WHERE id = ? AND due_at <= ?');
  // Of two that report on one mail only the first is heard: it has left the queue by then.
  const sent = db.prepare('UPDATE mails SET sent_at = ?, due_at = NULL WHERE id = ? AND due_at IS NOT NULL');
  const failed = db.prepare(
    'UPDATE mails SET failures = failures + 1, due_at = ? WHERE id = ? AND due_at IS NOT NULL',
  );
  const sweep = db.prepare(
    `DELETE FROM mails WHERE id IN
     (SELECT id FROM mails WHERE due_at IS NULL AND created_at < ? ORDER BY created_at LIMIT ?)`,
  );

  /** Mails written a little later count too: requests overtake one another (see `clockSlackMs`). */
  function countInWindow(recipient: string, { windowMs, kinds }: MailLimit, now: number): number {
    const counted = kinds ? JSON.stringify(kinds) : null;
    return Number(count.get(recipient, now - windowMs, now + clockSlackMs, counted, counted)?.['mails']);
  }

  function enqueue(mail: NewMail, limit: MailLimit): 'queued' | 'too_many' {
    const { kind, userId, recipient, details, createdAt } = mail;
    const canonical = recipient.toLowerCase();
    if (countInWindow(canonical, limit, createdAt) >= limit.most) return 'too_many';
    insert.run(kind, userId, recipient, canonical, JSON.stringify(details), createdAt, createdAt);
    return 'queued';
  }

  return {
    enqueue: (mail, limit) => writer.write(() => enqueue(mail, limit)),

    async due(now, most) {
      const rows = reader.read(() => selectDue.all(now, most));
      return rows.map(
        (row) => ({ ...row, details: JSON.parse(String(row['details'])) }) as unknown as QueuedMail,
      );
    },

    claim: (id, now, until) => writer.write(() => claim.run(until, id, now).changes === 1),

    sent: (id, at) =>
      writer.write(() => {
        sent.run(at, id);
      }),

    failed: (id, retryAt) =>
      writer.write(() => {
        failed.run(retryAt, id);
      }),

    sweep: (before, most) => writer.write(() => Number(sweep.run(before, most).changes)),
  };
}
