/** Says that a server has started: on a terminal with colours and something to try, elsewhere in the log. */

import { isAbsolute, relative, resolve, sep } from 'node:path';
import { readPostgresUrl } from '../settings/database/postgres-url.ts';
import { databaseFile, isFile, type Settings } from '../settings/settings.ts';
import { warnings } from '../settings/warnings.ts';
import { version } from '../version.ts';
import type { ProcessLog } from './log.ts';
import { type Paint, printable } from './log-text.ts';
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

/**
 * Reports that the server listens, with all warnings. On a terminal that shows the log as text, the greeting does it;
 * otherwise the log does it for programs, and standard error for people.
 */
export function announce(settings: Settings, log: ProcessLog, started: Started): void {
  const { url, metricsOrigin } = started;
  const startMs = performance.now();
  const all = [...warnings(settings), ...started.warnings];
  if (log.isOnTerminal) {
    log.print((paint) => greeting(settings, { ...started, warnings: all, startMs }, paint));
    return;
  }
  for (const warning of all) {
    log.warn(warning);
    printToStderr(`Warning: ${warning}`);
  }
  const { workers } = settings;
  log.info(workers === 1 ? { url } : { url, workers }, 'listening');
  const metricsUrl = metricsOrigin && `${metricsOrigin}/metrics`;
  if (metricsUrl) log.info({ url: metricsUrl }, 'serving metrics');
  printToStderr(`Gatehouse listens on ${url}${metricsUrl ? `\nMetrics are at ${metricsUrl}` : ''}`);
}

/**
 * Where it listens, where its data is, and what to try: the page or a command that registers the first user, or a command that
 * checks the readiness of a server that has users or whose store did not answer in time. `startMs` is the time that the start took.
 */
export function greeting(
  settings: Settings,
  { url, hasUsers, metricsOrigin, warnings: all, startMs }: Started & { readonly startMs: number },
  paint: Paint,
): string {
  const { basePath, frontPage } = settings;
  const reachable = url.replace('://0.0.0.0:', '://127.0.0.1:').replace('://[::]:', '://[::1]:');
  const base = `${reachable}${basePath}`;
  const [label, hint] =
    hasUsers === false ? firstUser(base, settings, paint) : ['Ready?', `curl -i ${reachable}/readyz`];
  const lines = [
    ['Local', paint('cyan', basePath === '' ? base : `${base}/`)],
    ...(frontPage === 'on' ? [['Reference', paint('cyan', `${base}/reference`)]] : []),
    ...(metricsOrigin ? [['Metrics', paint('cyan', `${metricsOrigin}/metrics`)]] : []),
    ['Data', printable(placeOf(settings))],
    [label, hint],
  ];
  const title = `${paint('bold', `Gatehouse ${version()}`)}  ${paint('dim', `started in ${Math.round(startMs)} ms`)}`;
  const shown = [
    title,
    ...lines.map(([name = '', value = '']) => `${paint('dim', name.padEnd(10))} ${value}`),
  ];
  const warned = all.map((warning) => paint('yellow', `Warning: ${printable(warning)}`));
  return `\n${[...shown, ...warned].map((line) => `  ${line}\n`).join('')}\n`;
}

/** Uses the page, a served and open route if the pages are off, or the command line if there is none. */
function firstUser(
  base: string,
  { contracts, pages, registration }: Settings,
  paint: Paint,
): [label: string, hint: string] {
  const label = 'First user';
  if (pages && registration === 'open') return [label, paint('cyan', `${base}/register`)];
  const isRegistering = contracts.includes('rest') || contracts.includes('dotjson');
  if (registration !== 'open' || !isRegistering) return [label, 'gatehouse user add user@example.com'];
  const [path, name] = contracts.includes('rest')
    ? ['/auth/register', '"email":"user@example.com"']
    : ['/register.json', '"username":"joe"'];
  return [label, `curl --json '{${name},"password":"strongpassword"}' ${base}${path}`];
}

/** The file, from the folder of the process if it is below that, or the address of the database, without a password. */
function placeOf(settings: Settings): string {
  if (isFile(settings)) {
    const path = resolve(databaseFile(settings));
    const below = relative('', path);
    return below.startsWith('..') || isAbsolute(below) ? path : `.${sep}${below}`;
  }
  const address = readPostgresUrl(settings.databaseUrl);
  if ('problem' in address) return 'PostgreSQL';
  const { database, host } = address;
  return `PostgreSQL${database && `, database ${database}`}${host && ` on ${host}`}`;
}
