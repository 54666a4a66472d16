/** A row of the table of options, and the type of its value. */

import type { Environment } from './link-variables.ts';

/** One row of the table; a test compares `docs/settings.md` with it. */
export interface Setting<Value> {
  /** The environment variable. */
  readonly env: string;
  /** The default in the notation of the environment; empty for a setting that is unset by default. */
  readonly default: string;
  /** The form, bounds and unit of a value, as the end of "expected …". */
  readonly expects: string;
  readonly meaning: string;
  /** The value may hold a password and is never repeated in a message. */
  readonly secret?: true;
  /** Parses a value; `undefined` if it is unusable. `env` is its environment, if it comes from one. */
  readonly read: (text: string, env?: Environment) => Value | undefined;
  /** The problem of an unusable value and a correction, in sentences without a secret; empty if unknown. */
  readonly hint?: (text: string) => string;
}

/** Rows by the names of their settings. */
export type SettingRows = Readonly<Record<string, Setting<unknown>>>;

/** The types of the values of rows. */
export type ValuesOf<Rows extends SettingRows> = {
  readonly [Name in keyof Rows]: Exclude<ReturnType<Rows[Name]['read']>, undefined>;
};
