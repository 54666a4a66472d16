/** What a person who starts the server is told: where it is, how to try it, and what is unsafe. */

import type { Settings } from '../settings.ts';

/** Fewer iterations than this are below what OWASP asks for. */
const leastSafeIterations = 210_000;

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

/** One sentence for every setting that is only safe in development or in tests. */
export function warnings({ debug, pbkdf2Iterations, throttle }: Settings): string[] {
  return [
    ...(debug ? ['GATEHOUSE_DEBUG is on: cookies travel over plain HTTP. Never use it in production.'] : []),
    ...(throttle ? [] : ['GATEHOUSE_THROTTLE is off: passwords can be guessed without limit.']),
    ...(pbkdf2Iterations < leastSafeIterations
      ? [`GATEHOUSE_PBKDF2_ITERATIONS is below ${leastSafeIterations}: stolen hashes are easy to crack.`]
      : []),
  ];
}
