/** The options of the table for second factors: the key of their secrets, the policy, and passkeys (rulings F3, F6, F7). */

import { isDomain, meantDomain } from '../factors/domain-names.ts';
import { secretKeyForm, secretKeyOf } from '../factors/secret-keys.ts';
import { isOrigin, originHint } from '../origins.ts';
import type { SettingRows } from '../setting.ts';
import { choice, hintsOf, listOf } from '../value-parsers.ts';

/** In the order of the documentation. */
export const factorOptions = {
  secondFactor: {
    env: 'GATEHOUSE_SECOND_FACTOR',
    default: 'optional',
    ...choice('optional', 'required'),
    meaning:
      'Whether people may have a second factor (`optional`), or must: with `required`, a person without one can only enrol one after the password.',
  },
  /** In the notation in which it was given; empty if it is unset. */
  secretKey: {
    env: 'GATEHOUSE_SECRET_KEY',
    default: '',
    expects: secretKeyForm,
    meaning:
      'The key that encrypts the secrets of authenticator apps, the same on all nodes. Unset: on SQLite the first enrolment makes a key in a file beside the database, on PostgreSQL there are no authenticator apps.',
    secret: true,
    read: key,
  },
  /** Empty if it is unset. It is secret because a key may be given in its place. */
  secretKeyFile: {
    env: 'GATEHOUSE_SECRET_KEY_FILE',
    default: '',
    expects: 'the path of a file that holds the key',
    meaning: 'The file that holds the key, in place of `GATEHOUSE_SECRET_KEY`. It is read at the start.',
    secret: true,
    read: keyFile,
    hint: (text) =>
      secretKeyOf(text) === undefined
        ? ''
        : 'A key itself is given as GATEHOUSE_SECRET_KEY, not as its file.',
  },
  /** Empty if it is unset. */
  previousSecretKey: {
    env: 'GATEHOUSE_PREVIOUS_SECRET_KEY',
    default: '',
    expects: secretKeyForm,
    meaning:
      'The key before this one, while keys are changed: secrets that it encrypted can be read, and are encrypted with the new key.',
    secret: true,
    read: key,
  },
  /** In lower case; empty if it is unset. */
  passkeyRelyingParty: {
    env: 'GATEHOUSE_PASSKEY_RP_ID',
    default: '',
    expects: 'a host name such as `example.com`, without scheme and port, and not an IP address',
    meaning:
      'The host name that passkeys belong to, with all hosts below it. After a change no passkey works any more. Unset: the host of `GATEHOUSE_PUBLIC_URL`, or `localhost` on this machine.',
    read: (text) => (text === '' || isDomain(text.toLowerCase()) ? text.toLowerCase() : undefined),
    hint: (text) => {
      const meant = meantDomain(text);
      return meant === undefined ? '' : `Did you mean ${meant}?`;
    },
  },
  passkeyOrigins: {
    env: 'GATEHOUSE_PASSKEY_ORIGINS',
    default: '',
    expects:
      'origins such as `https://login.example.com`, exactly as browsers write them, separated by commas',
    meaning:
      'The origins whose pages may use passkeys, each of the host `GATEHOUSE_PASSKEY_RP_ID` or one below it. Unset: the origin of `GATEHOUSE_PUBLIC_URL`, or `http://localhost` at `PORT`.',
    read: listOf((text) => (/^https?:/.test(text) && isOrigin(text) ? text : undefined)),
    hint: hintsOf(originHint),
  },
} satisfies SettingRows;

/** A key, unchanged; an empty text stays empty. */
function key(text: string): string | undefined {
  return text === '' || secretKeyOf(text) !== undefined ? text : undefined;
}

/** A path, unchanged. A key would be repeated in the error of a file that is missing; absolute paths are no keys. */
function keyFile(text: string): string | undefined {
  const isKey = !/^[./]/.test(text) && secretKeyOf(text) !== undefined;
  return isKey || text.includes('\0') ? undefined : text;
}
