/** The mail queue in SQLite: a row waits until it is sent or given up, and is counted until it is swept. */

import type { DatabaseSync } from 'node:sqlite';
import {
  clockSlackMs,
  type LinkLimit,
  type MailLimit,
  type MailLimits,
  type MailStore,
  type NewMail,
  type QueuedMail,
} from '../port/port.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';

export function mailsIn(db: DatabaseSync, reader: Reader, writer: Writer): MailStore {
  const count = db.prepare(
    `SELECT count(*) AS mails FROM mails WHERE canonical = ? AND created_at > ? AND created_at <= ?
     AND (? IS NULL OR kind IN (SELECT value FROM json_each(?))) AND (? IS NULL OR user_id = ?)`,
  );
  const countLinks = db.prepare(
    `SELECT
       (SELECT count(*) FROM mails WHERE canonical = $canonical AND kind = $kind AND user_id = $userId
        AND due_at IS NOT NULL) +
       min(
         (SELECT count(*) FROM mails WHERE canonical = $canonical AND kind = $kind AND user_id = $userId
          AND sent_at > $now - $life AND sent_at <= $now + $slack),
         (SELECT count(*) FROM tokens WHERE user_id = $userId AND purpose = $kind AND email = $recipient
          AND expires_at > $now AND expires_at <= $now + $life + $slack)
       ) AS links`,
  );
  const insert = db.prepare(
    `INSERT INTO mails (kind, user_id, recipient, canonical, details, created_at, due_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const columns = 'id, kind, user_id AS userId, recipient, details, created_at AS createdAt, failures';
  const selectDue = db.prepare(`SELECT ${columns} FROM mails WHERE due_at <= ? ORDER BY due_at, id LIMIT ?`);
  const selectTooFar = db.prepare(
    `SELECT ${columns} FROM mails WHERE due_at > ? ORDER BY due_at, id LIMIT ?`,
  );
  const claim = db.prepare('UPDATE mails SET due_at = ? WHERE id = ? AND (due_at <= ? OR due_at > ?)');
  // Of two that report on one mail only the first is heard: it has left the queue by then.
  const sent = db.prepare('UPDATE mails SET sent_at = ?, due_at = NULL WHERE id = ? AND due_at IS NOT NULL');
  const failed = db.prepare(
    'UPDATE mails SET failures = failures + 1, due_at = ? WHERE id = ? AND due_at IS NOT NULL',
  );
  const sweep = db.prepare(
    `DELETE FROM mails WHERE id IN
     (SELECT id FROM mails WHERE due_at IS NULL AND (created_at > ?2 OR
        created_at < ?1 AND (sent_at IS NULL OR sent_at < ?1 OR sent_at > ?2))
      ORDER BY created_at LIMIT ?3)`,
  );

  /** Mails written a little later count too: requests overtake one another (see `clockSlackMs`). */
  function isFull(mail: NewMail, canonical: string, { max, windowMs, kinds, per }: MailLimit): boolean {
    const now = mail.createdAt;
    const counted = kinds ? JSON.stringify(kinds) : null;
    const userId = per === 'account' ? mail.userId : null;
    const [from, to] = [now - windowMs, now + clockSlackMs];
    const row = count.get(canonical, from, to, counted, counted, userId, userId);
    return Number(row?.['mails']) >= max;
  }

  function hasLinks(mail: NewMail, canonical: string, { max, lifeMs }: LinkLimit): boolean {
    const { kind, userId, recipient, createdAt } = mail;
    const instants = { now: createdAt, life: lifeMs, slack: clockSlackMs };
    const row = countLinks.get({ canonical, kind, userId, recipient, ...instants });
    return Number(row?.['links']) >= max;
  }

  function enqueue(mail: NewMail, { windows, links }: MailLimits): 'queued' | 'too_many' {
    const { kind, userId, recipient, details, createdAt } = mail;
    const canonical = recipient.toLowerCase();
    if (windows.some((limit) => isFull(mail, canonical, limit))) return 'too_many';
    if (links && hasLinks(mail, canonical, links)) return 'too_many';
    insert.run(kind, userId, recipient, canonical, JSON.stringify(details), createdAt, createdAt);
    return 'queued';
  }

  return {
    enqueue: (mail, limits) => writer.write(() => enqueue(mail, limits)),

    async due({ now, latest }, max) {
      const rows = reader.read(() => {
        const past = selectDue.all(now, max);
        return past.length < max ? [...past, ...selectTooFar.all(latest, max - past.length)] : past;
      });
      return rows.map(
        (row) => ({ ...row, details: JSON.parse(String(row['details'])) }) as unknown as QueuedMail,
      );
    },

    claim: (id, { now, latest }, until) =>
      writer.write(() => claim.run(until, id, now, latest).changes === 1),

    sent: (id, at) =>
      writer.write(() => {
        sent.run(at, id);
      }),

    failed: (id, retryAt) =>
      writer.write(() => {
        failed.run(retryAt, id);
      }),

    sweep: (before, after, max) => writer.write(() => Number(sweep.run(before, after, max).changes)),
  };
}
