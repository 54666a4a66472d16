/** Notes about the key of second factors, which no copy of a database holds (ruling F3). */

import { secretKeyFile } from '../crypto/secret-key-file.ts';
import { databaseFile, isFile, type Settings } from '../settings/settings.ts';

/** What to keep beside a backup that holds encrypted secrets. */
export function keyOfBackup(settings: Settings): string {
  return (
    `The key that encrypts the secrets of authenticator apps is not in the backup: keep ${placeOf(settings)} too, ` +
    'and not in the same place.'
  );
}

/** What a restored database with encrypted secrets needs. */
export function keyOfRestored(settings: Settings): string {
  return (
    `Its secrets of authenticator apps need the key of the time of the backup, as ${placeOf(settings)}: ` +
    '`gatehouse doctor` says whether it fits.'
  );
}

/** What a moved database with encrypted secrets needs. The settings of its server are not known. */
export function keyOfMoved(from: string): string {
  const settings = { databaseUrl: from };
  const file = isFile(settings) ? `, or if it had none, to the content of ${databaseFile(settings)}.key` : '';
  return (
    'The key that encrypts the secrets of authenticator apps was not moved: set GATEHOUSE_SECRET_KEY to that of the ' +
    `old server${file}.`
  );
}

function placeOf(settings: Settings): string {
  return secretKeyFile(settings) ?? 'the value of GATEHOUSE_SECRET_KEY';
}
