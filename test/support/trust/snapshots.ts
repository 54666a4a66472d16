/** Snapshots as PostgreSQL takes and writes them (`pg_current_snapshot`, `pg_visible_in_snapshot`). */

export interface Snapshot {
  /** All transactions before this one are over. */
  readonly xmin: number;
  /** This transaction and all later ones have not begun, or were not over. */
  readonly xmax: number;
  /** Those in between that were not over. */
  readonly inProgress: readonly number[];
}

/** The snapshot while some transactions are open, after the latest one that is over. */
export function snapshotOf(open: Iterable<number>, latestOver: number): Snapshot {
  const xmax = latestOver + 1;
  const inProgress = [...open].filter((xid) => xid < xmax).sort((a, b) => a - b);
  return { xmin: inProgress[0] ?? xmax, xmax, inProgress };
}

export function textOf({ xmin, xmax, inProgress }: Snapshot): string {
  return `${xmin}:${xmax}:${inProgress.join(',')}`;
}

export function snapshotIn(text: string): Snapshot {
  const [xmin, xmax, list = ''] = text.split(':');
  const inProgress = list === '' ? [] : list.split(',').map(Number);
  return { xmin: Number(xmin), xmax: Number(xmax), inProgress };
}

export function isVisible(xid: number, { xmin, xmax, inProgress }: Snapshot): boolean {
  return xid < xmin || (xid < xmax && !inProgress.includes(xid));
}
