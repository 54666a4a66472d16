/** Focusreader: the collections of its users and sessions, as `mongoexport` writes them. */

import { readHash } from '../../../crypto/hashes/read-hash.ts';
import { field } from '../reading/documents.ts';
import { type PlacedDocument, readDocuments } from '../reading/json-lines.ts';
import { accountRecords, problemOf, sessionRecord, textOf } from '../reading/made-records.ts';
import type { FormatOptions, ImportFile, ImportFormat, ImportRecord } from '../records.ts';

export const focusreader: ImportFormat = {
  name: 'focusreader',
  summary: 'mongoexport of its collections of users and sessions (JSON lines)',
  leavesOut: [
    'Instants: its documents have none, so that accounts and sessions begin with the import.',
    'Its log of requests, which may hold passwords: never export it.',
  ],
  contract: 'envelope',
  recognises: (beginning) =>
    /"_id"\s*:/.test(beginning) &&
    !/"tenant"\s*:/.test(beginning) &&
    (/"passwordHash"\s*:/.test(beginning) ||
      /^\s*\[?\s*\{\s*"_id"\s*:[^{}]*(?:\{[^{}]*\}[^{}]*)?,\s*"user"\s*:/.test(beginning)),
  async *read(files, options) {
    for (const file of files) yield* readFile(file, options);
  },
};

async function* readFile(file: ImportFile, options: FormatOptions): AsyncGenerator<ImportRecord> {
  for await (const item of readDocuments(file)) {
    if (item.kind === 'problem') yield item;
    else yield* recordsOf(item, options);
  }
}

function* recordsOf({ place, document }: PlacedDocument, options: FormatOptions): Generator<ImportRecord> {
  const id = field(document, '_id');
  const hash = textOf(field(document, 'passwordHash'));
  if (Object.hasOwn(document, 'username') && Object.hasOwn(document, 'passwordHash')) {
    const identifiers = [field(document, 'username')];
    yield* accountRecords(
      place,
      { userId: id, identifiers, hash: hash === undefined ? undefined : readHash(hash) },
      options,
    );
  } else if (Object.hasOwn(document, 'user') && !Object.hasOwn(document, 'username'))
    yield sessionRecord(place, { userId: field(document, 'user'), id });
  else {
    const message =
      'It is neither a user nor a session. Export only these two collections: others may hold passwords.';
    yield problemOf(place, 'account', 'unknown_document', message);
  }
}
