/** Reads the settings from an environment, and says everything that is wrong with it at once. */

import { closestName } from './did-you-mean.ts';
import { type Environment, linkVariables } from './link-variables.ts';
import { table } from './option-table.ts';
import type { Setting } from './setting.ts';
import type { Settings } from './settings.ts';

/** The settings cannot be used; `problems` holds one sentence for each thing that is wrong. */
export class UnusableSettings extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'UnusableSettings';
    this.problems = problems;
  }
}

/**
 * Reads every setting from an environment. A variable that is missing or empty takes its default; one that Kubernetes
 * or Docker set for a service is no setting (`environmentRemarks` tells which those are).
 *
 * @throws {UnusableSettings} naming every unusable value and every unknown `GATEHOUSE_…` name at once.
 */
export function readSettings(env: Environment): Settings {
  const names = Object.values(table).map((setting) => setting.env);
  const links = linkVariables(env, names);
  const own = Object.keys(env).filter((name) => name.startsWith('GATEHOUSE_') && !links.includes(name));
  const problems = unknownNames(own, names);
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const written = links.includes(setting.env) ? undefined : env[setting.env]?.trim();
    const text = written || setting.default;
    settings[name] = setting.read(text, env);
    if (settings[name] !== undefined) continue;
    problems.push(
      complaint(setting.env, setting, JSON.stringify(text), setting.expects, setting.hint?.(text)),
    );
  }
  const read = settings as unknown as Settings;
  for (const clash of clashes(read, (name) => table[name].env)) problems.push(clash);
  if (problems.length > 0) throw new UnusableSettings(problems);
  return read;
}

/** Connections to PostgreSQL that a process needs: to watch, for checks, and for everything else. */
const minConnections = 4;

/** What is wrong with settings that are good each by itself; `nameOf` is the name a setting has where they were given. */
export function clashes(settings: Partial<Settings>, nameOf: (name: keyof Settings) => string): string[] {
  const { host, port = 0, metricsHost, metricsPort } = settings;
  const { workers = 1, databaseUrl, databaseConnections = Infinity } = settings;
  const isSame = port > 0 && port === metricsPort && host === metricsHost;
  const needed = workers * minConnections;
  const isShort = workers > 1 && databaseUrl?.startsWith('postgres') && databaseConnections < needed;
  return [
    ...(isSame ? [`${nameOf('metricsPort')} must be another port than ${nameOf('port')}.`] : []),
    ...(isShort
      ? [`${nameOf('databaseConnections')} must be ${needed} or more: ${minConnections} for each worker.`]
      : []),
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

/** What is wrong with a value; `shown` is left out where it may hold a secret. */
export function complaint(
  name: string,
  { secret }: Pick<Setting<unknown>, 'secret'>,
  shown: string,
  expected: string,
  hint: string | undefined,
): string {
  const value = secret ? 'has an unusable value' : `is ${shown}`;
  return `${name} ${value}; expected ${expected}.${hint ? ` ${hint}` : ''}`;
}
