/** Looks for a noted end of the audit chain in a verified chain (ruling P12). */

import type { AuditStore, ChainLink } from '../../storage/port/port.ts';

/** Whether the chain still contains it; `swept` if it is older than what is kept. */
export type LinkState = 'held' | 'missing' | 'swept';

export async function holdsLink(store: AuditStore, { seq, hash }: ChainLink): Promise<LinkState> {
  const { start } = await store.ends();
  if (seq < start.seq) return 'swept';
  if (seq === start.seq) return hash === start.hash ? 'held' : 'missing';
  const [entry] = await store.read({ after: seq - 1, limit: 1 });
  if (entry?.seq === seq) return entry.hash === hash ? 'held' : 'missing';
  // The entry may have been swept between the two reads.
  return (await store.ends()).start.seq > start.seq ? holdsLink(store, { seq, hash }) : 'missing';
}
