/** Finds the key that encrypts secrets: in the settings, in their file, or in a file beside the database (ruling F3). */

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sentencesOf, systemCodeOf } from '../disk-errors.ts';
import { secretKeyBytes, secretKeyForm, secretKeyOf } from '../settings/factors/secret-keys.ts';
import { databaseFile, isFile, type Settings } from '../settings/settings.ts';
import { newHandle } from './ids.ts';
import { SecretBox } from './secret-box.ts';

export type KeySettings = Pick<Settings, 'databaseUrl' | 'secretKey' | 'secretKeyFile' | 'previousSecretKey'>;

/** Why there is no key. `because` is for the operator, in sentences without any part of a key. */
export interface NoKey {
  readonly refused: 'missing' | 'unreadable' | 'malformed';
  readonly because: string;
}

/** What the key is needed for. */
export interface KeyNeed {
  /** Whether a key may be made beside a SQLite file, for the first secret. */
  readonly mayCreate: boolean;
  /** Whether the database has encrypted secrets; asked only if the file beside it is missing. */
  readonly hasSealed: () => Promise<boolean>;
}

/** A longer file holds no key, in bytes. */
const maxFileBytes = 4_096;

/**
 * Opens the box with the key of the settings, and with the previous one if there is one. On SQLite without a key in the
 * settings the key is in a file beside the database, which is made on the first need for it: complete and durable under its
 * name, and by one of several processes. It is never made anew where the database has secrets, because no other key opens
 * them. A refusal may end without a restart: ask again.
 */
export async function openSecretBox(settings: KeySettings, need: KeyNeed): Promise<SecretBox | NoKey> {
  const key = await findKey(settings, need);
  if ('refused' in key) return key;
  return new SecretBox(key, secretKeyOf(settings.previousSecretKey));
}

/** The file that holds the key, whether it exists or not; `undefined` if the key is a setting, or there is no place for one. */
export function secretKeyFile({ secretKey, secretKeyFile, databaseUrl }: KeySettings): string | undefined {
  if (secretKey !== '') return undefined;
  if (secretKeyFile !== '') return resolve(secretKeyFile);
  return isFile({ databaseUrl }) ? `${resolve(databaseFile({ databaseUrl }))}.key` : undefined;
}

/** What is wrong with the file that the settings name for the key; empty if nothing is, or none is named. */
export function secretKeyFileProblems(settings: KeySettings): string[] {
  if (settings.secretKeyFile === '') return [];
  const key = configuredFileKey(resolve(settings.secretKeyFile));
  if ('refused' in key) return [key.because];
  const previous = secretKeyOf(settings.previousSecretKey);
  return previous && Buffer.compare(previous, key) === 0
    ? ['GATEHOUSE_PREVIOUS_SECRET_KEY is the same key as that in GATEHOUSE_SECRET_KEY_FILE: leave it unset.']
    : [];
}

/**
 * The key of the settings and the one before it, for what must not be made with a key that only this node has.
 *
 * @returns why there is none, if neither the key nor its file is set, or the file has none.
 */
export function configuredKeys(
  settings: KeySettings,
): { readonly current: Uint8Array; readonly previous: Uint8Array | undefined } | NoKey {
  const set = secretKeyOf(settings.secretKey);
  const current = set ?? configuredFileKey(resolve(settings.secretKeyFile));
  return 'refused' in current ? current : { current, previous: secretKeyOf(settings.previousSecretKey) };
}

async function findKey(settings: KeySettings, need: KeyNeed): Promise<Uint8Array | NoKey> {
  const configured = secretKeyOf(settings.secretKey);
  if (configured) return configured;
  const file = secretKeyFile(settings);
  if (file === undefined) {
    return {
      refused: 'missing',
      because:
        'GATEHOUSE_SECRET_KEY is not set, and PostgreSQL needs one for authenticator apps: make a key with ' +
        '`openssl rand -base64 32`, and give the same one to all nodes.',
    };
  }
  return settings.secretKeyFile === '' ? keyBesideDatabase(file, need) : configuredFileKey(file);
}

function configuredFileKey(file: string): Uint8Array | NoKey {
  const key = readKey(file);
  if (key) return key;
  return { refused: 'missing', because: `GATEHOUSE_SECRET_KEY_FILE names ${file}, which does not exist.` };
}

async function keyBesideDatabase(file: string, need: KeyNeed): Promise<Uint8Array | NoKey> {
  const found = readKey(file);
  if (found) return found;
  if (await need.hasSealed()) {
    return {
      refused: 'missing',
      because:
        `${file} is missing, and the secrets of authenticator apps in the database are encrypted with the key in it. ` +
        'Put the file back, or set GATEHOUSE_SECRET_KEY to its content. Until then recovery codes and passkeys go on working.',
    };
  }
  if (!need.mayCreate) {
    return { refused: 'missing', because: `${file} is made when the first authenticator app is enrolled.` };
  }
  try {
    createKeyFile(file);
  } catch (error) {
    return notUsable('write', file, error);
  }
  return readKey(file) ?? { refused: 'missing', because: `${file} leads nowhere: correct the link.` };
}

/** The key in a file; `undefined` if there is no such file. */
function readKey(file: string): Uint8Array | NoKey | undefined {
  try {
    // A pipe has its content once only, and may never have any.
    if (!statSync(file).isFile()) return { refused: 'unreadable', because: `${file} is not a file.` };
    const key = secretKeyOf(contentOf(file).trim());
    return (
      key ?? { refused: 'malformed', because: `${file} does not hold a key: it must be ${secretKeyForm}.` }
    );
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : notUsable('read', file, error);
  }
}

function contentOf(file: string): string {
  const handle = openSync(file, 'r');
  try {
    const content = Buffer.alloc(maxFileBytes);
    return content.toString('latin1', 0, readSync(handle, content));
  } finally {
    closeSync(handle);
  }
}

function notUsable(action: 'read' | 'write', file: string, error: unknown): NoKey {
  const code = systemCodeOf(error);
  if (code === undefined) throw error;
  return {
    refused: 'unreadable',
    because: `Cannot ${action} ${file}: ${sentencesOf(code, 'set GATEHOUSE_SECRET_KEY')}`,
  };
}

/** Makes a key that only its owner can read; does nothing if another process was faster. */
function createKeyFile(file: string): void {
  // No process may read a file that is not complete, so it gets its name at the end.
  const draft = `${file}.new-${newHandle()}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    try {
      writeSync(handle, `${randomBytes(secretKeyBytes).toString('base64')}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    linkUnlessTaken(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(file));
}

function linkUnlessTaken(draft: string, name: string): void {
  try {
    linkSync(draft, name);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** A new name is durable when its folder is. Windows does this by itself, and cannot open folders. */
function syncFolder(folder: string): void {
  let handle: number;
  try {
    handle = openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
