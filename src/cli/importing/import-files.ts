/** The files of an import as arguments: paths, standard input, or the address of a database. */

import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { sentencesOf, systemCodeOf } from '../../disk-errors.ts';
import type { ImportFile } from '../../maintenance/import/records.ts';
import { databaseAddress } from '../address-arguments.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';

/** Bytes of a file that its format is told by. */
const beginningBytes = 65_536;

/** An address, or the environment variable that holds one. */
const addressForm = /^(?:env:|postgres(?:ql)?:)/;

export interface InputFiles {
  readonly files: readonly ImportFile[];
  /** Of all files together; `undefined` if that is unknown. */
  readonly bytes: number | undefined;
}

/**
 * @param signal ends waiting for standard input with its reason.
 * @throws {CommandError} if a file does not exist, or is none.
 */
export function inputFiles(names: readonly string[], signal: AbortSignal): InputFiles {
  const repeated = names.find((name, n) => names.indexOf(name) < n);
  if (repeated !== undefined) throw new CommandError(exitCodes.usage, `${repeated} is named twice.`);
  const inputs = names.map((name) => inputFile(name, signal));
  const isKnown = inputs.every(({ bytes }) => bytes !== undefined);
  return {
    files: inputs.map(({ file }) => file),
    bytes: isKnown ? inputs.reduce((all, { bytes = 0 }) => all + bytes, 0) : undefined,
  };
}

function inputFile(
  name: string,
  signal: AbortSignal,
): { readonly file: ImportFile; readonly bytes: number | undefined } {
  if (name === '-') return { file: { name, read: () => readInput(signal) }, bytes: undefined };
  if (addressForm.test(name)) return { file: database(name), bytes: undefined };
  const path = resolve(name);
  const about = statSync(path, { throwIfNoEntry: false });
  if (!about) throw new CommandError(exitCodes.notFound, `There is no file ${name}.`);
  if (about.isDirectory())
    throw new CommandError(exitCodes.usage, `${name} is a folder. Name the files in it.`);
  // A pipe has no size.
  return {
    file: { name, path, read: () => readFile(path, name) },
    bytes: about.isFile() ? about.size : undefined,
  };
}

function database(argument: string): ImportFile {
  const url = databaseAddress(argument, 'FILE');
  const shown = argument.startsWith('env:') ? argument : withoutLogin(url);
  return {
    name: shown,
    url,
    // A database has rows and no bytes: only some formats read it.
    async *read() {},
  };
}

function withoutLogin(url: string): string {
  return url.replace(/^(\w+:\/\/)[^@/]*@/, '$1').replace(/\?.*$/, '');
}

async function* readFile(path: string, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk;
  } catch (error) {
    const code = systemCodeOf(error);
    const said = code && sentencesOf(code, 'name another file');
    throw said ? new CommandError(exitCodes.failed, `Cannot read ${name}: ${said}`) : error;
  }
}

/** The other program may be silent for long: only an end of the stream ends waiting for it. */
async function* readInput(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const stop = () => process.stdin.destroy(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    for await (const chunk of process.stdin) yield chunk;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The beginning of a file, and the file with all of its bytes: standard input can be read once. */
export async function peek(
  file: ImportFile,
): Promise<{ readonly beginning: string; readonly file: ImportFile }> {
  const bytes = file.read()[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isDone = false;
  while (size < beginningBytes && !isDone) {
    const { value, done } = await bytes.next();
    isDone = done === true;
    if (isDone) continue;
    chunks.push(value);
    size += value.byteLength;
  }
  const beginning = Buffer.concat(chunks).subarray(0, beginningBytes).toString();
  if (file.path !== undefined) {
    await bytes.return?.();
    return { beginning, file };
  }
  const again = {
    ...file,
    async *read() {
      yield* chunks;
      if (!isDone) yield* { [Symbol.asyncIterator]: () => bytes };
    },
  };
  return { beginning, file: again };
}
