/** Firebase Authentication: the JSON document of `firebase auth:export`. */

import { type FirebaseProject, firebaseScryptHash, type ReadHash } from '../../../crypto/hashes/read-hash.ts';
import { bytesIn } from '../reading/base64.ts';
import { type Document, documentIn, field, flag, list } from '../reading/documents.ts';
import { readListed } from '../reading/json-lines.ts';
import { accountRecords, malformedHash, problemOf, textOf } from '../reading/made-records.ts';
import type { FormatOptions, ImportFile, ImportFormat, ImportRecord } from '../records.ts';

/** What a server gives for a hash if the role of the export may not see it: the word REDACTED in base64. */
const redacted = 'UkVEQUNURUQ=';

export const firebase: ImportFormat = {
  name: 'firebase',
  summary: 'JSON of `firebase auth:export`, with the parameters of the project',
  leavesOut: [
    'Sessions: clients hold refresh tokens, which only Firebase redeems.',
    'Logins by phone number, by link and with other providers, anonymous users, and custom claims.',
    'Second factors, which the export leaves out itself: nothing tells who has one.',
    'Hashes that were imported into Firebase and never used there: the export leaves them out.',
  ],
  recognises: (beginning) =>
    /^\ufeff?\s*\{\s*"users"\s*:\s*\[/.test(beginning) && /"localId"\s*:/.test(beginning),
  async *read(files, options) {
    for (const file of files) yield* readFile(file, options);
  },
};

async function* readFile(file: ImportFile, options: FormatOptions): AsyncGenerator<ImportRecord> {
  const project = projectOf(options);
  if (typeof project === 'string')
    return yield problemOf({ file: file.name, line: 1 }, 'file', 'parameters', project);
  for await (const item of readListed(file, 'users')) {
    if (item.kind === 'problem') {
      yield item;
      continue;
    }
    const { document, place } = item;
    const email = field(document, 'email');
    yield* accountRecords(
      place,
      {
        userId: field(document, 'localId'),
        identifiers: [email],
        email,
        isEmailVerified: flag(document, 'emailVerified'),
        createdAt: field(document, 'createdAt'),
        disabledAt: flag(document, 'disabled') ? 'now' : undefined,
        hash: hashOf(document, project),
        lostFactor: hasFactor(document)
          ? 'Its second factor is a phone number or an app that cannot come over.'
          : undefined,
      },
      options,
    );
  }
}

/** Some tools add what `auth:export` leaves out. */
function hasFactor(document: Document): boolean {
  return (
    list(document, 'mfaInfo').length > 0 ||
    list(documentIn(document, 'multiFactor'), 'enrolledFactors').length > 0
  );
}

function hashOf(document: Document, project: FirebaseProject): ReadHash | undefined {
  const [hash, salt] = [textOf(field(document, 'passwordHash')), textOf(field(document, 'salt'))];
  if (hash === undefined) return undefined;
  if (hash === redacted)
    return malformedHash(
      'The hash is redacted: export with a role that has firebaseauth.configs.getHashConfig.',
    );
  const [hashBytes, saltBytes] = [bytesIn(hash), bytesIn(salt ?? '')];
  if (!hashBytes || !saltBytes) return malformedHash('The hash or its salt is not in base64.');
  return firebaseScryptHash(project, saltBytes, hashBytes);
}

/** The parameters of the project, or what is wrong with them. */
function projectOf({ parameters = {} }: FormatOptions): FirebaseProject | string {
  const { signerKey = '', saltSeparator = 'Bw==', rounds = '8', memCost = '14' } = parameters;
  const [key, separator] = [bytesIn(signerKey), bytesIn(saltSeparator)];
  if (signerKey === '')
    return 'The hashes need the parameters of the project: --parameter signerKey=… (base64_signer_key in the console).';
  if (!key || !separator) return 'The parameters signerKey and saltSeparator are in base64.';
  if (!/^\d{1,2}$/.test(rounds) || !/^\d{1,2}$/.test(memCost))
    return 'The parameters rounds and memCost are numbers below 100.';
  return { signerKey: key, saltSeparator: separator, rounds: Number(rounds), memCost: Number(memCost) };
}
