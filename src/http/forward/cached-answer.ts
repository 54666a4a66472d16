/** What is cached of a session check: its answer (rulings B1 and B3), and what only forward authentication tells (W7). */

import { isNamedByAddress } from '../../concepts/accounts/identifiers.ts';
import type { Checked } from '../../usecases/session-check.ts';
import { utc } from '../timestamps.ts';

/** The answer for a live session. */
export type CheckAnswer = ReturnType<typeof answerOf>;

/**
 * The JSON; for a user with a name and a verified address, which only forward authentication tells, after a line with it that
 * begins with a line break. Neither has a line break inside.
 */
export function inWords(checked: Checked): string {
  const { identifier, email, emailVerifiedAt } = checked.user;
  const isMore = email !== null && emailVerifiedAt !== null && email !== identifier;
  return `${isMore ? `\n${email}\n` : ''}${JSON.stringify(answerOf(checked))}`;
}

function answerOf({ user, session }: Checked) {
  const name = user.identifier.includes('@')
    ? { email: user.identifier, email_verified: user.emailVerifiedAt !== null && isNamedByAddress(user) }
    : { username: user.identifier };
  return {
    user: { id: user.id, ...name, created_at: utc(user.createdAt) },
    session: {
      handle: session.handle,
      created_at: utc(session.createdAt),
      last_seen_at: utc(session.lastSeenAt),
      idle_expires_at: utc(session.idleExpiresAt),
      expires_at: utc(session.expiresAt),
    },
  };
}
