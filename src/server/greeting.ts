/** What a person who starts the server is told: where it is, and how to try it. */

import type { Settings } from '../settings.ts';

/** The address and a line that registers a first user. */
export function greeting(url: string, { debug }: Settings): string {
  const reachable = url.replace('://0.0.0.0:', '://127.0.0.1:').replace('://[::]:', '://[::1]:');
  return `
Gatehouse listens on ${url}

Register a first user:

  curl -i '${reachable}/auth/register' -H 'Content-Type: application/json' \\
    -d '{"email": "user@example.com", "password": "strongpassword"}'
${debug ? '' : '\nOver plain HTTP browsers keep its cookies on localhost only; GATEHOUSE_DEBUG=true changes that.\n'}`;
}
