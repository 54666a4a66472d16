/** What the nodes of tests are opened with. */

import { chance, digest, newHandle } from '../../../src/crypto/ids.ts';
import type { PostgresOptions } from '../../../src/storage/postgres/store.ts';

/** What a node is opened with unless a test says otherwise. */
export function optionsOf(url: string, changes: Partial<PostgresOptions> = {}): PostgresOptions {
  return {
    url,
    listenUrl: '',
    maxConnections: 8,
    trustMs: 1_000,
    node: newHandle(),
    digest,
    chance,
    onFeed: () => {},
    ...changes,
  };
}
