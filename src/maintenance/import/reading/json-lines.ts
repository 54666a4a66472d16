/** Reads JSON documents, one a line or as the elements of a list. */

import type { ImportFile, Place, ProblemRecord } from '../records.ts';
import { beginningOf } from './beginning.ts';
import { type Document, isDocument, parsedJson } from './documents.ts';
import { readElements } from './json-elements.ts';
import { readLines } from './lines.ts';

/** A document in a file. */
export interface PlacedDocument {
  readonly kind: 'document';
  readonly place: Place;
  readonly document: Document;
}

/** The documents of a file: one a line, or the elements of one list. */
export async function* readDocuments(file: ImportFile): AsyncGenerator<PlacedDocument | ProblemRecord> {
  const { beginning, whole } = await beginningOf(file);
  if (/^\ufeff?\s*\[/.test(beginning)) yield* readListed(whole);
  else yield* readJsonLines(whole);
}

/** The documents in a list of a file (`readElements`). */
export async function* readListed(
  file: ImportFile,
  key?: string,
): AsyncGenerator<PlacedDocument | ProblemRecord> {
  for await (const element of readElements(file, key))
    yield element.kind === 'problem' ? element : placed(file, element.line, element.value);
}

async function* readJsonLines(file: ImportFile): AsyncGenerator<PlacedDocument | ProblemRecord> {
  for await (const line of readLines(file)) {
    if (line.kind === 'problem') yield line;
    else if (line.text.trim() !== '') yield placed(file, line.number, parsedJson(line.text));
  }
}

function placed(file: ImportFile, line: number, value: unknown): PlacedDocument | ProblemRecord {
  const place = { file: file.name, line };
  if (isDocument(value)) return { kind: 'document', place, document: value };
  const message = 'It is no JSON object, or is cut off.';
  return { kind: 'problem', place, of: 'account', reason: 'broken_json', message };
}
