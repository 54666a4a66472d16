/** The metrics of the PostgreSQL store. */

import type { Metric } from '../port/port.ts';
import { Histogram } from '../shared/histogram.ts';
import type { ClusterListener } from './cluster/cluster-listener.ts';
import type { RevocationReader } from './cluster/revocation-reader.ts';
import type { Connections } from './connection/connections.ts';

/** From a millisecond to one second, the limit for an end to reach all nodes, and beyond. */
export const delays = () => new Histogram([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]);

export interface Measured {
  readonly watch: ClusterListener;
  readonly reader: RevocationReader;
  /** The connections of checks, and of everything else. */
  readonly connections: Readonly<Record<'checks' | 'steps', Connections>>;
  /** Seconds between a revocation on another node and the read of the feed that it caused here. */
  readonly delays: Histogram;
}

export function storeMetrics({ watch, reader, connections, delays }: Measured): Metric[] {
  const pools = Object.entries(connections);
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
      samples: [{ value: watch.notifications }],
    },
    {
      name: 'gatehouse_revocations_age_seconds',
      kind: 'gauge',
      help: 'Time since the feed of revocations was read; above a second every session check asks the database.',
      samples: [{ value: reader.ageMs / 1_000 }],
      isOfOne: true,
    },
    {
      name: 'gatehouse_revocation_delay_seconds',
      kind: 'histogram',
      help: 'Time from a revocation on another node until this node had read it after a notification.',
      buckets: delays.buckets(),
    },
  ];
}
