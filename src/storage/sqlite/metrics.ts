/** What the SQLite store says of itself in numbers: how its writes share commits, and what they waited for. */

import type { Figure } from '../port/port.ts';
import type { Writer } from './connection/writer.ts';

export function figuresOf({ counts: { steps, commits, failures, lockWaits } }: Writer): Figure[] {
  const counter = (name: string, help: string, value: number): Figure => ({
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
