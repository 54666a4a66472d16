/** Small readings that contracts share: fields of a body, and the status an error is shown with. */

import type { StatusMode } from '../../settings/settings.ts';
import type { RequestFault } from '../contract.ts';

/** The named fields, if each of them is a string; otherwise which one is not. */
export function textFields<Name extends string>(
  fields: Readonly<Record<string, unknown>>,
  ...names: Name[]
): Record<Name, string> | RequestFault {
  const missing = names.find((name) => !Object.hasOwn(fields, name) || typeof fields[name] !== 'string');
  if (missing !== undefined) return { refused: 'missing_field', field: missing };
  return fields as Record<Name, string>;
}

/** For clients that expect it, refusals are shown as 200 (ruling G8); trouble of the server never is (ruling G9). */
export function shownStatus(status: number, mode: StatusMode): number {
  return mode === 'ok' && status < 500 ? 200 : status;
}
