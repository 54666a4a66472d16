/** One row of the table of options, and the type of the value that it reads. */

import type { Environment } from './link-variables.ts';

/** One row of the table. `docs/settings.md` is checked against it. */
export interface Setting<Value> {
  /** The environment variable. */
  readonly env: string;
  /** The default as it would be written in the environment; empty for a setting that starts out unset. */
  readonly default: string;
  /** What a value must look like, with bounds and unit, as the end of "expected …". */
  readonly expects: string;
  readonly meaning: string;
  /** The value may hold a password and is never repeated in a message. */
  readonly secret?: true;
  /** Reads the written form; `undefined` when it is unusable. `env` is where it stands, if it stands in one. */
  readonly read: (text: string, env?: Environment) => Value | undefined;
  /** What is wrong with an unusable value and what may be meant, in sentences without a secret; empty if that is not known. */
  readonly hint?: (text: string) => string;
}

/** Rows by the names of their settings. */
export type SettingRows = Readonly<Record<string, Setting<unknown>>>;

/** The values that rows read. */
export type ValuesOf<Rows extends SettingRows> = {
  readonly [Name in keyof Rows]: Exclude<ReturnType<Rows[Name]['read']>, undefined>;
};
