/** Reads the settings from an environment, and reports all problems at once. */

import { closestName } from './did-you-mean.ts';
import { secretFileNames, writtenValue } from './environment/secret-files.ts';
import { factorConflicts } from './factors/factor-conflicts.ts';
import { forwardConflicts } from './forward/forward-conflicts.ts';
import { type Environment, linkVariables } from './link-variables.ts';
import { table } from './option-table.ts';
import type { Setting } from './setting.ts';
import type { Settings } from './settings.ts';

/** The settings cannot be used. `problems` has one sentence for each problem. */
export class UnusableSettings extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'UnusableSettings';
    this.problems = problems;
  }
}

/**
 * Reads every setting from an environment. A missing or empty variable takes its default. Variables that Kubernetes or
 * Docker set for a service are ignored (`environmentRemarks` names them). A secret setting may be in a file that the
 * variable with `_FILE` behind its name has the path of; the file is read once, now.
 *
 * @throws {UnusableSettings} naming every unusable value and every unknown `GATEHOUSE_…` name at once.
 */
export function readSettings(env: Environment): Settings {
  const names = Object.values(table).map((setting) => setting.env);
  const links = linkVariables(env, names);
  const own = Object.keys(env).filter((name) => name.startsWith('GATEHOUSE_') && !links.includes(name));
  const problems = unknownNames(own, [...names, ...secretFileNames]);
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const written = writtenValue(links.includes(setting.env) ? {} : env, setting.env);
    if ('problem' in written) {
      problems.push(written.problem);
      continue;
    }
    const text = written.text || setting.default;
    settings[name] = setting.read(text, env);
    if (settings[name] !== undefined) continue;
    problems.push(
      invalidValue(written.name, setting, JSON.stringify(text), setting.expects, setting.hint?.(text)),
    );
  }
  const read = settings as unknown as Settings;
  for (const conflict of conflicts(read, (name) => table[name].env)) problems.push(conflict);
  if (problems.length > 0) throw new UnusableSettings(problems);
  return read;
}

/** Connections to PostgreSQL that a process needs: to listen, for checks, and for everything else. */
const minConnections = 4;

/** Problems of settings that are valid each alone. `nameOf` returns the name of a setting in its source. */
export function conflicts(settings: Partial<Settings>, nameOf: (name: keyof Settings) => string): string[] {
  const { host, port = 0, metricsHost, metricsPort } = settings;
  const { workers = 1, databaseUrl, databaseConnections = Infinity } = settings;
  const isSame = port > 0 && port === metricsPort && host === metricsHost;
  const { pagesHome = '', allowedOrigins } = settings;
  const homeOrigin = pagesHome.startsWith('/') || pagesHome === '' ? undefined : new URL(pagesHome).origin;
  const isHomeForeign = homeOrigin !== undefined && allowedOrigins?.includes(homeOrigin) === false;
  const needed = workers * minConnections;
  const isShort = workers > 1 && databaseUrl?.startsWith('postgres') && databaseConnections < needed;
  return [
    ...(isSame ? [`${nameOf('metricsPort')} must be another port than ${nameOf('port')}.`] : []),
    ...(isShort
      ? [`${nameOf('databaseConnections')} must be ${needed} or more: ${minConnections} for each worker.`]
      : []),
    ...(isHomeForeign
      ? [
          `${nameOf('pagesHome')} leads to ${homeOrigin}, which is not in ${nameOf('allowedOrigins')}: add it there, or give a path such as \`/app\`.`,
        ]
      : []),
    ...factorConflicts(settings, nameOf),
    ...forwardConflicts(settings, nameOf),
  ];
}

/** A sentence for each name that is not among `known`. */
export function unknownNames(names: readonly string[], known: readonly string[]): string[] {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = closestName(name, known);
      const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
      return `${JSON.stringify(name).slice(1, -1)} is not a setting.${hint} See docs/settings.md for the names.`;
    });
}

/** The problem of a value. Omit `shown` if the setting may contain a secret. */
export function invalidValue(
  name: string,
  { secret }: Pick<Setting<unknown>, 'secret'>,
  shown: string,
  expected: string,
  hint: string | undefined,
): string {
  const value = secret ? 'has an unusable value' : `is ${shown}`;
  return `${name} ${value}; expected ${expected}.${hint ? ` ${hint}` : ''}`;
}
