/** The metrics of the PostgreSQL store. */

import type { Metric } from '../port/port.ts';
import { Histogram } from '../shared/histogram.ts';
import type { ClusterListener } from './cluster/cluster-listener.ts';
import type { SessionLookup } from './cluster/session-lookup.ts';
import type { Connections } from './connection/connections.ts';

/** From a millisecond to one second, the limit for an end to reach all nodes, and beyond. */
export const delays = () => new Histogram([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]);

export interface Measured {
  readonly lookup: SessionLookup;
  readonly watch: ClusterListener;
  /** The connections of checks, and of everything else. */
  readonly connections: Readonly<Record<'checks' | 'steps', Connections>>;
  /** Seconds between an end on another node and its arrival here. */
  readonly delays: Histogram;
}

export function storeMetrics({ lookup, watch, connections, delays }: Measured): Metric[] {
  const pools = Object.entries(connections);
  const memories = Object.entries({ sessions: lookup.sessions, users: lookup.users });
  return [
    {
      name: 'gatehouse_postgres_connections',
      kind: 'gauge',
      help: 'Connections to PostgreSQL that are open, idle, or waited for.',
      samples: pools.flatMap(([pool, { counts }]) =>
        Object.entries(counts).map(([state, value]) => ({ labels: { pool, state }, value })),
      ),
    },
    {
      name: 'gatehouse_postgres_collisions_total',
      kind: 'counter',
      help: 'Steps that were run again after a deadlock or a serialization failure.',
      samples: [{ value: connections.steps.collisions }],
    },
    {
      name: 'gatehouse_check_memory_lookups_total',
      kind: 'counter',
      help: 'Lookups of session checks, by kind of row, and by whether the cache had the answer.',
      samples: Object.entries(lookup.lookups).flatMap(([kind, { hits, misses }]) => [
        { labels: { kind, answer: 'hit' }, value: hits },
        { labels: { kind, answer: 'miss' }, value: misses },
      ]),
    },
    {
      name: 'gatehouse_check_memory_entries',
      kind: 'gauge',
      help: 'Rows in the cache for session checks.',
      samples: memories.map(([kind, { size }]) => ({ labels: { kind }, value: size.entries })),
    },
    {
      name: 'gatehouse_check_memory_bytes',
      kind: 'gauge',
      help: 'Estimated size of these rows.',
      samples: memories.map(([kind, { size }]) => ({ labels: { kind }, value: size.bytes })),
    },
    {
      name: 'gatehouse_notifications_listening',
      kind: 'gauge',
      help: '1 while the ends of sessions on other nodes are told to this one at once.',
      samples: [{ value: watch.isListening ? 1 : 0 }],
      isOfOne: true,
    },
    {
      name: 'gatehouse_notifications_total',
      kind: 'counter',
      help: 'Notifications from other nodes.',
      samples: [{ value: watch.notices }],
    },
    {
      name: 'gatehouse_revocation_delay_seconds',
      kind: 'histogram',
      help: 'Time from an end on another node until this node knew of it by a notification.',
      buckets: delays.buckets(),
    },
  ];
}
