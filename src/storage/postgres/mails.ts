/** The mail queue in PostgreSQL: a row waits until it is sent or given up, and is counted until it is swept. */

import {
  clockSlackMs,
  type LinkLimit,
  type MailLimit,
  type MailLimits,
  type MailStore,
  type NewMail,
  type QueuedMail,
} from '../port/port.ts';
import { storable } from './connection/text.ts';
import type { Database, Run } from './connection/transaction.ts';

/** Lets mails to one recipient come one after another until the step is over; the seed keeps other locks apart. */
const hold = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 1296126547))';

/** Mails written a little later count too: requests overtake one another (see `clockSlackMs`). */
const countInWindow = `SELECT count(*)::int AS count FROM mails
  WHERE canonical = $1 AND created_at > $2 AND created_at <= $3
    AND ($4::text[] IS NULL OR kind = ANY ($4)) AND ($5::text IS NULL OR user_id = $5)`;

const countLinks = `SELECT (
    SELECT count(*) FROM mails WHERE canonical = $1 AND kind = $2 AND user_id = $3 AND due_at IS NOT NULL
  )::int + least((
    SELECT count(*) FROM mails WHERE canonical = $1 AND kind = $2 AND user_id = $3
      AND sent_at > $6 AND sent_at <= $7
  ), (
    SELECT count(*) FROM tokens WHERE user_id = $3 AND purpose = $2 AND email = $4
      AND expires_at > $5 AND expires_at <= $8
  ))::int AS count`;

const insert = `INSERT INTO mails (kind, user_id, recipient, canonical, details, created_at, due_at)
  VALUES ($1, $2, $3, $4, $5::jsonb, $6, $6)`;

const columns = 'id, kind, user_id AS "userId", recipient, details, created_at AS "createdAt", failures';

interface Count {
  readonly count: number;
}

export function mailsIn(db: Database): MailStore {
  return {
    enqueue: (mail, limits) => db.step((run) => enqueue(run, mail, limits)),

    async due({ now, latest }, max) {
      const { rows } = await db.read<QueuedMail>(
        `(SELECT ${columns} FROM mails WHERE due_at <= $1 ORDER BY due_at, mails.id LIMIT $3)
         UNION ALL (SELECT ${columns} FROM mails WHERE due_at > $2 ORDER BY due_at, mails.id LIMIT $3)
         LIMIT $3`,
        [now, latest, max],
      );
      return rows;
    },

    claim: (id, { now, latest }, until) =>
      db.step(async (run) => {
        const { count } = await run(
          'UPDATE mails SET due_at = $1 WHERE id = $2 AND (due_at <= $3 OR due_at > $4)',
          [until, id, now, latest],
        );
        return count === 1;
      }),

    // Of two that report on one mail only the first is heard: it has left the queue by then.
    sent: (id, at) =>
      db.step(async (run) => {
        await run('UPDATE mails SET sent_at = $1, due_at = NULL WHERE id = $2 AND due_at IS NOT NULL', [
          at,
          id,
        ]);
      }),

    failed: (id, retryAt) =>
      db.step(async (run) => {
        await run(
          'UPDATE mails SET failures = failures + 1, due_at = $1 WHERE id = $2 AND due_at IS NOT NULL',
          [retryAt, id],
        );
      }),

    sweep: (before, after, max) =>
      db.step(async (run) => {
        const { count } = await run(
          `WITH done AS (
             SELECT id FROM mails WHERE due_at IS NULL AND (created_at > $2 OR
               created_at < $1 AND (sent_at IS NULL OR sent_at < $1 OR sent_at > $2))
             ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED
           ) DELETE FROM mails USING done WHERE mails.id = done.id`,
          [before, after, max],
        );
        return count;
      }, 'long'),
  };
}

async function enqueue(
  run: Run,
  mail: NewMail,
  { windows, links }: MailLimits,
): Promise<'queued' | 'too_many'> {
  const { kind, userId, recipient, createdAt } = mail;
  const canonical = recipient.toLowerCase();
  await run(hold, [canonical]);
  for (const limit of windows) if (await isFull(run, mail, canonical, limit)) return 'too_many';
  if (links && (await hasLinks(run, mail, canonical, links))) return 'too_many';
  const details = Object.entries(mail.details).map(([name, value]) => [name, storable(value)]);
  const written = JSON.stringify(Object.fromEntries(details));
  await run(insert, [kind, userId, recipient, canonical, written, createdAt]);
  return 'queued';
}

async function isFull(run: Run, mail: NewMail, canonical: string, limit: MailLimit): Promise<boolean> {
  const { max, windowMs, kinds = null, per } = limit;
  const now = mail.createdAt;
  const userId = per === 'account' ? mail.userId : null;
  const { rows } = await run<Count>(countInWindow, [
    canonical,
    now - windowMs,
    now + clockSlackMs,
    kinds,
    userId,
  ]);
  return (rows[0]?.count ?? 0) >= max;
}

async function hasLinks(run: Run, mail: NewMail, canonical: string, limit: LinkLimit): Promise<boolean> {
  const { kind, userId, recipient, createdAt: now } = mail;
  const { rows } = await run<Count>(countLinks, [
    canonical,
    kind,
    userId,
    recipient,
    now,
    now - limit.lifeMs,
    now + clockSlackMs,
    now + limit.lifeMs + clockSlackMs,
  ]);
  return (rows[0]?.count ?? 0) >= limit.max;
}
