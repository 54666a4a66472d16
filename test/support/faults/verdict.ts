/** The checker of a trial: reads the whole record of operations and finds every promise that was broken. */

import type { Operation } from './operation.ts';

export interface Interval {
  readonly from: number;
  readonly until: number;
}

/** A fault that some nodes had, with the time they took to recover from it. */
export interface Window extends Interval {
  readonly nodes: readonly number[];
}

/** A node that was away: killed in the midst of its work, or stopped in an orderly way. */
export interface Down extends Interval {
  readonly node: number;
  readonly how: 'killed' | 'stopped';
}

/** What went on while the record was made, and what it excuses. All instants are those of the record. */
export interface Circumstances {
  /** 503 is an answer then and there, and at no other time. */
  readonly windows: readonly Window[];
  readonly down: readonly Down[];
  /**
   * A standby that had not everything took over: what was acknowledged in this interval may be undone when it is over,
   * or only what was seen and never acknowledged. Nothing else may.
   */
  readonly lost?: Lost | undefined;
  /** What a busy machine adds to the longest wait. */
  readonly slackMs?: number;
  /** The machine is too busy to keep the limits of the nodes: 503 may come at any time. Default: it is not. */
  readonly isOverloaded?: boolean;
}

export interface Lost extends Interval {
  readonly what: 'acknowledged' | 'seen';
}

/**
 * For how long other nodes may go on accepting a session after its end was acknowledged. No allowance is made for a busy
 * machine, and none is needed: memory is trusted for a second after it was asked for, which was before the session
 * ended; the second here begins when the client has read the answer, and a check counts from before it is sent.
 */
export const boundMs = 1_000;

/** No client waits longer for any answer, however many steps it takes. */
export const maxMs = 10_000;

/** Every promise that was broken, in words; empty if all were kept. */
export function violations(record: readonly Operation[], circumstances: Circumstances): string[] {
  return [
    ...record.flatMap((one) => wrongAnswer(one, circumstances)),
    ...by(record, ({ name }) => name).flatMap(([, ofName]) => brokenAccount(ofName, circumstances)),
    ...by(record, ({ session }) => session).flatMap(([, ofId]) => brokenSession(ofId, circumstances)),
  ];
}

/** Answers that are wrong whatever was asked before. */
function wrongAnswer(one: Operation, circumstances: Circumstances): string[] {
  const { outcome, node } = one;
  if (outcome === 'wrong') return [`${tell(one)}, which is no answer at any time`];
  if (one.endedAt - one.startedAt > maxMs + (circumstances.slackMs ?? 0))
    return [`${tell(one)} after more than ${maxMs} ms`];
  const isExcused =
    circumstances.isOverloaded ||
    circumstances.windows.some((window) => window.nodes.includes(node) && overlap(one, window));
  if (outcome === 'unavailable' && !isExcused) return [`${tell(one)} while nothing was wrong`];
  if (outcome !== 'unanswered' || isInKill(one, circumstances)) return [];
  const isStopped = circumstances.down.some((down) => down.node === node && overlap(one, down));
  return isStopped && one.broke !== 'late' ? [] : [`${tell(one)}: no answer`];
}

function overlap({ startedAt, endedAt }: Operation, { from, until }: Interval): boolean {
  return startedAt <= until && endedAt >= from;
}

function isInKill(one: Operation, { down }: Circumstances): boolean {
  return down.some((kill) => kill.how === 'killed' && kill.node === one.node && overlap(one, kill));
}

/**
 * Whether the node may have done what it did not answer: not if it could not be asked, nor if it was stopped in an
 * orderly way, since it resets only connections it has not begun to read a request from.
 */
function mayHaveBegun(one: Operation, circumstances: Circumstances): boolean {
  return one.broke === undefined || (one.broke !== 'unconnected' && isInKill(one, circumstances));
}

/** One account for a name, there once it was acknowledged. */
function brokenAccount(ofName: readonly Operation[], circumstances: Circumstances): string[] {
  const attempts = ofName.filter(({ kind }) => kind === 'register');
  const made = attempts.filter(({ outcome }) => outcome === 'done');
  const found: string[] = [];
  for (const [index, second] of made.entries()) {
    const earlier = made.slice(0, index).filter((first) => !isUndone(first, second, circumstances));
    if (earlier.length > 0) found.push(`${tell(second)}: a second account of that name`);
  }
  const isThere = attempts.filter(({ outcome }) => outcome === 'done' || outcome === 'taken');
  for (const one of ofName) {
    const others = attempts.filter((other) => other !== one && other.startedAt < one.endedAt);
    if (one.outcome === 'taken' && !others.some((other) => mayHaveBegun(other, circumstances)))
      found.push(`${tell(one)}: no other registration of that name`);
    const before = isThere.filter(({ endedAt }) => endedAt <= one.startedAt);
    if (
      one.kind === 'login' &&
      one.outcome === 'refused' &&
      before.some((ack) => !isUndone(ack, one, circumstances))
    )
      found.push(`${tell(one)}: the account was there`);
  }
  return found;
}

/** A session lives from its login to its logout, and never again. */
function brokenSession(ofId: readonly Operation[], circumstances: Circumstances): string[] {
  const beginning = ofId.find(
    ({ kind, outcome }) => kind !== 'check' && kind !== 'logout' && outcome === 'done',
  );
  const logouts = ofId.filter((one) => one.kind === 'logout' && mayHaveBegun(one, circumstances));
  // Acknowledged, or seen: both are final.
  const ends = ofId.filter(
    ({ kind, outcome }) => (kind === 'logout' && outcome === 'done') || outcome === 'refused',
  );
  const found: string[] = [];
  for (const one of ofId) {
    if (one.outcome === 'refused') {
      const isAsked = logouts.some((logout) => logout !== one && logout.startedAt < one.endedAt);
      const isGone = beginning !== undefined && isUndone(beginning, one, circumstances);
      if (!isAsked && !isGone) found.push(`${tell(one)}: the session had not been ended`);
    }
    if (one.kind !== 'check' || one.outcome !== 'done') continue;
    const binding = ends.filter((end) => !isUndone(end, one, circumstances));
    const own = binding.find((end) => end.node === one.node && one.startedAt >= end.endedAt);
    const other = binding.find((end) => one.startedAt > end.endedAt + boundMs);
    const end = own ?? other;
    if (end)
      found.push(
        `${tell(one)}: the session was over ${Math.round(one.startedAt - end.endedAt)} ms before, by ${tell(end)}`,
      );
  }
  return found;
}

/** Whether what was acknowledged may be gone when something is seen: it was lost with a server, and that was before. */
function isUndone(ack: Operation, seen: Operation, { lost }: Circumstances): boolean {
  if (!lost || (lost.what === 'seen' && ack.outcome === 'done')) return false;
  // A node knows the end of a session for a second after the server that knew it is gone (ruling N2).
  const knownUntil = ack.outcome === 'refused' ? lost.until + boundMs : lost.until;
  // An answer may be read when the server is gone already.
  return ack.endedAt >= lost.from && ack.startedAt <= knownUntil && seen.endedAt >= lost.until;
}

function by(
  record: readonly Operation[],
  keyOf: (one: Operation) => string | undefined,
): [string, Operation[]][] {
  const groups = new Map<string, Operation[]>();
  for (const one of record) {
    const key = keyOf(one);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups];
}

/** An operation in a few words. */
function tell({ kind, node, name, session, said, startedAt, endedAt }: Operation): string {
  const about = name ?? session?.slice(0, 8) ?? '';
  return `${kind} ${about} on node ${node} from ${Math.round(startedAt)} to ${Math.round(endedAt)}: ${said}`;
}
