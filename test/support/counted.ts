/** Under which network a server counts a request, as its log has it. */

import { expect } from 'vitest';
import type { Asked } from './client.ts';
import type { Reported, TestServer } from './server.ts';

/** Addresses that are trusted, the test's own among them. */
export const trustedNetworks = '127.0.0.0/8, 10.0.0.0/8, fd00::/8';

/** Where a walk ends in which the header says nothing usable: at the proxy that the test is. */
export const proxy = '127.0.0.1';

/** A request that is refused for its origin, before anything is hashed or counted, and leaves an entry in the log. */
export const crossSite = {
  method: 'POST',
  path: '/auth/logout',
  headers: { origin: 'https://elsewhere.example.com' },
};

/** The network of a request with these headers. */
export async function networkOf(server: TestServer, headers: Asked['headers']): Promise<unknown> {
  const refused = await server.send({ ...crossSite, headers: { ...headers, ...crossSite.headers } });
  expect(refused.status).toBe(403);
  return loggedNetwork(server.log, refused.headers['x-request-id']);
}

/** The network in the entry of a refusal. */
export function loggedNetwork(log: readonly Reported[], requestId: unknown): unknown {
  const entries = log.map(({ entry }) => entry['audit'] as Record<string, unknown> | undefined);
  return entries.findLast((audit) => audit?.['requestId'] === requestId)?.['network'];
}
