/** Two nodes on one database, the second behind a proxy, and a client that checks a session all the time. */

import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Store } from '../../../src/storage/port/port.ts';
import type { PostgresOptions } from '../../../src/storage/postgres/store.ts';
import { account, session } from '../../storage/conformance/case.ts';
import { checksOf, hashOf, isAccepted } from '../checks.ts';
import { sharedPostgres } from '../postgres.ts';
import { type PostgresProxy, startPostgresProxy } from './messages.ts';
import { type AtEnd, openNode } from './store-fixture.ts';

/** Who the sessions of these tests belong to. */
export const joe = 'id-of-joe';

export interface Pair {
  /** The address of the database itself. */
  readonly url: string;
  /** A node that is connected to it. */
  readonly a: Store;
  /** A node that reaches it through the proxy. */
  readonly b: Store;
  readonly proxy: PostgresProxy;
}

/** Two nodes, and an account `joe` with no sessions yet. */
export async function openPair(
  changes: Partial<PostgresOptions> = {},
  atEnd: AtEnd = onTestFinished,
): Promise<Pair> {
  const postgres = await sharedPostgres();
  const url = await postgres.createDatabase();
  const proxy = await startPostgresProxy(postgres.port, { atEnd });
  const a = await openCheckingNode(url, changes, atEnd);
  const b = await openCheckingNode(proxy.url(url), changes, atEnd);
  await a.accounts.create(account('joe'));
  return { url, a, b, proxy };
}

/** A node that has read the feed of revocations, so that its checks may be answered from its cache. */
export async function openCheckingNode(
  url: string,
  changes: Partial<PostgresOptions> = {},
  atEnd: AtEnd = onTestFinished,
): Promise<Store> {
  const node = await openNode(url, changes, atEnd);
  checksOf(node);
  if (changes.trustMs !== 0) await untilSo(() => node.revocations.isFresh(), 'the feed to be read');
  return node;
}

/** Gives joe a session that a node has just read, so that it remembers it; returns the hash of its id. */
export async function sessionKnownTo(maker: Store, knowing: Store, n = 1): Promise<string> {
  const idHash = hashOf(n);
  await maker.sessions.insert(idHash, session(n, joe));
  if (!(await isAccepted(knowing, idHash))) throw new Error('The session is not there.');
  return idHash;
}

/** The value of a metric of a store; of those with labels, the one whose labels have these values. */
export function metricValue(store: Store, name: string, ...labels: readonly string[]): number {
  const found = store.metrics?.().find((one) => one.name === `gatehouse_${name}`);
  if (!found || !('samples' in found)) throw new Error(`There is no metric ${name}.`);
  const sample = found.samples.find((one) =>
    labels.every((label) => Object.values(one.labels ?? {}).includes(label)),
  );
  return sample?.value ?? Number.NaN;
}

/** Checks a session again and again, until it is asked when the last accepted check began. */
export function checking(store: Store, idHash: string): { lastAcceptedAt(): Promise<number> } {
  let last = Number.NEGATIVE_INFINITY;
  let isOver = false;
  const over = (async () => {
    while (!isOver) {
      const askedAt = performance.now();
      if (await isAccepted(store, idHash).catch(() => false)) last = askedAt;
      await sleep(1);
    }
  })();
  return {
    async lastAcceptedAt() {
      isOver = true;
      await over;
      return last;
    },
  };
}

/** Looks again and again until something is so; rejects if it does not come to that. */
export async function untilSo(
  look: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = 10_000,
): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!(await look())) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain for ${what}`);
    await sleep(2);
  }
}
