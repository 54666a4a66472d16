/** The options of a Gatehouse in an application, and what is wrong with those that were given. */

import { closest } from '../settings/did-you-mean.ts';
import { table } from '../settings/option-table.ts';
import type { Settings, Share } from '../settings/settings.ts';
import type { Hooks } from './hooks.ts';

/** The log of Gatehouse; a pino logger fits. */
export interface Log {
  info(entry: object, message: string): void;
  error(entry: object, message: string): void;
}

export interface GatehouseOptions extends Hooks {
  /**
   * Options by their name in `docs/settings.md`; missing or `undefined` ones take their default. The environment is not
   * read.
   */
  readonly settings?: Partial<Settings>;
  /**
   * Receives one audit entry per event, one entry per error, and the end of the audit chain whenever it changes. Default:
   * nothing is reported.
   */
  readonly log?: Log;
  /** Epoch milliseconds. Default: the clock of the store (PostgreSQL), otherwise the system clock. */
  readonly clock?: () => number;
  /** The pages where people sign in, such as `/sign-in`. The same as `pages` in `settings`. Default: off. */
  readonly pages?: boolean;
  /** The share of threads and connections, if several processes form one node. Default: all. */
  readonly share?: Share;
  /** From its abort on `/readyz` answers 503, so that a proxy sends requests to other nodes. Nothing else changes. */
  readonly stopping?: AbortSignal;
}

/** The type requires every option here. */
const options: Record<keyof GatehouseOptions, (value: unknown) => string | undefined> = {
  // Checked with its values.
  settings: () => undefined,
  log: (value) => (isLog(value) ? undefined : 'an object with the methods info and error, such as console'),
  clock: aFunction,
  pages: (value) => (typeof value === 'boolean' ? undefined : '`true` or `false`'),
  share: (value) => (isShare(value) ? undefined : 'as in { number: 1, of: 2 }'),
  stopping: (value) => (value instanceof AbortSignal ? undefined : 'an AbortSignal'),
  onRegistered: aFunction,
  onSessionEnded: aFunction,
};

/** One sentence for each option that is unknown or of the wrong type: applications in JavaScript have no types. */
export function optionProblems(given: unknown): string[] {
  if (typeof given !== 'object' || given === null) return ['The options must be an object.'];
  const problems = Object.entries(given).flatMap(([name, value]) => {
    if (!Object.hasOwn(options, name)) return [unknown(name)];
    const expected = value === undefined ? undefined : options[name as keyof GatehouseOptions](value);
    return expected === undefined ? [] : [`${name} must be ${expected}.`];
  });
  const { pages, settings } = given as GatehouseOptions;
  const isTwofold =
    typeof pages === 'boolean' && typeof settings?.pages === 'boolean' && settings.pages !== pages;
  return isTwofold
    ? [
        ...problems,
        `pages is ${pages}, but ${settings.pages} in \`settings\` (GATEHOUSE_PAGES): give one of them.`,
      ]
    : problems;
}

/** The settings of the options, before they are checked, with those that are options of their own. */
export function settingsOf(given: GatehouseOptions | undefined): Partial<Settings> | undefined {
  const { settings, pages } = given ?? {};
  // What is no object of settings is refused where the settings are checked.
  if (typeof pages !== 'boolean' || (settings !== undefined && !isObject(settings))) return settings;
  return { ...settings, pages: settings?.pages ?? pages };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A setting beside `settings` would be ignored, and its default used. */
function unknown(name: string): string {
  if (Object.hasOwn(table, name)) return `${name} is a setting: give it in \`settings\`.`;
  const meant = closest(name, Object.keys(options));
  return `${JSON.stringify(name).slice(1, -1)} is not an option.${meant ? ` Did you mean ${meant}?` : ''}`;
}

function aFunction(value: unknown): string | undefined {
  return typeof value === 'function' ? undefined : 'a function';
}

function isLog(value: unknown): boolean {
  const { info, error } = (value ?? {}) as Partial<Log>;
  return typeof info === 'function' && typeof error === 'function';
}

function isShare(value: unknown): boolean {
  const { number, of } = (value ?? {}) as Partial<Share>;
  return (
    Number.isInteger(number) && Number.isInteger(of) && Number(number) >= 1 && Number(number) <= Number(of)
  );
}
