/** The mail queue in PostgreSQL: a row waits until it is sent or given up, and is counted until it is swept. */

import { clockSlackMs, type MailLimit, type MailStore, type NewMail, type QueuedMail } from '../port.ts';
import type { Database, Run } from './step.ts';
import { storable } from './text.ts';

/** Lets mails to one recipient come one after another until the step is over; the seed keeps other locks apart. */
const hold = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 1296126547))';

/** Queues a mail if there is room. Mails written a little later count too: requests overtake one another. */
const insert = `INSERT INTO mails (kind, user_id, recipient, canonical, details, created_at, due_at)
  SELECT $1, $2, $3, $4, $5::jsonb, $6, $6 WHERE $7 > (
    SELECT count(*) FROM mails WHERE canonical = $4 AND created_at > $8 AND created_at <= $9
      AND ($10::text[] IS NULL OR kind = ANY ($10))
  )`;

export function mailsIn(db: Database): MailStore {
  return {
    enqueue: (mail, limit) => db.step((run) => enqueue(run, mail, limit)),

    async due(now, most) {
      const { rows } = await db.read<QueuedMail>(
        `SELECT id, kind, user_id AS "userId", recipient, details, created_at AS "createdAt", failures
         FROM mails WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2`,
        [now, most],
      );
      return rows;
    },

    claim: (id, now, until) =>
      db.step(async (run) => {
        const { count } = await run('UPDATE mails SET due_at = $1 WHERE id = $2 AND due_at <= $3', [
          until,
          id,
          now,
        ]);
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

    sweep: (before, most) =>
      db.step(async (run) => {
        const { count } = await run(
          `WITH done AS (
             SELECT id FROM mails WHERE due_at IS NULL AND created_at < $1 ORDER BY created_at LIMIT $2
             FOR UPDATE SKIP LOCKED
           ) DELETE FROM mails USING done WHERE mails.id = done.id`,
          [before, most],
        );
        return count;
      }, 'long'),
  };
}

async function enqueue(run: Run, mail: NewMail, limit: MailLimit): Promise<'queued' | 'too_many'> {
  const { kind, userId, recipient, createdAt } = mail;
  const { most, windowMs, kinds = null } = limit;
  const canonical = recipient.toLowerCase();
  await run(hold, [canonical]);
  const details = Object.entries(mail.details).map(([name, value]) => [name, storable(value)]);
  const { count } = await run(insert, [
    kind,
    userId,
    recipient,
    canonical,
    JSON.stringify(Object.fromEntries(details)),
    createdAt,
    most,
    createdAt - windowMs,
    createdAt + clockSlackMs,
    kinds,
  ]);
  return count === 1 ? 'queued' : 'too_many';
}
