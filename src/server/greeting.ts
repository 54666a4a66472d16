/** What a person who starts the server is told: where it is, and how to try it. */

import type { Settings } from '../settings.ts';
import { warnings } from '../warnings.ts';
import type { ProcessLog } from './log.ts';
import { say } from './process.ts';

/** Tells people on standard error and machines in the log that the server listens, and what is worth a warning. */
export function announce(
  settings: Settings,
  log: ProcessLog,
  found: readonly string[],
  url: string,
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
  say(greeting(url, settings, metricsUrl));
}

/** The address and a line that registers a first user; the address of the metrics, if there are any. */
export function greeting(url: string, { debug }: Settings, metricsUrl?: string): string {
  const reachable = url.replace('://0.0.0.0:', '://127.0.0.1:').replace('://[::]:', '://[::1]:');
  return `
Gatehouse listens on ${url}
${metricsUrl ? `Metrics are at ${metricsUrl}\n` : ''}
Register a first user:

  curl -i '${reachable}/auth/register' -H 'Content-Type: application/json' \\
    -d '{"email": "user@example.com", "password": "strongpassword"}'
${debug ? '' : '\nOver plain HTTP browsers keep its cookies on localhost only; GATEHOUSE_DEBUG=true changes that.\n'}`;
}
