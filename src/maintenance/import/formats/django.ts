/** Django: the users of `manage.py dumpdata`, with authenticator apps of django-otp and django-allauth. */

import { readHash } from '../../../crypto/hashes/read-hash.ts';
import type { KeptRows } from '../../../storage/port/imports.ts';
import { base32Of, hexBytes } from '../reading/base64.ts';
import { openKeptRows } from '../reading/databases.ts';
import { type Document, documentIn, field, flag, parsedDocument } from '../reading/documents.ts';
import { type PlacedDocument, readDocuments } from '../reading/json-lines.ts';
import { accountRecords, problemOf, type ReadAccount, textOf, type Value } from '../reading/made-records.ts';
import { shown } from '../reading/table-rows.ts';
import type { FormatOptions, ImportFile, ImportFormat, ImportRecord, Place } from '../records.ts';

export const django: ImportFormat = {
  name: 'django',
  summary: 'JSON of `manage.py dumpdata`: auth.user, or a model of your own with its fields',
  leavesOut: [
    'Sessions: Django signs what is in them, and a session that ended with a change of the password looks like any other.',
    'Whether an address is verified: Django itself does not keep it.',
    'Second factors other than authenticator apps with six digits and 30 seconds. Accounts with no other factor are only imported with `--parameter secondFactors=leave`.',
    'Groups, permissions, and logins with other providers.',
  ],
  recognises: (beginning) => /"model"\s*:\s*"\w+\.\w+"/.test(beginning) && /"fields"\s*:/.test(beginning),
  read: readDjango,
};

type KeptUser = ReadAccount & { readonly place: Place; readonly password: string };

async function* readDjango(
  files: readonly ImportFile[],
  options: FormatOptions,
): AsyncGenerator<ImportRecord> {
  using kept = await openKeptRows();
  const users = new UserModel(options.parameters?.['model']);
  let found = 0;
  for (const file of files)
    for await (const item of readDocuments(file)) {
      if (item.kind === 'problem') yield item;
      else if (users.is(item)) {
        found += 1;
        if (!kept.put('user', keyOf(item), JSON.stringify(userOf(item, options))))
          yield problemOf(item.place, 'account', 'repeated_id', 'An earlier user has the same id.');
      } else if (users.isOther(item)) yield users.refused(item);
      else keepFactor(item, kept);
    }
  const [first] = files;
  if (found === 0 && first !== undefined)
    yield problemOf(
      { file: first.name, line: 1 },
      'file',
      'no_users',
      'No model with the fields of a user is in the files.',
    );
  for (const { key, value } of kept.each('user')) {
    const { place, password, ...user }: KeptUser = JSON.parse(value);
    const totpSecret = kept.get('totp', key);
    const isLost = totpSecret === undefined && kept.get('other', key) !== undefined;
    // A password that Django marks as unusable.
    const hash = password === '' || password.startsWith('!') ? undefined : readHash(password);
    const lostFactor = isLost
      ? 'Its second factor is no authenticator app with six digits and 30 seconds.'
      : undefined;
    yield* accountRecords(place, { ...user, hash, totpSecret, lostFactor }, options);
  }
}

/** Tells users by their fields: every model that is one has those of `AbstractBaseUser`. */
class UserModel {
  #name: string | undefined;

  constructor(name: string | undefined) {
    this.#name = name?.toLowerCase();
  }

  is({ document }: PlacedDocument): boolean {
    const model = modelOf(document);
    if (this.#name === undefined && hasUserFields(document)) this.#name = model;
    return model === this.#name;
  }

  /** A second model of users: their ids may be those of others. */
  isOther({ document }: PlacedDocument): boolean {
    return hasUserFields(document);
  }

  refused({ document, place }: PlacedDocument): ImportRecord {
    const message = `It is of the model ${shown(modelOf(document))}; users are ${shown(this.#name ?? '')}, or --parameter model=….`;
    return problemOf(place, 'account', 'other_model', message);
  }
}

function modelOf(document: Document): string {
  return String(field(document, 'model') ?? '').toLowerCase();
}

function hasUserFields(document: Document): boolean {
  const fields = documentIn(document, 'fields') ?? {};
  return Object.hasOwn(fields, 'password') && Object.hasOwn(fields, 'last_login');
}

function keyOf({ document }: PlacedDocument): string {
  return textOf(field(document, 'pk')) ?? '';
}

function userOf({ document, place }: PlacedDocument, { identifier }: FormatOptions): KeptUser {
  const fields = documentIn(document, 'fields') ?? {};
  const [username, email] = [field(fields, 'username'), field(fields, 'email')];
  return {
    place,
    userId: field(document, 'pk'),
    identifiers: identifier === 'email' ? [email, username] : [username, email],
    email,
    createdAt: field(fields, 'date_joined'),
    disabledAt: flag(fields, 'is_active') === false ? 'now' : undefined,
    password: textOf(field(fields, 'password')) ?? '',
  };
}

/** django-otp has a model for each kind of device, django-allauth one for all. */
function keepFactor({ document }: PlacedDocument, kept: KeptRows): void {
  const model = modelOf(document);
  const fields = documentIn(document, 'fields') ?? {};
  const user = textOf(field(fields, 'user'));
  if (user === undefined) return;
  const isDevice = /^otp_(?!static)\w+\.\w+device$/.test(model) && flag(fields, 'confirmed') === true;
  const type = model === 'mfa.authenticator' ? field(fields, 'type') : undefined;
  const secret =
    model === 'otp_totp.totpdevice' ? otpSecret(fields) : type === 'totp' ? allauthSecret(fields) : undefined;
  if (isDevice || type === 'totp') kept.put(secret === undefined ? 'other' : 'totp', user, secret ?? '');
}

function otpSecret(fields: Document): string | undefined {
  const key = hexBytes(textOf(field(fields, 'key')) ?? '');
  const isUsual = field(fields, 'digits') === 6 && field(fields, 'step') === 30 && field(fields, 't0') === 0;
  return isUsual && key ? base32Of(key) : undefined;
}

/** Plain, unless the application encrypts it. */
function allauthSecret(fields: Document): string | undefined {
  const secret: Value = field(parsedDocument(fields['data']), 'secret');
  return /^[A-Z2-7]{16,}=*$/.test(String(secret)) ? String(secret).replace(/=+$/, '') : undefined;
}
