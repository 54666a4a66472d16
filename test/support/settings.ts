/** What is wrong with an environment, without the throwing. */

import { readSettings, UnusableSettings } from '../../src/settings/read-settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with an environment; empty if nothing is. */
export function problems(env: Environment): readonly string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    if (error instanceof UnusableSettings) return error.problems;
    throw error;
  }
}
