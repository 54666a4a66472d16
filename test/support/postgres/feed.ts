/** The feed of revocations from outside: its rows, what is changed by hand, and when a node reads it. */

import { Client } from 'pg';
import { channel } from '../../../src/storage/postgres/cluster/revocation-notifier.ts';
import type { Message, PostgresProxy } from './messages.ts';
import { untilSo } from './pair.ts';
import { type AtEnd, queryAt } from './store-fixture.ts';

/** With this time of trust a node reads the feed every 15 seconds, and otherwise only when a test sends a notification. */
export const onRequest = { trustMs: 60_000 } as const;

export interface FeedRow {
  readonly kind: string;
  readonly key: string;
}

/** The rows of the feed, oldest first. */
export async function feedOf(url: string): Promise<FeedRow[]> {
  const rows = await queryAt(url, ['SELECT kind, key FROM revocations ORDER BY seq']);
  return rows.map(({ kind, key }) => ({ kind: String(kind), key: String(key) }));
}

/** The rows of the feed that something leaves. */
export async function rowsLeftBy(url: string, something: () => Promise<unknown>): Promise<FeedRow[]> {
  const before = await feedOf(url);
  await something();
  return (await feedOf(url)).slice(before.length);
}

/** Makes all nodes read the feed. */
export async function notifyAll(url: string): Promise<void> {
  await queryAt(url, [
    'SELECT pg_notify($1, $2)',
    channel,
    JSON.stringify({ node: 'another', at: Date.now() }),
  ]);
}

/** Makes all nodes read the feed, again and again, until something is so: a read on a busy machine may be given up. */
export async function untilTold(
  url: string,
  look: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  let isSo = false;
  const looks = async () => (isSo ||= await look());
  for (let tries = 0; tries < 9 && !isSo; tries += 1) {
    await notifyAll(url);
    await untilSo(looks, what, 1_000).catch(() => {});
  }
  if (!isSo) throw new Error(`Waited in vain for ${what}`);
}

/** Whether a message is a read of the feed. */
export function isFeedRead({ from, type, text }: Message): boolean {
  return from === 'client' && type === 'Q' && text.includes('FROM revocations');
}

/** The instants at which the node behind a proxy reads the feed from now on. */
export function readsThrough(proxy: PostgresProxy): number[] {
  const reads: number[] = [];
  proxy.judge((message) => {
    if (isFeedRead(message)) reads.push(performance.now());
    return 'pass';
  });
  return reads;
}

/** A connection like that of an operator with psql. */
export async function operatorAt(url: string, atEnd: AtEnd): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  atEnd(() => client.end());
  return client;
}
