/** The rule of the throttle: the window that counts an attempt, whether the attempt fits, and what to store. */

import { type Counted, type CountedIn, type CountWindow, clockSlackMs, type Quota } from '../port/port.ts';

/**
 * Counts one attempt under all quotas, or under none, given the stored windows of their keys. If it is allowed, the
 * returned windows replace them.
 */
export function countAttempt(quotas: readonly Quota[], kept: readonly CountWindow[], now: number): Counted {
  const windows = quotas.map((quota) => currentWindow(quota, windowOf(quota.key, kept), now));
  const full = windows.filter(({ count }, n) => count >= (quotas[n]?.limit ?? 0));
  if (full.length > 0) return { allowed: false, freeAt: lastEnd(full) };
  return { allowed: true, windows: windows.map((window) => ({ ...window, count: window.count + 1 })) };
}

/** Refunds one attempt in the windows that counted it; returns the windows to store. */
export function refundAttempt(countedIn: readonly CountedIn[], kept: readonly CountWindow[]): CountWindow[] {
  return countedIn.flatMap(({ key, windowEndsAt }) => {
    const window = windowOf(key, kept);
    const isCounted = window?.windowEndsAt === windowEndsAt && window.count > 0;
    return isCounted ? [{ ...window, count: window.count - 1 }] : [];
  });
}

/**
 * The stored window of a quota. If it is over, or ends later than any that began by now (written under a wrong clock or
 * another setting), a new one with a count of 0.
 */
export function currentWindow(
  { key, windowMs }: Quota,
  kept: CountWindow | undefined,
  now: number,
): CountWindow {
  const isCurrent = kept && kept.windowEndsAt > now && kept.windowEndsAt <= now + windowMs + clockSlackMs;
  return isCurrent ? kept : { key, count: 0, windowEndsAt: now + windowMs };
}

function windowOf(key: string, windows: readonly CountWindow[]): CountWindow | undefined {
  return windows.find((window) => window.key === key);
}

function lastEnd(windows: readonly CountWindow[]): number {
  return windows.reduce((last, { windowEndsAt }) => Math.max(last, windowEndsAt), Number.NEGATIVE_INFINITY);
}
