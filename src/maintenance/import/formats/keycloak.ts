/** Keycloak: the users of a realm export. */

import { argon2Hash, pbkdf2Hash, type ReadHash, readHash } from '../../../crypto/hashes/read-hash.ts';
import { base32Of, bytesIn } from '../reading/base64.ts';
import { type Document, field, flag, isDocument, list, parsedDocument } from '../reading/documents.ts';
import type { PlacedDocument } from '../reading/json-lines.ts';
import { readListed } from '../reading/json-lines.ts';
import { accountRecords, malformedHash, textOf } from '../reading/made-records.ts';
import type { FormatOptions, ImportFormat, ImportRecord } from '../records.ts';

const pbkdf2 = { pbkdf2: 'sha1', 'pbkdf2-sha256': 'sha256', 'pbkdf2-sha512': 'sha512' } as const;

export const keycloak: ImportFormat = {
  name: 'keycloak',
  summary: 'JSON of `kc.sh export` with users: a realm in one file, or its files of users',
  leavesOut: [
    'Sessions: Keycloak keeps them in its memory or as signed tokens, and exports none.',
    'Second factors other than authenticator apps with SHA-1, six digits and 30 seconds. Accounts with no other factor are only imported with `--parameter secondFactors=leave`.',
    'Logins with other providers, users of LDAP, roles, groups, attributes and required actions.',
    'Names in capitals: Keycloak keeps names and addresses in small letters.',
  ],
  recognises: (beginning) =>
    /"(?:realm|id)"\s*:/.test(beginning) &&
    /"(?:notBefore|accessTokenLifespan|registrationAllowed|createdTimestamp|secretData)"\s*:/.test(beginning),
  async *read(files, options) {
    for (const file of files)
      for await (const item of readListed(file, 'users')) {
        if (item.kind === 'problem') yield item;
        else yield* recordsOf(item, options);
      }
  },
};

function* recordsOf({ document, place }: PlacedDocument, options: FormatOptions): Generator<ImportRecord> {
  const credentials = list(document, 'credentials').filter(isDocument);
  const password = credentials.find((credential) => field(credential, 'type') === 'password');
  const [username, email] = [field(document, 'username'), field(document, 'email')];
  yield* accountRecords(
    place,
    {
      userId: field(document, 'id'),
      identifiers: options.identifier === 'email' ? [email, username] : [username, email],
      email,
      isEmailVerified: flag(document, 'emailVerified'),
      createdAt: field(document, 'createdTimestamp'),
      disabledAt: flag(document, 'enabled') === false ? 'now' : undefined,
      hash: password && hashOf(password),
      ...factorsOf(credentials),
    },
    options,
  );
}

/** The parts are JSON in texts; exports of Keycloak 7 and older have them beside one another. */
function hashOf(credential: Document): ReadHash {
  const data = parsedDocument(credential['credentialData']) ?? credential;
  const secret = parsedDocument(credential['secretData']) ?? credential;
  const algorithm = textOf(field(data, 'algorithm')) ?? '';
  const hashText = textOf(field(secret, 'value')) ?? textOf(field(secret, 'hashedSaltedValue')) ?? '';
  const [hash, salt] = [bytesIn(hashText), bytesIn(textOf(field(secret, 'salt')) ?? '')];
  const iterations = Number(field(data, 'hashIterations'));
  if (algorithm === 'bcrypt') return readHash(hashText);
  if (!hash || !salt || hash.length === 0) return malformedHash('The hash or its salt is not in base64.');
  if (Object.hasOwn(pbkdf2, algorithm))
    return pbkdf2Hash(pbkdf2[algorithm as keyof typeof pbkdf2], iterations, salt, hash);
  if (algorithm !== 'argon2')
    return {
      problem: 'unsupported_hash',
      message: 'The hash is of an algorithm that an extension added to Keycloak.',
    };
  const more = data['additionalParameters'] ?? data['algorithmData'];
  const one = (name: string) => (isDocument(more) ? list(more, name)[0] : undefined);
  const type = one('type');
  if ((type !== 'id' && type !== 'i') || one('version') !== '1.3')
    return {
      problem: 'unsupported_hash',
      message: 'The hash is Argon2, but not argon2id or argon2i of version 1.3.',
    };
  const costs = { memoryKiB: Number(one('memory')), passes: iterations, lanes: Number(one('parallelism')) };
  return argon2Hash(`argon2${type}`, costs, salt, hash);
}

/** The secret of the first app that works here; what is lost if another factor is all there is. */
function factorsOf(credentials: readonly Document[]): { totpSecret?: string; lostFactor?: string } {
  const apps = credentials.filter((credential) => field(credential, 'type') === 'otp');
  for (const app of apps) {
    const secret = secretOf(app);
    if (secret !== undefined) return { totpSecret: secret };
  }
  const others = credentials.some((credential) => field(credential, 'type') === 'webauthn');
  if (apps.length > 0)
    return { lostFactor: 'Its authenticator app does not have SHA-1, six digits and 30 seconds.' };
  return others
    ? { lostFactor: 'Its second factor is a security key, which belongs to the address of Keycloak.' }
    : {};
}

/** Keycloak takes the characters of the secret as bytes, unless they are named as base32. */
function secretOf(app: Document): string | undefined {
  const data = parsedDocument(app['credentialData']);
  const value = textOf(field(parsedDocument(app['secretData']), 'value'));
  const isUsual =
    field(data, 'subType') === 'totp' &&
    Number(field(data, 'digits')) === 6 &&
    Number(field(data, 'period')) === 30 &&
    /^(?:Hmac)?SHA-?1$/i.test(String(field(data, 'algorithm')));
  if (value === undefined || !isUsual) return undefined;
  const encoding = textOf(field(data, 'secretEncoding'));
  if (encoding === undefined) return base32Of(Buffer.from(value));
  return /^base32$/i.test(encoding) ? value.replace(/=+$/, '').toUpperCase() : undefined;
}
