/** The records of a format, short enough to be compared. */

import { hash } from 'node:crypto';
import type {
  FormatOptions,
  ImportFile,
  ImportFormat,
  ImportRecord,
} from '../../../../src/maintenance/import/records.ts';
import { fileOf } from '../reading/files.ts';

/** A hash of bcrypt, of no known password. */
export const bcrypt = `$2b$10$${'abcdefghijklmnopqrstu.'}${'x'.repeat(30)}u`;

export const idHash = (id: string) => hash('sha256', id);

/** The records with their place in one word, and without fields that are not there. */
export async function records(
  format: ImportFormat,
  files: readonly ImportFile[],
  options: FormatOptions = {},
): Promise<Record<string, unknown>[]> {
  const list: Record<string, unknown>[] = [];
  for await (const record of format.read(files, options)) list.push(shortened(record));
  return list;
}

function shortened({ place, ...record }: ImportRecord): Record<string, unknown> {
  const at = `${place.file}:${place.line}`;
  const entries = Object.entries({ ...record, at });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** So many bytes, in base64. */
export const base64 = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');

/** A secret of an authenticator app. */
export const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** What comes out of one document of JSON, or of a text. */
export function readDocument(format: ImportFormat, document: unknown, options: FormatOptions = {}) {
  const text = typeof document === 'string' ? document : JSON.stringify(document, null, 2);
  return records(format, [fileOf(text, 'f')], options);
}
