/** The mail queue in PostgreSQL: a row waits until it is sent or given up, and is counted until it is swept. */

import type { Due, MailLimits, MailStore, NewMail, QueuedMail } from '../port/port.ts';
import { canonical } from '../shared/canonical-form.ts';
import { type LinkCount, linkCountOf, type MailCount, mailCountsOf } from '../shared/mail-limits.ts';
import { storable } from './connection/text.ts';
import type { Database, Run } from './connection/transaction.ts';

/** Serializes mails to one recipient until the step is over; the seed separates these locks from others. */
const lockRecipient = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 1296126547))';

const countMails = `SELECT count(*)::int AS count FROM mails
  WHERE canonical = $1 AND created_at > $2 AND created_at <= $3
    AND ($4::text[] IS NULL OR kind = ANY ($4)) AND ($5::text IS NULL OR user_id = $5)`;

const countLinks = `SELECT (
    SELECT count(*) FROM mails WHERE canonical = $1 AND kind = $2 AND user_id = $3 AND due_at IS NOT NULL
  )::int + least((
    SELECT count(*) FROM mails WHERE canonical = $1 AND kind = $2 AND user_id = $3
      AND sent_at > $5 AND sent_at <= $6
  ), (
    SELECT count(*) FROM tokens WHERE user_id = $3 AND purpose = $2 AND email = $4
      AND expires_at > $7 AND expires_at <= $8
  ))::int AS count`;

const insert = `INSERT INTO mails (kind, user_id, recipient, canonical, details, created_at, due_at)
  VALUES ($1, $2, $3, $4, $5::jsonb, $6, $6)`;

const columns = 'id, kind, user_id AS "userId", recipient, details, created_at AS "createdAt", failures';

const selectDue = `(SELECT ${columns} FROM mails WHERE due_at <= $1 ORDER BY due_at, mails.id LIMIT $3)
  UNION ALL (SELECT ${columns} FROM mails WHERE due_at > $2 ORDER BY due_at, mails.id LIMIT $3) LIMIT $3`;

const claim = 'UPDATE mails SET due_at = $1 WHERE id = $2 AND (due_at <= $3 OR due_at > $4)';

// Of two reports about one mail only the first counts: then it has left the queue.
const sent = 'UPDATE mails SET sent_at = $1, due_at = NULL WHERE id = $2 AND due_at IS NOT NULL';
const failed = 'UPDATE mails SET failures = failures + 1, due_at = $1 WHERE id = $2 AND due_at IS NOT NULL';

const sweep = `WITH done AS (
    SELECT id FROM mails WHERE due_at IS NULL AND (created_at > $2 OR
      created_at < $1 AND (sent_at IS NULL OR sent_at < $1 OR sent_at > $2))
    ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED
  ) DELETE FROM mails USING done WHERE mails.id = done.id`;

export class PostgresMails implements MailStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  enqueue(mail: NewMail, limits: MailLimits): Promise<'queued' | 'too_many'> {
    const { kind, userId, recipient, createdAt } = mail;
    return this.#db.step(async (run) => {
      await run(lockRecipient, [canonical(recipient)]);
      for (const count of mailCountsOf(mail, limits)) if (await isFull(run, count)) return 'too_many';
      const links = linkCountOf(mail, limits);
      if (links && (await hasLinks(run, links))) return 'too_many';
      const details = Object.entries(mail.details).map(([name, value]) => [name, storable(value)]);
      const written = JSON.stringify(Object.fromEntries(details));
      await run(insert, [kind, userId, recipient, canonical(recipient), written, createdAt]);
      return 'queued';
    });
  }

  async due({ now, latest }: Due, max: number): Promise<QueuedMail[]> {
    return (await this.#db.read<QueuedMail>(selectDue, [now, latest, max])).rows;
  }

  claim(id: number, { now, latest }: Due, until: number): Promise<boolean> {
    return this.#db.step(async (run) => (await run(claim, [until, id, now, latest])).count === 1);
  }

  sent(id: number, at: number): Promise<void> {
    return this.#db.step(async (run) => void (await run(sent, [at, id])));
  }

  failed(id: number, retryAt: number | null): Promise<void> {
    return this.#db.step(async (run) => void (await run(failed, [retryAt, id])));
  }

  sweep(before: number, after: number, max: number): Promise<number> {
    return this.#db.step(async (run) => (await run(sweep, [before, after, max])).count, 'long');
  }
}

async function isFull(run: Run, count: MailCount): Promise<boolean> {
  const { canonical, after, until, kinds, userId } = count;
  const { rows } = await run<{ count: number }>(countMails, [canonical, after, until, kinds, userId]);
  return (rows[0]?.count ?? 0) >= count.max;
}

async function hasLinks(run: Run, count: LinkCount): Promise<boolean> {
  const { canonical, kind, userId, recipient, sentAfter, sentUntil, expiresAfter, expiresUntil } = count;
  const spans = [sentAfter, sentUntil, expiresAfter, expiresUntil];
  const { rows } = await run<{ count: number }>(countLinks, [canonical, kind, userId, recipient, ...spans]);
  return (rows[0]?.count ?? 0) >= count.max;
}
