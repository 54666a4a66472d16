/** Prints the address of a started server, and a first command to try. */

import type { Settings } from '../settings/settings.ts';
import { warnings } from '../settings/warnings.ts';
import type { ProcessLog } from './log.ts';
import { printToStderr } from './process-lifecycle.ts';

/** A listening server. */
export interface Started {
  readonly url: string;
  /** Warnings about the store. */
  readonly warnings: readonly string[];
  /** `undefined` if the store did not answer in time. */
  readonly hasUsers: boolean | undefined;
  readonly metricsOrigin: string | undefined;
}

/** Reports on standard error for people, and in the log for programs, that the server listens, with all warnings. */
export function announce(settings: Settings, log: ProcessLog, started: Started): void {
  const { url, hasUsers, metricsOrigin } = started;
  for (const warning of [...warnings(settings), ...started.warnings]) {
    log.warn(warning);
    printToStderr(`Warning: ${warning}`);
  }
  const { workers } = settings;
  log.info(workers === 1 ? { url } : { url, workers }, 'listening');
  const metricsUrl = metricsOrigin && `${metricsOrigin}/metrics`;
  if (metricsUrl) log.info({ url: metricsUrl }, 'serving metrics');
  printToStderr(greeting(url, settings, hasUsers, metricsUrl));
}

/**
 * The address, the address of the metrics if they are served, and a command to try: it registers the first user, or checks
 * the readiness of a server that has users or whose store did not answer in time.
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
${hasUsers === false ? firstUser(reachable, settings) : readiness(reachable)}
${debug ? '' : `\n${cookieAdvice}\n`}`;
}

const cookieAdvice = `The session cookie is for HTTPS. Over plain HTTP, Chrome and Firefox take it from localhost
only, and Safari does not take it at all: GATEHOUSE_DEBUG=true is for development without HTTPS.`;

/** Uses a served and open route, or the command line if there is none. */
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

function readiness(url: string): string {
  return `See whether it is ready:

  curl -i '${url}/readyz'`;
}
