/** Many sessions to measure among: each id is computed from the number of its session. */

export interface Crowd {
  readonly sessions: number;
  readonly accounts: number;
}

/** Some of a crowd, evenly chosen: as many as `count` out of the first `of`. */
export interface Some {
  readonly count: number;
  readonly of: number;
}

/** An id is a number with leading zeros. */
export const idLength = 26;

export const idOf = (n: number) => String(n).padStart(idLength, '0');

const day = 86_400_000;

/**
 * The instants of a session, as SQL over its number `n`. It was used some hours after now, so that no check of it
 * has to write that down, which would be measured along.
 */
export function instants(): Record<'createdAt' | 'lastSeenAt' | 'idleExpiresAt' | 'expiresAt', string> {
  const now = Date.now();
  return {
    createdAt: String(now),
    lastSeenAt: String(now + day / 4),
    idleExpiresAt: `${now + 7 * day} - n % ${day}`,
    expiresAt: `${now + 30 * day} - n % ${day}`,
  };
}

/** Calls `write` for ranges of numbers, and prints how far it is. */
export async function inSteps(
  count: number,
  write: (first: number, last: number) => unknown,
  tell: (done: number) => void = () => {},
): Promise<void> {
  const step = 200_000;
  for (let first = 0; first < count; first += step) {
    const last = Math.min(first + step, count) - 1;
    await write(first, last);
    tell(last + 1);
  }
}
