/** Reads secret settings from the files that `…_FILE` variables name, and reports files that others can read. */

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { platform } from 'node:os';
import type { Environment } from '../link-variables.ts';
import { table } from '../option-table.ts';

/** A secret setting, and the variable that names its file. */
interface SecretFile {
  readonly env: string;
  readonly fileEnv: string;
}

/** The value of a setting, and its name in messages; or what is wrong, in a sentence without any part of a value. */
export type Written = { readonly text: string; readonly name: string } | { readonly problem: string };

/** A longer file holds no setting, in bytes. */
const maxFileBytes = 16_384;

/** The permission of all other users to read, as in `chmod o+r`. */
const readableByOthers = 0o004;

const settings = Object.values(table);
const names = settings.map(({ env }) => env);

/** The variable for the file of each secret setting. A setting that is a path itself has no such variable. */
const ofEach: readonly SecretFile[] = settings
  .filter(({ secret, env }) => secret && !env.endsWith('_FILE'))
  .map(({ env }) => ({ env, fileEnv: `${env}_FILE` }));

/** Those that are read here: a file that is a setting of its own is read by what needs it. */
const readHere = new Map(
  ofEach.filter(({ fileEnv }) => !names.includes(fileEnv)).map(({ env, fileEnv }) => [env, fileEnv]),
);

/** The names of the variables that are no settings, but name the file of one. */
export const secretFileNames: readonly string[] = [...readHere.values()];

/**
 * The text of a setting in an environment, or in the file that the environment names for it; empty if it is unset. One
 * line break at the end of a file is dropped. A path is never repeated, because the secret may have been given in its place.
 *
 * @param fileEnv the variable that names the file; that of the setting by default, if it is a secret.
 */
export function writtenValue(env: Environment, name: string, fileEnv = readHere.get(name)): Written {
  const text = env[name]?.trim() ?? '';
  const path = fileEnv === undefined ? '' : (env[fileEnv]?.trim() ?? '');
  if (fileEnv === undefined || path === '') return { text, name };
  if (text !== '') return { problem: `${name} and ${fileEnv} are both set: give one of them.` };
  if (path.includes('://'))
    return { problem: `${fileEnv} has no path: an address itself is given as ${name}.` };
  const content = contentOf(path);
  if ('problem' in content) return { problem: `${fileEnv} names ${content.problem}.` };
  return { text: content.text, name: `The file that ${fileEnv} names` };
}

/** Sentences about files of secrets that every user of this machine can read. */
export function secretFileRemarks(env: Environment): string[] {
  // Windows has no such permission, and every file looks as if all could read it.
  if (platform() === 'win32') return [];
  return ofEach
    .map(({ fileEnv }) => fileEnv)
    .filter((fileEnv) => isOpenToOthers(env[fileEnv]?.trim() ?? ''))
    .map(
      (fileEnv) =>
        `Every user of this machine can read the file that ${fileEnv} names: chmod 600 keeps it to its owner.`,
    );
}

function isOpenToOthers(path: string): boolean {
  if (path === '') return false;
  try {
    return (statSync(path).mode & readableByOthers) !== 0;
  } catch {
    // What reads the file says why it cannot.
    return false;
  }
}

function contentOf(path: string): { readonly text: string } | { readonly problem: string } {
  if (path.includes('\0')) return { problem: 'no possible path' };
  try {
    const found = statSync(path);
    if (found.isDirectory()) return { problem: 'a folder, not a file' };
    // A pipe has its content once only, and each worker reads it; it may never have any.
    if (!found.isFile()) return { problem: 'what is not a file, such as a pipe' };
    return textOf(bytesOf(path));
  } catch (error) {
    return { problem: reasonOf((error as NodeJS.ErrnoException).code, error) };
  }
}

function textOf(bytes: Uint8Array): { readonly text: string } | { readonly problem: string } {
  if (bytes.length > maxFileBytes) return { problem: `a file of more than ${maxFileBytes} bytes` };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    return { problem: 'a file that is not UTF-8 text' };
  }
  if (/[\r\n]/.test(text)) return { problem: 'a file of more than one line' };
  return text.trim() === '' ? { problem: 'an empty file' } : { text: text.trim() };
}

/** The content, or one byte more than the limit. */
function bytesOf(path: string): Uint8Array {
  const handle = openSync(path, 'r');
  try {
    const content = Buffer.alloc(maxFileBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < content.length; length += read)
      read = readSync(handle, content, length, content.length - length, null);
    return content.subarray(0, length);
  } finally {
    closeSync(handle);
  }
}

function reasonOf(code: string | undefined, error: unknown): string {
  if (code === undefined) throw error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'a file that does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'a file that this user may not read';
  return `a file that cannot be read (${code})`;
}
