/** Finds the problems that settings of second factors have with one another. */

import type { Settings } from '../settings.ts';
import { type PasskeySettings, passkeyConflicts, relyingParty } from './relying-party.ts';
import { isSameKey } from './secret-keys.ts';

type NameOf = (name: keyof Settings) => string;

/** One sentence for each problem. A setting that is missing has a problem of its own. */
export function factorConflicts(settings: Partial<Settings>, nameOf: NameOf): string[] {
  return [
    ...keyConflicts(settings, nameOf),
    ...(isComplete(settings) ? passkeyConflicts(settings, nameOf) : []),
    ...policyConflicts(settings, nameOf),
  ];
}

function keyConflicts({ secretKey, secretKeyFile, previousSecretKey }: Partial<Settings>, nameOf: NameOf) {
  const [key, file, previous] = [nameOf('secretKey'), nameOf('secretKeyFile'), nameOf('previousSecretKey')];
  const isAlone = previousSecretKey && secretKey === '' && secretKeyFile === '';
  return [
    ...(secretKey && secretKeyFile ? [`${key} and ${file} are both set: give one of them.`] : []),
    ...(isAlone ? [`${previous} needs ${key} or ${file}: it is the key before that one.`] : []),
    ...(secretKey && previousSecretKey && isSameKey(secretKey, previousSecretKey)
      ? [`${previous} is the same key as ${key}: give the key before it, or leave it unset.`]
      : []),
  ];
}

/** With `required`, people without a factor could do nothing at all if they could enrol none. */
function policyConflicts(settings: Partial<Settings>, nameOf: NameOf): string[] {
  if (settings.secondFactor !== 'required' || hasApps(settings)) return [];
  if (!isComplete(settings) || relyingParty(settings) !== undefined) return [];
  return [
    `${nameOf('secondFactor')} is required, and no second factor is possible: set ${nameOf('secretKey')} for ` +
      `authenticator apps, or ${nameOf('passkeyRelyingParty')} for passkeys.`,
  ];
}

/** Whether authenticator apps are possible: on SQLite a key is made when one is needed, on PostgreSQL it must be set (F3). */
export function hasApps({ databaseUrl, secretKey, secretKeyFile }: Partial<Settings>): boolean {
  return !databaseUrl?.startsWith('postgres') || secretKey !== '' || secretKeyFile !== '';
}

function isComplete(settings: Partial<Settings>): settings is Partial<Settings> & PasskeySettings {
  const { passkeyRelyingParty, passkeyOrigins, publicUrl, port, pagesName } = settings;
  return [passkeyRelyingParty, passkeyOrigins, publicUrl, port, pagesName].every((one) => one !== undefined);
}
