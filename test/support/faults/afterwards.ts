/** Checks all accounts and sessions once more after a trial, so that the record shows what is left. */

import type { Owner } from '../ledger.ts';
import type { Clients } from './clients.ts';
import type { Node } from './fleet.ts';

/** Few enough at once that none of them is shed. */
const together = 12;

/** Every person logs in, after a registration if needed; and every node is asked for every session that ever existed. */
export async function askAgain(clients: Clients, nodes: readonly Node[]): Promise<void> {
  const { record, people } = clients;
  const asked = new Set(record.map(({ name }) => name));
  const sessions = new Map<string, Owner['contract']>();
  for (const { session, kind } of record)
    if (session !== undefined && kind !== 'check')
      sessions.set(session, session.includes('-') ? 'rest' : 'dotjson');
  await inBatches(
    people.filter(({ name }) => asked.has(name)),
    async (owner) => {
      const node = oneOf(nodes);
      if ((await clients.login(node, owner)).outcome !== 'refused') return;
      await clients.register(node, owner);
      await clients.login(node, owner);
    },
  );
  await inBatches([...sessions], async ([id, contract]) => {
    for (const node of nodes) await clients.check(node, { id, contract });
  });
}

async function inBatches<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += together) await Promise.all(items.slice(i, i + together).map(work));
}

function oneOf(nodes: readonly Node[]): Node {
  return nodes[Math.floor(Math.random() * nodes.length)] as Node;
}
