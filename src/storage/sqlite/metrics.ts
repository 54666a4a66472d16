/** The metrics of the SQLite store: how many writes share a commit, and pauses for locks. */

import type { Metric } from '../port/port.ts';
import type { Writer } from './connection/writer.ts';

export function storeMetrics({ counts: { steps, commits, failures, lockWaits } }: Writer): Metric[] {
  const counter = (name: string, help: string, value: number): Metric => ({
    kind: 'counter',
    name: `gatehouse_sqlite_${name}_total`,
    help,
    samples: [{ value }],
  });
  return [
    counter('steps', 'Steps of writing that were committed.', steps),
    counter('commits', 'Commits that steps shared.', commits),
    counter('failed_commits', 'Commits that failed, with all their steps.', failures),
    counter('lock_waits', 'Pauses because another process held the write lock.', lockWaits),
  ];
}
