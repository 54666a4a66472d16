/** The doctor's checks of the key that encrypts the secrets of authenticator apps (ruling F3). */

import { statSync } from 'node:fs';
import type { SecretBox } from '../../crypto/secret-box.ts';
import { type NoKey, openSecretBox, secretKeyFile } from '../../crypto/secret-key-file.ts';
import type { Settings } from '../../settings/settings.ts';
import type { SealedCount } from '../../storage/port/port.ts';
import { type Finding, finder } from './finding.ts';

const { ok, warning, problem } = finder('key');

/** Compares the key of the settings with the secrets in the database; `undefined` if they could not be counted in time. */
export async function keyFindings(
  settings: Settings,
  sealed: readonly SealedCount[] | undefined,
): Promise<Finding[]> {
  const secrets = sum(sealed ?? []);
  const file = secretKeyFile(settings);
  const box = await openSecretBox(settings, { mayCreate: false, hasSealed: async () => secrets > 0 });
  if ('refused' in box) return [withoutKey(settings, box, secrets)];
  const place = file === undefined ? 'It is GATEHOUSE_SECRET_KEY' : `It is in ${file}`;
  const found = [
    ...(file === undefined ? [] : modeFindings(file)),
    ...(sealed === undefined
      ? [warning('The secrets that it encrypts could not be counted in time.')]
      : rotationFindings(box, sealed)),
  ];
  const used = `${place}, and encrypts ${counted(countOf(sealed, box.prefix))} of authenticator apps.`;
  return [ok(used), ...found];
}

/** Without secrets a missing key breaks nothing; a key that is there and cannot be used does. */
function withoutKey(settings: Settings, { refused, because }: NoKey, secrets: number): Finding {
  const isExpected = refused === 'missing' && secrets === 0 && settings.secretKeyFile === '';
  return isExpected ? ok(`None is needed yet. ${because}`) : problem(because);
}

function rotationFindings(box: SecretBox, sealed: readonly SealedCount[]): Finding[] {
  const { prefix, previousPrefix } = box;
  const left = countOf(sealed, previousPrefix);
  const lost = sum(sealed) - left - countOf(sealed, prefix);
  return [
    ...(left > 0
      ? [
          warning(
            `${counted(left)} left under GATEHOUSE_PREVIOUS_SECRET_KEY: keep it set until the sweep of a server has ` +
              'encrypted all of them with the new key.',
          ),
        ]
      : []),
    ...(left === 0 && lost === 0 && previousPrefix !== undefined
      ? [
          warning(
            'No secret is left under GATEHOUSE_PREVIOUS_SECRET_KEY: once all nodes have the new key, remove it.',
          ),
        ]
      : []),
    ...(lost > 0
      ? [
          problem(
            `${counted(lost)} under another key, so that the codes of these people are refused. Put that key back: as ` +
              'GATEHOUSE_SECRET_KEY, or as GATEHOUSE_PREVIOUS_SECRET_KEY if it was replaced on purpose. If it is lost, ' +
              'they sign in with a recovery code or a passkey, and enrol their app again.',
          ),
        ]
      : []),
  ];
}

/** Everyone who can read the file, and a copy of the database, can make the codes of every account. */
function modeFindings(file: string): Finding[] {
  if (process.platform === 'win32') return [];
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) === 0) return [];
  return [
    warning(
      `Others than its owner may open ${file}: it has mode ${mode.toString(8)}; chmod 600 keeps it to its owner.`,
    ),
  ];
}

function countOf(sealed: readonly SealedCount[] | undefined, prefix: string | undefined): number {
  return sum((sealed ?? []).filter((one) => one.prefix === prefix));
}

function sum(sealed: readonly SealedCount[]): number {
  return sealed.reduce((all, { count }) => all + count, 0);
}

function counted(count: number): string {
  return count === 1 ? '1 secret' : `${count} secrets`;
}
