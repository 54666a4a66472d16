/** Finds the format of the files of an import: the one that is named, if the files look like it, or the one they look like. */

import { formatNames, loadFormat, recognised } from '../../maintenance/import/format-registry.ts';
import type { ImportFile, ImportFormat } from '../../maintenance/import/records.ts';
import { closest } from '../../settings/did-you-mean.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { peek } from './import-files.ts';

const { refused, usage } = exitCodes;

/** @throws {CommandError} if there is no such format, if the files look like another one, or like none. */
export async function findFormat(
  name: string | undefined,
  files: readonly ImportFile[],
): Promise<{ readonly format: ImportFormat; readonly files: readonly ImportFile[] }> {
  const named = name === undefined ? undefined : await namedFormat(name);
  const looked: ImportFile[] = [];
  let alike: readonly ImportFormat[] | undefined;
  for (const file of files) {
    if (file.url !== undefined) {
      looked.push(file);
      continue;
    }
    const { beginning, file: whole } = await peek(file);
    looked.push(whole);
    if (beginning === '') continue;
    const formats = await recognised(beginning, file.name);
    if (named) assertLikely(named, formats, file);
    // Several files of one system may look like different formats.
    alike = alike?.filter(({ name }) => formats.some((one) => one.name === name)) ?? formats;
  }
  const isEmpty = alike === undefined && files.every(({ url }) => url === undefined);
  if (isEmpty)
    throw new CommandError(refused, `${namesOf(files)} ${files.length === 1 ? 'is' : 'are'} empty.`);
  return { format: named ?? only(alike, files), files: looked };
}

async function namedFormat(name: string): Promise<ImportFormat> {
  if (formatNames.includes(name)) return loadFormat(name);
  const meant = closest(name, formatNames);
  const advice = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new CommandError(usage, `There is no format ${JSON.stringify(name)}.${advice} ${listed}`);
}

const listed = `Formats: ${formatNames.join(', ')}.`;

function assertLikely(named: ImportFormat, formats: readonly ImportFormat[], { name }: ImportFile): void {
  if (named.isGeneric || formats.length === 0 || formats.some((format) => format.name === named.name)) return;
  const looks = formats.map((format) => `--from ${format.name}`).join(' or ');
  throw new CommandError(
    refused,
    `${name} does not look like ${named.name}. It looks like ${looks}. Nothing was changed.`,
  );
}

function only(alike: readonly ImportFormat[] | undefined, files: readonly ImportFile[]): ImportFormat {
  const [format, ...others] = alike ?? [];
  if (format && others.length === 0) return format;
  const which = format
    ? `looks like several formats: ${alike?.map(({ name }) => name).join(', ')}.`
    : `looks like no format that is known. ${listed}`;
  throw new CommandError(usage, `${namesOf(files)} ${which} Name one with --from.`);
}

function namesOf(files: readonly ImportFile[]): string {
  return files.map(({ name }) => name).join(', ');
}
