/** Asks the doctor, and reads what it found. */

import { command, type Said } from './command.ts';
import { prepared } from './prepared.ts';

export { freshFile } from './prepared.ts';

/** Settings about which there is nothing to say. */
export const calm = { GATEHOUSE_PBKDF2_ITERATIONS: '220000', GATEHOUSE_TRUSTED_PROXIES: '10.0.0.0/8' };

export function doctor(
  file: string,
  environment: Readonly<Record<string, string>> = {},
  ...words: string[]
): Promise<Said> {
  return command(['doctor', '--json', ...words], { file, environment: { ...calm, ...environment } });
}

/** Everything that was not found well, as `check: sentence`. */
export function trouble({ json }: Said): string[] {
  return json.filter(({ verdict }) => verdict !== 'ok').map(({ check, says }) => `${check}: ${says}`);
}

export const withUser = prepared((run) => run('user add ada'));
