/** Auth0: the export of password hashes by its support, exports of users, and files for its bulk import. */

import { type ReadHash, readHash } from '../../../crypto/hashes/read-hash.ts';
import type { KeptRows } from '../../../storage/port/imports.ts';
import { openKeptRows } from '../reading/databases.ts';
import { type Document, documentIn, field, flag, isDocument, list } from '../reading/documents.ts';
import { type PlacedDocument, readDocuments } from '../reading/json-lines.ts';
import { accountRecords, problemOf, textOf } from '../reading/made-records.ts';
import type { FormatOptions, ImportFile, ImportFormat, ImportRecord } from '../records.ts';
import { customHash } from './auth0-hashes.ts';

export const auth0: ImportFormat = {
  name: 'auth0',
  summary:
    'the export of hashes and MFA secrets by Auth0 (JSON lines), together with a users export or alone',
  leavesOut: [
    'Sessions: Auth0 exports none.',
    'Second factors other than authenticator apps. Accounts with no other factor are only imported with `--parameter secondFactors=leave`.',
    'Logins with other providers, roles, organisations, permissions and metadata.',
  ],
  recognises: (beginning) =>
    (/"_id"\s*:\s*\{\s*"\$oid"/i.test(beginning) && /"(?:tenant|connection)"\s*:/.test(beginning)) ||
    /"(?:custom_password_hash|otp_secret)"\s*:/.test(beginning) ||
    /"user_id"\s*:\s*"(?:auth0|google-oauth2)\|/.test(beginning),
  read: readAuth0,
};

/**
 * The files describe one user in several documents: with its hash, with its profile, with its secret. They are put together
 * by the id.
 */
async function* readAuth0(
  files: readonly ImportFile[],
  options: FormatOptions,
): AsyncGenerator<ImportRecord> {
  using kept = await openKeptRows();
  for (const file of files)
    for await (const item of readDocuments(file)) {
      const problem = item.kind === 'problem' ? item : keep(item, kept);
      if (problem) yield problem;
    }
  for (const { key, value } of kept.each('user')) {
    const { place, document }: PlacedDocument = JSON.parse(value);
    const second = kept.get('second', key);
    const other: Document = second === undefined ? {} : JSON.parse(second).document;
    yield* recordsOf(key, { kind: 'document', place, document: { ...other, ...document } }, kept, options);
  }
}

/** Keeps a document under the id of its user; a problem if that cannot be done. */
function keep(item: PlacedDocument, kept: KeptRows): ImportRecord | undefined {
  const { document, place } = item;
  const id = userIdOf(document);
  if (id === undefined) return problemOf(place, 'account', 'no_id', 'The account has no user id.');
  const secret = textOf(field(document, 'otp_secret'));
  if (secret !== undefined) {
    kept.put('totp', id, secret);
    return undefined;
  }
  // The export of recovery codes: they are of no use without what they recover.
  if (Object.hasOwn(document, 'recovery_code')) return undefined;
  const text = JSON.stringify(item);
  if (kept.put('user', id, text) || kept.put('second', id, text)) return undefined;
  return problemOf(place, 'account', 'repeated_id', 'Two earlier documents have the same user id.');
}

/** As in tokens: the strategy, a bar, and the id in the database, which an application may have chosen itself. */
function userIdOf(document: Document): string | undefined {
  const id =
    textOf(field(document, 'user_id')) ??
    textOf(field(document, 'alt_id')) ??
    textOf(field(document, '_id')) ??
    textOf(field(document, '_ID')) ??
    textOf(field(document, 'Id'));
  return id === undefined || id.includes('|') ? id : `auth0|${id}`;
}

function* recordsOf(
  userId: string,
  { document, place }: PlacedDocument,
  kept: KeptRows,
  options: FormatOptions,
): Generator<ImportRecord> {
  const [username, email] = [field(document, 'username'), field(document, 'email')];
  const totpSecret = kept.get('totp', userId) ?? factorSecret(document);
  yield* accountRecords(
    place,
    {
      userId,
      identifiers: options.identifier === 'username' ? [username, email] : [email, username],
      email,
      isEmailVerified: flag(document, 'email_verified'),
      createdAt: field(document, 'created_at'),
      disabledAt: flag(document, 'blocked') ? 'now' : undefined,
      hash: hashOf(document),
      totpSecret,
      lostFactor:
        totpSecret === undefined && hasFactor(document)
          ? 'Its second factor is no authenticator app, or its secret is in none of the files.'
          : undefined,
    },
    options,
  );
}

function hashOf(document: Document): ReadHash | undefined {
  const text = textOf(field(document, 'passwordHash')) ?? textOf(field(document, 'password_hash'));
  if (text !== undefined) return readHash(text);
  const custom = documentIn(document, 'custom_password_hash');
  return custom && customHash(custom);
}

function hasFactor(document: Document): boolean {
  return list(document, 'multifactor').length > 0 || list(document, 'mfa_factors').length > 0;
}

/** The secret in a file for the bulk import. */
function factorSecret(document: Document): string | undefined {
  const factor = list(document, 'mfa_factors').find((item) => isDocument(item) && documentIn(item, 'totp'));
  return isDocument(factor)
    ? textOf(field(documentIn(factor, 'totp'), 'secret'))?.replace(/=+$/, '')
    : undefined;
}
