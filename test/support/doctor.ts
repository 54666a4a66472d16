/** Asks the doctor, and reads what it found. */

import { join } from 'node:path';
import { command, commandsOver, type Said } from './command.ts';
import { temporaryFolder } from './server.ts';

export const freshFile = () => join(temporaryFolder(), 'gatehouse.db');

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

export async function withUser(): Promise<string> {
  const file = freshFile();
  await commandsOver(file)('user add ada');
  return file;
}
