/** A trial in numbers: what was asked, how long it took, and how long ended sessions were accepted elsewhere. */

import type { Operation } from './operation.ts';

export interface Figures {
  readonly operations: number;
  /** How many were answered 503, and not at all. */
  readonly unavailable: number;
  readonly unanswered: number;
  /** The longest wait for an answer, in milliseconds. */
  readonly maxMs: number;
  /** Ends that were acknowledged, and those after which another node still accepted the session at least once. */
  readonly ends: number;
  readonly late: number;
  /** From the acknowledgement of an end to the last check that began and was still accepted, in milliseconds. */
  readonly latestMs: number;
}

export function figuresOf(record: readonly Operation[]): Figures {
  const count = (outcome: Operation['outcome']) => record.filter((one) => one.outcome === outcome).length;
  const endedAt = new Map<string, number>();
  for (const { kind, outcome, session, endedAt: at } of record)
    if (kind === 'logout' && outcome === 'done' && session !== undefined && !endedAt.has(session))
      endedAt.set(session, at);
  const delays = new Map<string, number>();
  for (const { kind, outcome, session = '', startedAt } of record) {
    const delay = startedAt - (endedAt.get(session) ?? Number.POSITIVE_INFINITY);
    if (kind === 'check' && outcome === 'done' && delay >= 0)
      delays.set(session, Math.max(delay, delays.get(session) ?? 0));
  }
  return {
    operations: record.length,
    unavailable: count('unavailable'),
    unanswered: count('unanswered'),
    maxMs: Math.round(Math.max(0, ...record.map((one) => one.endedAt - one.startedAt))),
    ends: endedAt.size,
    late: delays.size,
    latestMs: Math.round(Math.max(0, ...delays.values())),
  };
}
