/** What a person who starts the server is told: where it is, and how to try it. */

import type { Settings } from '../settings/settings.ts';
import { warnings } from '../settings/warnings.ts';
import type { ProcessLog } from './log.ts';
import { say } from './process-lifecycle.ts';

/** Tells people on standard error and machines in the log that the server listens, and what is worth a warning. */
export function announce(
  settings: Settings,
  log: ProcessLog,
  found: readonly string[],
  url: string,
  hasUsers: boolean | undefined,
  metricsOrigin: string | undefined,
): void {
  for (const warning of [...warnings(settings), ...found]) {
    log.warn(warning);
    say(`Warning: ${warning}`);
  }
  const { workers } = settings;
  log.info(workers === 1 ? { url } : { url, workers }, 'listening');
  const metricsUrl = metricsOrigin && `${metricsOrigin}/metrics`;
  if (metricsUrl) log.info({ url: metricsUrl }, 'serving metrics');
  say(greeting(url, settings, hasUsers, metricsUrl));
}

/**
 * The address, the address of the metrics if there are any, and a command to try: the registration of a first user, or a
 * look at a server that has users or did not say in time.
 */
export function greeting(
  url: string,
  settings: Settings,
  hasUsers: boolean | undefined,
  metricsUrl?: string,
): string {
  const { debug } = settings;
  const reachable = url.replace('://0.0.0.0:', '://127.0.0.1:').replace('://[::]:', '://[::1]:');
  return `
Gatehouse listens on ${url}
${metricsUrl ? `Metrics are at ${metricsUrl}\n` : ''}
${hasUsers === false ? firstUser(reachable, settings) : aLook(reachable)}
${debug ? '' : `\n${aboutCookies}\n`}`;
}

const aboutCookies = `The session cookie is for HTTPS. Over plain HTTP, Chrome and Firefox take it from localhost
only, and Safari does not take it at all: GATEHOUSE_DEBUG=true is for development without HTTPS.`;

/** By a route that is served and open; by the command line where there is none. */
function firstUser(url: string, { contracts, registration, basePath }: Settings): string {
  const route = contracts.includes('rest')
    ? { path: '/auth/register', name: '"email": "user@example.com"' }
    : { path: '/register.json', name: '"username": "joe"' };
  const isRegistering = contracts.includes('rest') || contracts.includes('dotjson');
  if (registration !== 'open' || !isRegistering)
    return 'Make a first user:\n\n  gatehouse user add user@example.com';
  return `Register a first user:

  curl -i '${url}${basePath}${route.path}' -H 'Content-Type: application/json' \\
    -d '{${route.name}, "password": "strongpassword"}'`;
}

function aLook(url: string): string {
  return `See whether it is ready:

  curl -i '${url}/readyz'`;
}
