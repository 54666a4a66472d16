/** Programs of the machine that judge from outside: where they are, and a title that says so if they are missing. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of an installed program. */
export function installed(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The title of tests that need a program. */
export function judgedBy(name: string): string {
  return installed(name) === undefined ? `${name} is not installed: skipped` : `judged by ${name}`;
}
